"""A visitor's actions in a room: present, follow the presenter, leave."""

from __future__ import annotations

import numpy as np

from aecore.core.latents import quantise
from ui.features.room.state import Place
from ui.services import model_store
from ui.services.frontend_assets import image_from_base64
from ui.state import history
from ui.state.schema import read_latent
from ui.state.table import announce, choose_model, is_decoded, put_on_table, same_image, take_refined, usable_models
from ui.state.visitor import current


def current_place() -> Place | None:
    """Return the room that this visitor is in, None for none."""
    return current().state(Place)


def is_audience() -> bool:
    """Return whether this visitor follows a room that somebody else presents in."""
    place = current_place()
    return place is not None and not place.host


def take_room(report: object) -> None:
    """Present in the room that the browser reports to have opened; ignores an invalid report."""
    if isinstance(report, dict):
        place = Place.from_report({"room": report.get("name"), "host": report.get("key")})
        if place is not None and place.host:
            current().put(place)


def leave_room() -> None:
    """Leave the room."""
    current().states.pop(Place, None)


def take_scene(report: object) -> None:
    """Take the scene of a room's presenter from the browser's report; ignores an invalid report.

    With `move` in the report, the visitor switches to the presenter's page and model. Without it, the visitor has just
    stopped following, and the page shows the scene already: `seq` stays, so that the visitor's own changes are kept.
    """
    visitor = current()
    scene = report.get("scene") if isinstance(report, dict) else None
    if not isinstance(report, dict) or not isinstance(scene, dict) or current_place() is None:
        return
    move, model, page = report.get("move") is True, scene.get("model"), scene.get("page")
    if model not in usable_models() or not isinstance(page, str):
        return
    try:
        image = image_from_base64(scene.get("image"))
    except ValueError:
        return
    latent = read_latent(scene.get("latent"), model_store.load(model).latent_dim)
    if latent is None:
        return
    if move and model != visitor.model:
        choose_model(model)
    if model != visitor.model or not (move or report.get("chosen") == visitor.chosen):
        return
    followed, before = visitor.reason == "followed", (visitor.seq, visitor.chosen)
    if not same_image(image, visitor.image):
        put_on_table(visitor, image, scene.get("digit"), source=scene.get("source"))
    visitor.latent = quantise(np.array(latent))
    visitor.fresh = False  # what the presenter refines, the audience gets
    if is_decoded(visitor):
        visitor.encoded = visitor.latent
    elif (home := read_latent(scene.get("home"), len(latent))) is not None:
        take_refined(visitor, quantise(np.array(home)))
    if move:
        announce(visitor, "followed")
        visitor.destination = page
    else:
        visitor.seq, visitor.chosen = before
    if followed:  # what the presenter does is one step of the audience's own history
        history.amend(visitor)
