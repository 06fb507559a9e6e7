"""What a visitor takes home of the digit on the sliders, and brings back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from aecore.export import latent_files
from aecore.export.images import image_to_png, image_to_svg
from ui import export_html
from ui.services import model_store
from ui.state import session

_SCALE = 20  # of the large picture
_WIDTH = 460  # pixels; leaves the sliders in sight, which a file moves


def take_it_with_you() -> None:
    """Offer link, pictures, latent and program of what is on the sliders, and take a latent back.

    Wants to be called after `session.write_link`. The popover is filled while it is closed, for it needs to know its
    size to find its place, and anew when it is opened.
    """
    state = session.current()
    problem, notice = session.latent_file_outcome()
    popover = st.popover(
        "Take it with you", icon=":material/ios_share:", width="stretch", key=session.TAKEAWAY, on_change="rerun"
    )
    with popover.container(width=_WIDTH, key="takeaway"):
        st.markdown("**Copy link** to this model and this latent")
        st.code(session.whole_link(), language=None)
        st.markdown("**Download**")
        with st.container(horizontal=True, gap="xsmall"):
            for label, name, mime, write in _files(state.model, state.latent):
                st.download_button(label, write, name, mime, key=name, on_click="ignore")
        st.download_button(
            f"This demo as one file, {export_html.size(state.model) / 1e6:.1f} MB",
            lambda: export_html.page(state.model),
            f"playground-{state.model}.html",
            "text/html",
            on_click="ignore",
            help="With this model and its sliders, canvas and noise. It needs no server and no network: open it from a "
            "USB stick, on a phone, or put it on any web host.",
        )
        st.markdown("**Bring one back**: JSON or NPY")
        if problem:
            st.warning(problem, icon=":material/error:")
        if notice:
            st.success(notice, icon=":material/check_circle:")
        st.file_uploader(
            "Bring a latent back",
            type=session.LATENTS,
            key=session.latent_file_key(state),
            max_upload_size=1,
            on_change=session.take_latent_upload,
            label_visibility="collapsed",
        )
        st.markdown("**Python**, for a checkout of this project")
        program = latent_files.latent_to_python(state.latent, state.model, model_store.file_name(state.model))
        st.code(program, height=150)


def _files(model: str, latent: np.ndarray) -> list[tuple[str, str, str, Callable[[], bytes]]]:
    """List label, name, type and writer of each file; a writer runs when its file is asked for."""

    def image() -> np.ndarray:
        decoded: np.ndarray = model_store.load(model).decode(latent[None])[0]
        return decoded

    checksum, large = model_store.sha256(model), 28 * _SCALE
    return [
        ("PNG 28 × 28", "digit-28.png", "image/png", lambda: image_to_png(image())),
        (f"PNG {large} × {large}", f"digit-{large}.png", "image/png", lambda: image_to_png(image(), _SCALE)),
        ("SVG", "digit.svg", "image/svg+xml", lambda: image_to_svg(image())),
        ("NPY", "latent.npy", "application/octet-stream", lambda: latent_files.latent_to_npy(latent)),
        ("JSON", "latent.json", "application/json", lambda: latent_files.latent_to_json(latent, model, checksum)),
    ]
