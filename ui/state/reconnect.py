"""Restores a session from the copy that the visitor's browser keeps, after the server has lost it.

A session ends with its server, or two minutes after its connection is lost. The browser keeps the state that Python
sent last and the changes since, and sends them when the connection is back (`features/room/part.js`).
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from aecore.core.latents import quantise
from ui.services import model_store
from ui.services.drawing import Drawing, read_strokes
from ui.services.frontend_assets import image_from_base64
from ui.services.image_bytes import to_bytes
from ui.state import history
from ui.state.declaration import Feature, installed
from ui.state.schema import State, read_latent
from ui.state.table import MOST_OWN, choose_model, is_decoded, put_on_table, take_refined, usable_models
from ui.state.visitor import current

_Count = Annotated[int, Meta(ge=0, lt=1_000_000_000)]


class _Snapshot(msgspec.Struct, kw_only=True):
    """The payload of a browser: the fields of `Visitor`, and the features' states, which their declarations check."""

    visit: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    seq: _Count
    chosen: _Count
    canvas: _Count
    model: str = ""
    models: list[Any] = []
    image: str | None = None
    latent: Any = None
    digit: Any = None
    strokes: list[str] = []
    under: str | None = None
    source: str = ""
    home: Any = None
    fresh: bool = False
    features: dict[str, Any] = {}


def to_keep(address: str) -> dict[str, Any]:
    """Return the data that the browser keeps on the page of this address, besides model, image and latent."""
    visitor = current()
    features = {
        feature.name: state.to_json()
        for feature in installed()
        if (state := _state(feature)) is not None and _is_sent(feature, state, address)
    }
    return {
        "strokes": [] if visitor.sample is not None else list(visitor.drawing.strokes),
        "under": visitor.drawing.under_as_text,
        "visit": visitor.visit,
        "seq": visitor.seq,
        "chosen": visitor.chosen,
        "canvas": visitor.canvas,
        "models": visitor.own,
        "features": features,
    }


def for_reload(address: str) -> dict[str, dict[str, Any] | None]:
    """Return what a tab keeps for a reload, besides the link: fields of features' states, by the feature.

    None is what the tab has got on the feature's own page, and what is too long to be sent on this address's, too.
    """
    found: dict[str, dict[str, Any] | None] = {}
    for feature in installed():
        if (state := _state(feature)) is None:
            continue
        if kept := {name: value for name, value in state.to_json().items() if name in state.for_reload and value}:
            found[feature.name] = kept if _is_sent(feature, state, address) else None
    return found


def _state(feature: Feature) -> State | None:
    return current().state(feature.state) if feature.state else None


def _is_sent(feature: Feature, state: State, address: str) -> bool:
    here = feature.page is not None and feature.page.address == address
    return state.kept_everywhere or here


def take_reloaded(payload: object) -> None:
    """Take what a tab has kept for a reload; what is invalid, or there already, stays as it is."""
    visitor, found = current(), payload if isinstance(payload, dict) else {}
    for feature in installed():
        fields = found.get(feature.name)
        if feature.state is None or not feature.state.for_reload or not isinstance(fields, dict):
            continue
        state = visitor.state(feature.state) or feature.state.from_report({})
        if state is not None and not any(getattr(state, name) for name in state.for_reload):
            kept = state.reloaded(fields)
            visitor.put((kept or state).adopted())


def take_back(payload: object) -> bool:
    """Restore this session's visitor from a browser's payload; return whether that was done.

    Ignores an invalid payload, and one of this very session.
    """
    visitor = current()
    try:
        snapshot = msgspec.convert(payload, _Snapshot)
        image, under = image_from_base64(snapshot.image), image_from_base64(snapshot.under)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return False
    if snapshot.visit == visitor.visit:
        return False
    take_models(snapshot.models)
    if snapshot.model in usable_models() and snapshot.model != visitor.model:
        choose_model(snapshot.model)
    drawing = Drawing(read_strokes(snapshot.strokes) or (), None if under is None else to_bytes(under))
    put_on_table(visitor, image, snapshot.digit, drawing, snapshot.source)
    latent, home = (read_latent(numbers, len(visitor.latent)) for numbers in (snapshot.latent, snapshot.home))
    if snapshot.model == visitor.model:
        if home is not None and is_decoded(visitor):
            visitor.encoded = quantise(np.array(home))
        elif home is not None:
            take_refined(visitor, quantise(np.array(home)))
        visitor.latent = visitor.home if latent is None else quantise(np.array(latent))
        visitor.fresh = latent is None or snapshot.fresh
    for feature in installed():
        if feature.state:
            state = feature.state.from_report(snapshot.features.get(feature.name), len(visitor.latent))
            if state is not None:
                visitor.put(state.adopted())
    # With the browser's counts the live parts continue undisturbed, even while a slider is dragged.
    visitor.seq, visitor.chosen = snapshot.seq, snapshot.chosen
    visitor.canvas = snapshot.canvas + 1  # which leaves the browser's canvas as it is if that shows the drawing
    visitor.visit = snapshot.visit
    history.begin(visitor)
    return True


def take_models(names: list[Any]) -> None:
    """Give the visitor the models of their own that the browser remembers and that are still stored here."""
    visitor = current()
    found = [name for name in names[-MOST_OWN:] if isinstance(name, str) and model_store.exists(name)]
    visitor.own = [*(name for name in found if name not in visitor.own), *visitor.own][-MOST_OWN:]
