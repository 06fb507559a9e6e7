"""Data for the live part of the page "How it works"."""

from __future__ import annotations

from typing import Any

from ui.features.learn.layers import describe
from ui.services import model_store
from ui.services.frontend_assets import image_to_base64
from ui.services.naming import named
from ui.state.visitor import current
from ui.widgets.model_picker import model_for_browser


def digit() -> dict[str, Any]:
    """Return the chosen model and the current digit, as JSON."""
    visitor = current()
    return {
        "seq": visitor.seq,
        "reason": visitor.reason,
        "model": model_for_browser(visitor.model),
        "image": image_to_base64(visitor.image),
    }


def _usual_error(name: str) -> float | None:
    """Return a model's squared error per pixel on pictures it has not learned from; None where its card has none."""
    metrics = model_store.load(name).card.get("metrics")
    found = metrics.get("validation_mse") if isinstance(metrics, dict) else None
    return found if isinstance(found, float) and 0 < found < 1 else None


def data() -> dict[str, Any]:
    """Return the same with the model's layers in words, and a hint where there is no digit."""
    visitor = current()
    return {
        **digit(),
        "stages": [
            {key: named(value, visitor.model) if isinstance(value, str) else value for key, value in stage.items()}
            for stage in describe(model_store.load(visitor.model).spec)
        ],
        "hint": visitor.hint,
        "usual": _usual_error(visitor.model),
    }
