"""What a visitor does in a room: presents, follows whoever presents, lets go."""

from __future__ import annotations

import numpy as np

import aecore
from aecore.core.latents import quantise
from ui.server import rooms
from ui.services import model_store, sample_drawings
from ui.services.canvas_image import picture_on_canvas, rasterize
from ui.state import session
from ui.state.settings import read_latent


def take_room(payload: object) -> None:
    """Present in a room that the browser has opened; anything else is ignored."""
    if isinstance(payload, dict) and session.is_room(payload.get("name"), payload.get("key")):
        session.current().room, session.current().room_key = payload["name"], payload["key"]


def leave_room() -> None:
    """Go on without a room."""
    session.current().room = session.current().room_key = ""


def take_scene(payload: object) -> None:
    """Take over what a room's presenter shows, as the browser reports it; anything else is ignored.

    With `move`, the visitor goes along to the presenter's page and model. Without, the page shows the scene already and
    a hand has just taken over: nothing is announced that would take the hand back, and what it did already stays.
    """
    state = session.current()
    scene = payload.get("scene") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or not isinstance(scene, dict) or not state.room:
        return
    move, model, page = payload.get("move") is True, scene.get("model"), scene.get("page")
    if model not in session.usable_models() or not isinstance(page, str):
        return
    try:
        image = rooms.image_from_base64(scene.get("image"))
    except ValueError:
        return
    latent = read_latent(scene.get("latent"), model_store.load(model).latent_dim)
    if latent is None:
        return
    if move and model != state.model:
        session.choose_model(model)
    if model != state.model or not (move or payload.get("chosen") == state.chosen):
        return
    before = state.seq, state.chosen
    if not _same(image, state.image):
        put_on_table(state, image, scene.get("digit"))
    state.latent = quantise(np.array(latent))
    if move:
        session.announce(state, "room")
        state.destination = page
    else:
        state.seq, state.chosen = before


def put_on_table(state: session.Playground, image: np.ndarray | None, digit: object) -> None:
    """Put an image on the canvas, and its strokes where it is a sample `digit` as it was."""
    state.sample, state.photo_problem = None, ""
    state.drawing = {"objects": []} if image is None else picture_on_canvas(image)
    if isinstance(digit, int) and 0 <= digit < 10:
        drawing = sample_drawings.drawing(digit)
        if _same(aecore.normalize_drawing(rasterize(drawing)), image):
            state.drawing, state.sample = drawing, digit
    state.canvas += 1
    session.take_image(state, image, "room")


def _same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Tell whether two images (28, 28) are the same, to the byte per pixel that a room hands on."""
    if a is None or b is None:
        return a is b
    return bool(np.array_equal(np.rint(255 * a), np.rint(255 * b)))


def take_destination() -> str | None:
    """Return the address of the page to go to, after the presenter or away from there, once; None for none."""
    state = session.current()
    found, state.destination = state.destination, None
    return found


def is_audience() -> bool:
    """Tell whether this visitor follows a room that somebody else presents in."""
    state = session.current()
    return bool(state.room) and not state.room_key
