"""Data for the live part of the Sound page."""

from __future__ import annotations

from typing import Any

from aecore.core import pretrained
from ui.features.sound.state import MOST_POINTS, MOST_STROKES, Listening
from ui.server.routes import url_of_model
from ui.services import recordings
from ui.state import history
from ui.state.visitor import current

_DENOISER, _VOICE = "voice_denoiser", "voice"


def data() -> dict[str, Any]:
    """Return the models' addresses, the shipped sounds, and the state, as JSON; `voice` is None where it is missing."""
    visitor = current()
    found = visitor.state(Listening)
    if found is None:
        visitor.put(found := Listening())
    return {
        "moves": history.of(visitor).moves,
        "visit": visitor.visit,
        "model": {"url": url_of_model(_DENOISER)},
        "voice": url_of_model(_VOICE) if _VOICE in pretrained.available(_VOICE) else None,
        "sounds": recordings.for_browser(),
        "most": {"strokes": MOST_STROKES, "points": MOST_POINTS},
        **found.to_json(),
    }
