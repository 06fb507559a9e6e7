"""The choice of a model, and the descriptions of models for the browser."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

import aecore
from aecore.core import pretrained
from ui.server.routes import atlas_url, model_url, student_url
from ui.services import model_store
from ui.services.frontend_assets import describe
from ui.state import table
from ui.state.visitor import current

_KEY = "model-choice"
_ABOUT = {
    "default": "our best: convolutions and dense layers, trained on warped digits",
    "pocket": "the best that fits into one megabyte",
    "mlp": "dense layers only",
    "smooth": "a variational autoencoder: blurrier, its latents drawn towards zero",
    "book": "the article's network after one epoch: two convolutions in, three transposed ones out",
    "book10": "the article's network after ten epochs",
    "denoiser": "trained to undo noise; on clean digits it is a plain autoencoder too",
    "book_denoiser": "the article's denoiser: it expects noise, and damages clean digits",
    "plane": "two numbers only, as in the article: a point on a plane",
    **{f"dim{d}": f"the same small network with a latent of {d}" for d in (1, 2, 4, 8, 16, 32, 64)},
}


def model_for_browser(name: str) -> dict[str, Any]:
    """Return a model's description for the live parts: addresses, latent statistics, layers in words."""
    return _described(name, model_url(name, model_store.sha256(name)))


@lru_cache(maxsize=32)
def _described(name: str, url: str) -> dict[str, Any]:
    return {**describe(model_store.load(name), name, url), "student": student_url(name)}


def about(name: str) -> str:
    """Return a short text about a model or a preset."""
    return "your own model" if model_store.is_own(name) else _ABOUT.get(name, "a trained model")


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
    names = sorted(table.usable_models(), key=lambda name: (*_ABOUT, name).index(name))
    if visitor.model in names:
        st.session_state[_KEY] = visitor.model  # a link or an uploaded file may have chosen it
    st.selectbox("Model", names, key=_KEY, on_change=_take_choice, format_func=model_store.label)
    st.caption(about(visitor.model))
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
        st.markdown(f"Every page uses the model `{model_store.label(visitor.model)}` now, whose latent you took.")
        st.button(f"Back to `{model_store.label(before)}`", on_click=table.return_to_model_before)


def leave_lost_model() -> None:
    """Switch to a pretrained model when the visitor's own is no longer stored here; raises ModelFileError."""
    visitor = current()
    if model_store.is_own(visitor.model) and not model_store.exists(visitor.model):
        table.choose_model(table.usable_models()[0])
        visitor.notices.append(f"Your model is not kept here any more: load its file again. Showing `{visitor.model}`.")


def warn_of_broken_models() -> None:
    """Show a warning for each pretrained model file that cannot be used, with what to do."""
    for sentence in pretrained.problems().values():
        st.warning(sentence, icon=":material/warning:")
