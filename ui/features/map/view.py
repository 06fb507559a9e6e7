"""Data for the live part of the Map page."""

from __future__ import annotations

from typing import Any

import msgspec
import streamlit as st

import aecore
from aecore.latent.atlas import NAMES as ATLASES
from ui.features.map.state import MapView
from ui.server.routes import atlas_url
from ui.services import model_store
from ui.services.examples import has_own_pictures
from ui.services.frontend_assets import latent_to_list
from ui.state import history
from ui.state.table import latent_for, usable_models
from ui.state.visitor import current
from ui.widgets.model_picker import has_atlas, model_for_browser


def data() -> dict[str, Any] | None:
    """Return the chosen map and the addresses of all maps; None, with a sentence on the page, where there is none."""
    visitor = current()
    usable = usable_models()
    own_only = has_own_pictures(visitor.model)
    own = {"own": visitor.model} if model_store.is_own(visitor.model) else {}
    sources = {
        source: {
            "model": model_for_browser(name),
            "atlas": atlas_url(name),
            "latent": latent_to_list(latent_for(name)),
        }
        for source, name in {**({} if own_only else {name: name for name in ATLASES}), **own}.items()
        if name in usable and has_atlas(name)
    }
    if own_only and not sources:
        st.info(_no_map(visitor.model), icon=":material/map:")
        return None
    if not own_only and "default" not in sources:
        st.warning("The map is missing: run `python -m aecore.atlas`.", icon=":material/map:")
        return None
    known = {"seq": visitor.seq, "moves": history.of(visitor).moves, "chosen": visitor.model}
    return {**known, **_switched(), **_current_view().to_json(), "sources": sources}


def _no_map(model: str) -> str:
    """Return why a model has no map, in a sentence."""
    try:
        model_store.atlas(model)
    except aecore.ModelFileError as problem:
        return str(problem)
    return ""


def _switched() -> dict[str, str]:
    """Return the label of the model of all pages, and of the one that a latent of another has replaced, "" for none."""
    visitor = current()
    before = visitor.model_before if visitor.model_before in usable_models() else ""
    return {"label": model_store.label(visitor.model), "before": model_store.label(before) if before else ""}


def _current_view() -> MapView:
    """Return the chosen kind of map; at first the nonlinear one, or the visitor's model's where that is chosen."""
    visitor = current()
    found = visitor.state(MapView) or MapView()
    if model_store.is_own(visitor.model) and visitor.model_of(MapView) != visitor.model:
        found = msgspec.structs.replace(found, view="own")
    visitor.put(found)
    return found
