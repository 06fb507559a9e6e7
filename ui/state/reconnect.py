"""What a visitor's browser keeps of a session, for a server that does not know the visitor any more.

A session ends with its server, and two minutes after its connection is lost. The browser outlives both: it holds what
Python sent last and what its user did since, and sends it when the connection is back (`features/room/part.js`).
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from aecore.core.latents import quantise
from ui.services import model_store
from ui.services.frontend_assets import image_from_base64
from ui.state.declaration import installed
from ui.state.schema import read_latent
from ui.state.table import MOST_OWN, choose_model, put_on_table, usable_models
from ui.state.visitor import current

_Count = Annotated[int, Meta(ge=0, lt=1_000_000_000)]


class _Kept(msgspec.Struct, kw_only=True):
    """What a browser kept: the table, and the features' states, which their own declarations check."""

    visit: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    seq: _Count
    chosen: _Count
    canvas: _Count
    model: str = ""
    models: list[Any] = []
    image: str | None = None
    latent: Any = None
    digit: Any = None
    features: dict[str, Any] = {}


def to_keep(address: str) -> dict[str, Any]:
    """Return what the browser is to keep besides what is on the table, on the page of this address."""
    visitor = current()
    features = {}
    for feature in installed():
        state = visitor.state(feature.state) if feature.state else None
        here = feature.page is not None and feature.page.address == address
        if state is not None and (state.kept_everywhere or here):
            features[feature.name] = state.to_json()
    return {
        "visit": visitor.visit,
        "seq": visitor.seq,
        "chosen": visitor.chosen,
        "canvas": visitor.canvas,
        "models": visitor.own,
        "features": features,
    }


def take_back(payload: object) -> bool:
    """Put what the browser kept back on the table of a session that does not know it; returns whether it did.

    Anything but what a browser could have kept is ignored.
    """
    visitor = current()
    try:
        kept = msgspec.convert(payload, _Kept)
        image = image_from_base64(kept.image)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return False
    if kept.visit == visitor.visit:
        return False
    take_models(kept.models)
    if kept.model in usable_models() and kept.model != visitor.model:
        choose_model(kept.model)
    put_on_table(visitor, image, kept.digit)
    latent = read_latent(kept.latent, len(visitor.latent))
    if latent is not None and kept.model == visitor.model:
        visitor.latent = quantise(np.array(latent))
    for feature in installed():
        if feature.state:
            state = feature.state.from_report(kept.features.get(feature.name), len(visitor.latent))
            if state is not None:
                visitor.put(state.adopted())
    # With the same counts the live parts go on as they are, a thumb held included. Strokes come back as a picture, for
    # which the canvas is made anew.
    visitor.seq, visitor.chosen, visitor.canvas = kept.seq, kept.chosen, kept.canvas + (visitor.sample is None)
    visitor.visit = kept.visit
    return True


def take_models(names: list[Any]) -> None:
    """Take back the models of their own that a visitor's browser remembers, as far as they are kept here."""
    visitor = current()
    found = [name for name in names[-MOST_OWN:] if isinstance(name, str) and model_store.exists(name)]
    visitor.own = [*(name for name in found if name not in visitor.own), *visitor.own][-MOST_OWN:]
