"""Data for the live part of the page "How it works"."""

from __future__ import annotations

from typing import Any

from ui.features.learn.layers import describe
from ui.services import model_store
from ui.services.frontend_assets import image_to_base64
from ui.services.naming import named
from ui.state.visitor import current
from ui.widgets.model_picker import model_for_browser


def data() -> dict[str, Any]:
    """Return the chosen model, its layers in words, and the current digit, as JSON."""
    visitor = current()
    return {
        "seq": visitor.seq,
        "model": model_for_browser(visitor.model),
        "stages": [
            {key: named(value, visitor.model) if isinstance(value, str) else value for key, value in stage.items()}
            for stage in describe(model_store.load(visitor.model).spec)
        ],
        "image": image_to_base64(visitor.image),
        "hint": visitor.hint,
    }
