"""Data for the thumbnail in the header, and the undos and redos that it asks for."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ui.services import examples, model_store
from ui.services.frontend_assets import image_to_base64, images_in_words
from ui.services.naming import named
from ui.state import history
from ui.state.table import is_bent, move_in_history
from ui.state.visitor import Source, Visitor, current

_WORDS: dict[Source, str] = {
    "drawn": "your drawing",
    "sample": "sample",
    "photo": "your photo",
    "invented": "invented",
    "average": "the average digit",
    "point": "from the map",
    "sum": "from arithmetic",
    "file": "from a file",
    "numbers": "from a link",
    "example": "an example, redrawn",
}
_Count = Annotated[int, Meta(ge=0, lt=1_000_000_000)]


class Counts(msgspec.Struct):
    """How many undos and redos the browser has asked for since its page was loaded."""

    undo: _Count
    redo: _Count


def data() -> dict[str, Any]:
    """Return the digit on the table, where it comes from and its model, in words, and the steps to undo and redo.

    `images` says what the images of that model are.
    """
    visitor = current()
    steps = history.of(visitor)
    image, bent = visitor.image, is_bent(visitor)
    if bent:
        image = model_store.decode(visitor.model, visitor.latent)
    return {
        "image": image_to_base64(image),
        "words": in_words(visitor),
        "isBent": bent,
        "model": model_store.label(visitor.model),
        "images": images_in_words(model_store.load(visitor.model)),
        "left": steps.left,
        "taken": steps.taken,
    }


def in_words(visitor: Visitor) -> str:
    """Return where the digit on the table comes from, without whether it is bent."""
    if visitor.image is None:
        return "nothing drawn yet"
    if visitor.source == "sample" and examples.has_own_pictures(visitor.model):
        return examples.class_of(visitor.model, visitor.sample or 0) or "an example"
    return f"sample {visitor.sample}" if visitor.source == "sample" else named(_WORDS[visitor.source], visitor.model)


def take_counts(report: object) -> None:
    """Note how many undos and redos the browser has asked for; ignores an invalid report.

    They are done when all of the run's reports have been taken: the last change may have come with them.
    """
    try:
        counts = msgspec.convert(report, Counts)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return
    history.of(current()).wanted = (counts.undo, counts.redo)


def take_steps() -> None:
    """Undo and redo what was asked for. It runs on every page before all that shows a state."""
    visitor = current()
    history.keep(visitor)
    steps = history.of(visitor)
    (undo, redo), (undone, redone) = steps.wanted, steps.taken
    steps.taken = steps.wanted
    move_in_history(max(undo - undone, 0) - max(redo - redone, 0))
