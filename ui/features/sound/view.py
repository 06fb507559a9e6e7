"""Data for the live part of the Sound page."""

from __future__ import annotations

from typing import Any

from aecore.core import pretrained
from ui.features.sound.state import OWN, Listening
from ui.server.routes import url_of_model
from ui.services import model_store, recordings
from ui.state import history
from ui.state.visitor import current

_DENOISER, _VOICE = "voice_denoiser", "voice"


def _voice() -> dict[str, Any] | None:
    if _VOICE not in pretrained.available(_VOICE):
        return None
    return {"model": url_of_model(_VOICE), "map": recordings.map_url(model_store.sha256(_VOICE))}


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
        "voice": _voice(),
        "sounds": recordings.for_browser(),
        "most": {"strokes": recordings.MOST_STROKES, "points": recordings.MOST_POINTS},
        **found.to_json(),
    }


def scene_fields() -> dict[str, Any]:
    """Return the recording as the fields of a talk's scene, where it is one of ours."""
    found = current().state(Listening) or Listening()
    ours = {} if found.recording == OWN else {"recording": found.recording}
    return {**ours, "animation": {"kind": "noise", "from": 0, "to": 0.8}}
