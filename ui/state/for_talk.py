"""The digit on the table as the fields of a talk's scene."""

from __future__ import annotations

from typing import Any

from ui.services.drawing import strokes_from_text, strokes_to_text
from ui.state.table import is_bent, is_decoded
from ui.state.visitor import current


def digit_of_table() -> dict[str, Any]:
    """Return the model and the digit as the sliders have it: a sample, strokes where they are short, or a latent."""
    visitor = current()
    found = {} if is_bent(visitor) or is_decoded(visitor) else original_of_table()
    return {
        "model": visitor.model,
        **(found or {"digit": {"latent": [round(float(one), 2) for one in visitor.latent]}}),
    }


def original_of_table() -> dict[str, Any]:
    """Return the digit as it was drawn, a sample or strokes; nothing where it is neither, or its strokes are long."""
    visitor = current()
    if visitor.sample is not None:
        return {"digit": visitor.sample}
    if visitor.drawing.under is not None or not (text := strokes_to_text(visitor.drawing.strokes)):
        return {}
    return {"digit": {"strokes": list(strokes_from_text(text))}}
