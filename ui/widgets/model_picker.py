"""The choice of a model, and the descriptions of models for the browser."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

import aecore
from aecore.core import pretrained
from ui.server.routes import atlas_url, shape_network_url, student_url, url_of_model
from ui.services import examples, model_names, model_store
from ui.services.frontend_assets import describe, head_for_browser
from ui.services.terms import explain
from ui.state import table
from ui.state.visitor import current, is_known

_KEY = "model-choice"


def model_for_browser(name: str) -> dict[str, Any]:
    """Return a model's description for the live parts: addresses, latent statistics, layers in words.

    `pictures` is the address of its examples' pixels, None where this visitor does not have them.
    """
    secret = examples.secret_of(name, current().secrets) if model_store.is_own(name) and is_known() else ""
    return {**_described(name, url_of_model(name)), "pictures": f"runs/{secret}/examples" if secret else None}


@lru_cache(maxsize=32)
def _described(name: str, url: str) -> dict[str, Any]:
    return {
        **describe(model_store.load(name), name, url),
        "label": model_store.label(name),
        "student": student_url(name),
        "shapeNetwork": shape_network_url(name),
        "head": head_for_browser(name, url_of_model),
    }


def about(name: str) -> str:
    """Return a short text about a model or a preset."""
    return "your own model" if model_store.is_own(name) else model_names.about(name)


def has_atlas(name: str) -> bool:
    """Return whether a model has an atlas."""
    try:
        model_store.atlas(name)
    except aecore.ModelFileError:
        return False
    return True


def address_of_atlas(name: str) -> str | None:
    """Return the address of a model's atlas, relative to the app's root; None where it has none."""
    return atlas_url(name) if has_atlas(name) else None


def choose_model() -> None:
    """Show the choice among the models that load, with a short text about the chosen one."""
    visitor = current()
    names = sorted(table.usable_models(), key=lambda name: (*model_names.MODELS, name).index(name))
    if visitor.model in names:
        st.session_state[_KEY] = visitor.model  # a link or an uploaded file may have chosen it
    st.selectbox("Model", names, key=_KEY, on_change=_take_choice, format_func=model_store.label)
    st.caption(explain(about(visitor.model)), unsafe_allow_html=True)
    offer_way_back()


def _take_choice() -> None:
    """Switch to the model chosen from the list; a notice says why that is not possible."""
    try:
        table.choose_model(st.session_state[_KEY])
    except aecore.ModelFileError as problem:
        current().notices.append(str(problem))


def offer_way_back() -> None:
    """Say that a latent of another model has switched every page to that model, and offer the way back."""
    visitor = current()
    before = visitor.model_before
    if not before or before not in table.usable_models():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="model-switched"):
        st.markdown(
            f"Every page now uses “{model_store.label(visitor.model)}”: the digit you took belongs to that model."
        )
        st.button(f"Back to “{model_store.label(before)}”", on_click=table.return_to_model_before)


def leave_lost_model() -> None:
    """Switch to a pretrained model when the visitor's own is no longer stored here; raises ModelFileError."""
    visitor = current()
    if model_store.is_own(visitor.model) and not model_store.exists(visitor.model):
        table.choose_model(table.usable_models()[0])
        shown = model_store.label(visitor.model)
        visitor.notices.append(f"Your model is no longer on this server: load its file again. Showing “{shown}”.")


def warn_of_broken_models() -> None:
    """Show a warning for each pretrained model file that cannot be used, with what to do."""
    for sentence in pretrained.problems().values():
        st.warning(sentence, icon=":material/warning:")
