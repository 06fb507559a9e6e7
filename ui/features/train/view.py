"""Data for the live part of the Train page, and the handlers of its reports."""

from __future__ import annotations

from typing import Any

from ui.features.train.state import Problem, current_training, keep_runs
from ui.services import training_queue
from ui.state.reconnect import take_models
from ui.state.table import MOST_OWN
from ui.state.visitor import current


def data() -> dict[str, Any]:
    """Return the training on the page, and the trainings and models that the browser remembers, as JSON."""
    runs = list(current_training().runs)
    return {"run": runs[-1] if runs else None, "runs": runs, "models": current().own}


def control_training(command: object) -> None:
    """Pause, stop or continue ("run") the training on the page; ignores any other command."""
    problem, runs = current().memo(Problem), list(current_training().runs)
    problem.sentence = ""
    if isinstance(command, str) and runs:
        try:
            training_queue.control(runs[-1], command, runs)
        except training_queue.Refused as refused:
            problem.sentence = str(refused)


def take_remembered(payload: object) -> None:
    """Restore the trainings and models that the browser remembers from an earlier visit; ignores an invalid payload."""
    if not isinstance(payload, dict):
        return
    runs, models = (payload.get(key) for key in ("runs", "models"))
    if isinstance(runs, list) and not current_training().runs:
        keep_runs([one for one in runs[-MOST_OWN:] if isinstance(one, str) and training_queue.find(one)])
    if isinstance(models, list):
        take_models(models)
