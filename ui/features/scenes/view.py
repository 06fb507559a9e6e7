"""Data for the live part of the Scenes page."""

from __future__ import annotations

from typing import Any

from aecore.core import pretrained
from ui.features.scenes import line
from ui.features.scenes.state import Canvas, opening
from ui.server.routes import student_url, url_of_model
from ui.services import scene_samples
from ui.state import history
from ui.state.visitor import current

_READER, _AUTOENCODER = "scene", "default"


def data() -> dict[str, Any]:
    """Return the models' addresses, the samples, and the scene, as JSON; the reader's is None where there is none."""
    visitor = current()
    found = visitor.state(Canvas)
    if found is None:
        visitor.put(found := opening())
    return {
        "moves": history.of(visitor).moves,
        "model": {"url": url_of_model(_AUTOENCODER), "student": student_url(_AUTOENCODER)},
        "reader": url_of_model(_READER) if _READER in pretrained.available("scene") else None,
        "line": line.data(),
        **scene_samples.for_browser(),
        **found.to_json(),
    }
