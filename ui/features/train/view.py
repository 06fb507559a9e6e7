"""What the live part of the Train page gets, and what it reports."""

from __future__ import annotations

from typing import Any

from ui.features.train.state import Problem, current_training, keep_runs
from ui.services import training_queue
from ui.state.reconnect import take_models
from ui.state.table import MOST_OWN
from ui.state.visitor import current


def data() -> dict[str, Any]:
    """Return the training on the page, and what the browser remembers for later visits."""
    runs = list(current_training().runs)
    return {"run": runs[-1] if runs else None, "runs": runs, "models": current().own}


def control_training(wish: object) -> None:
    """Pause, stop or go on with the training on the page, as the browser asks; anything else is ignored."""
    problem, runs = current().memo(Problem), list(current_training().runs)
    problem.sentence = ""
    if isinstance(wish, str) and runs:
        try:
            training_queue.control(runs[-1], wish, runs)
        except training_queue.Refused as refused:
            problem.sentence = str(refused)


def take_remembered(payload: object) -> None:
    """Take back the trainings and models that this browser remembers of an earlier visit; anything else is ignored."""
    if not isinstance(payload, dict):
        return
    runs, models = (payload.get(key) for key in ("runs", "models"))
    if isinstance(runs, list) and not current_training().runs:
        keep_runs([one for one in runs[-MOST_OWN:] if isinstance(one, str) and training_queue.find(one)])
    if isinstance(models, list):
        take_models(models)
