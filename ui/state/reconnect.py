"""What a visitor's browser keeps of a session, for a server that does not know the visitor any more.

A session ends with its server, and two minutes after its connection is lost. The browser outlives both: it holds what
Python told it last and where the hand is since, and says so when the connection comes back (`frontend/room.js`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.core.latents import quantise
from ui.features.train import form, user_models
from ui.server import rooms
from ui.state import audience, session
from ui.state.settings import read_latent, read_noise, read_path, read_sum

_COUNTS = ("seq", "chosen", "canvas", "talk")
_MOST = 1_000_000_000


def to_keep(page: str) -> dict[str, Any]:
    """Return what the browser is to keep besides what is on the table, on a page of this address."""
    state = session.current()
    return {
        "visit": state.visit,
        **{name: getattr(state, name) for name in _COUNTS},
        "script": state.script_draft if page == "talk" else "",  # up to 64 kB: not with every slider elsewhere
        # what was just typed there; the page takes it over later in this run
        "form": {name: st.session_state.get(session.form_key(name), value) for name, value in state.form.items()},
        "runs": state.runs,
        "models": state.own,
    }


def take_back(payload: object) -> bool:
    """Put what the browser kept back on the table of a session that does not know it; tells whether it did.

    Anything but what a browser could have kept is ignored.
    """
    state = session.current()
    if not isinstance(payload, dict) or not session.is_visit(payload.get("visit")) or payload["visit"] == state.visit:
        return False
    counts = {name: payload.get(name) for name in _COUNTS}
    if not all(type(count) is int and 0 <= count < _MOST for count in counts.values()):
        return False
    try:
        image = rooms.image_from_base64(payload.get("image"))
    except ValueError:
        return False
    user_models.take_remembered(payload)
    model = payload.get("model")
    if model in session.usable_models() and model != state.model:
        session.choose_model(model)
    audience.put_on_table(state, image, payload.get("digit"))
    _take_settings(state, payload)
    script = payload.get("script")
    if isinstance(script, str) and script:
        session.take_script(script)
    for name, count in counts.items():  # with the same count the live parts go on as they are, a thumb held included
        setattr(state, name, count)
    state.canvas += state.sample is None  # strokes come back as a picture, for which the canvas is made anew
    state.visit = payload["visit"]
    return True


def _take_settings(state: session.Playground, payload: dict[str, Any]) -> None:
    size = len(state.latent)
    latent = read_latent(payload.get("latent"), size)
    if latent is not None and payload.get("model") == state.model:
        state.latent = quantise(np.array(latent))
    state.noise = read_noise(payload.get("noise")) or state.noise
    state.path = read_path(payload.get("path"), state.model, size) or state.path
    state.sum = read_sum(payload.get("sum"), state.model, size) or state.sum
    session.take_view(payload.get("map"))
    state.form = form.read_form(payload.get("form"))
