"""Data for the live part of the Colorize page."""

from __future__ import annotations

from typing import Any

from aecore.core import pretrained
from ui.features.colorize.state import OWN, Colouring
from ui.server.routes import url_of_model
from ui.services import pictures
from ui.state import history
from ui.state.visitor import current

_MODEL, _BOOK = "colorizer", "book_colorizer"


def data() -> dict[str, Any]:
    """Return the models' addresses, the shipped pictures, and the colouring, as JSON."""
    visitor = current()
    found = visitor.state(Colouring)
    if found is None:
        visitor.put(found := Colouring())
    return {
        "moves": history.of(visitor).moves,
        "visit": visitor.visit,
        "model": {"url": url_of_model(_MODEL)},
        "book": url_of_model(_BOOK) if _BOOK in pretrained.available("recolorer") else None,
        "pictures": pictures.for_browser(),
        **found.to_json(),
    }


def scene_fields() -> dict[str, Any]:
    """Return the picture as the fields of a talk's scene, where it is one of ours."""
    found = current().state(Colouring) or Colouring()
    ours = {} if found.picture == OWN else {"picture": found.picture}
    return {**ours, "animation": {"kind": "random", "seconds": 12, "repeat": True}}
