"""Saving and sharing the digit on the sliders: link, files, one-file demo; and reading a latent file back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import streamlit as st

import aecore
from aecore.core.latents import latent_to_text, quantise
from aecore.export import latent_files
from aecore.export.images import image_to_png, image_to_svg
from ui.services import model_store
from ui.services.frontend_assets import noun_of
from ui.services.naming import named
from ui.state.link import whole_link
from ui.state.table import switch_to_model_of_latent, take_decoded
from ui.state.visitor import Visitor, current
from ui.widgets.uploads import Uploader, uploader

OPEN = "take-it-with-you"
LATENT_FILE = Uploader("latent-file", (".json", ".npy"), megabytes=1)
_SCALE = 20  # pixels of the large picture per pixel of the image
_WIDTH = 460  # pixels; the sliders, which an uploaded file moves, stay visible beside it


class OneFileDemo(Protocol):
    """The writer of the one-file demo (`ui.export_html`)."""

    def size(self, name: str) -> int:
        """Return the estimated size of the demo with a model, in bytes."""

    def page(self, name: str) -> bytes:
        """Return the demo with a model as the bytes of an HTML file."""


def is_open() -> bool:
    """Return whether the popover is open."""
    return bool(st.session_state.get(OPEN))


def save_and_share(demo: OneFileDemo) -> None:
    """Show the popover with link, pictures, latent and program for the sliders' latent, and an uploader of a latent.

    Call it after `write_link`. The popover is filled even while it is closed, because it needs its size to find its
    place, and again when it is opened.
    """
    visitor = current()
    problem, notice = outcome(visitor)
    popover = st.popover("Save and load", icon=":material/save:", width="stretch", key=OPEN, on_change="rerun")
    with popover.container(width=_WIDTH, key="takeaway"):
        st.markdown(named("**Link** to this digit and its model", visitor.model))
        st.code(whole_link(), language=None)
        st.markdown("**Download**")
        with st.container(horizontal=True, gap="xsmall"):
            for label, name, mime, write in downloads(visitor.model, visitor.latent):
                st.download_button(label, write, name, mime, key=name, on_click="ignore")
        st.download_button(
            f"The demo as one file, {demo.size(visitor.model) / 1e6:.1f} MB",
            lambda: demo.page(visitor.model),
            f"playground-{visitor.model}.html",
            "text/html",
            on_click="ignore",
            help="With this model and its sliders, canvas and noise. It needs no server and no network: open it from a "
            "USB stick, on a phone, or put it on any web host.",
        )
        st.markdown(named("**Load a saved digit**: JSON or NPY", visitor.model))
        if problem:
            st.warning(problem, icon=":material/error:")
        if notice:
            st.success(notice, icon=":material/check_circle:")
        uploader(
            LATENT_FILE, named("Load a saved digit", visitor.model), take_latent_file, label_visibility="collapsed"
        )
        st.markdown("**Python code**, to go on in a notebook")
        shape = model_store.load(visitor.model).image_shape
        file = model_store.file_name(visitor.model)
        program = latent_files.latent_to_python(visitor.latent, visitor.model, file, shape)
        st.code(program, height=150)


def downloads(model: str, latent: np.ndarray) -> list[tuple[str, str, str, Callable[[], bytes]]]:
    """Return label, file name, media type and writer of each file; a writer runs when its file is downloaded."""

    def image() -> np.ndarray:
        return model_store.decode(model, latent)

    loaded = model_store.load(model)
    checksum, side, noun = model_store.sha256(model), loaded.image_shape[0], noun_of(loaded)
    large = side * _SCALE
    return [
        (f"PNG {side} × {side}", f"{noun}-{side}.png", "image/png", lambda: image_to_png(image())),
        (f"PNG {large} × {large}", f"{noun}-{large}.png", "image/png", lambda: image_to_png(image(), _SCALE)),
        ("SVG", f"{noun}.svg", "image/svg+xml", lambda: image_to_svg(image())),
        ("NPY", "latent.npy", "application/octet-stream", lambda: latent_files.latent_to_npy(latent)),
        ("JSON", "latent.json", "application/json", lambda: latent_files.latent_to_json(latent, model, checksum)),
    ]


# ---- reading a latent file -------------------------------------------------------------------------------------


def take_latent_file(data: bytes) -> None:
    """Move the sliders to the latent in a JSON or NPY file; the page shows a problem, or values that were clamped."""
    visitor = current()
    upload = visitor.upload(LATENT_FILE.name)
    upload.problem = upload.notice = ""
    try:
        if latent_files.is_npy(data):
            name, checksum = visitor.model, model_store.sha256(visitor.model)
            read = latent_files.latent_from_npy
        else:
            name, checksum = latent_files.model_from_json(data)
            read = latent_files.latent_from_json
        model = model_store.load(name)
        latent = read(data, model.latent_dim)
    except (latent_files.LatentFileError, aecore.ModelFileError) as problem:
        upload.problem, upload.mark = str(problem), _mark(visitor)
        return
    switched = name != visitor.model
    switch_to_model_of_latent(name)
    # The sliders' range is from low to high, extended to the latent of the current digit.
    low = np.minimum(model.statistics.low, visitor.encoded)
    high = np.maximum(model.statistics.high, visitor.encoded)
    latent, outside = latent_files.clamp(latent, low, high)
    take_decoded(visitor, quantise(latent), "file", "file")
    notices = [named("Loaded: the sliders show the saved digit.", name)]
    if switched:
        notices.append(f"It belongs to “{model_store.label(name)}”: every page now uses that model.")
    if outside:
        values = "1 value was" if outside == 1 else f"{outside} values were"
        notices.append(f"{values} out of range and set to the nearest possible one.")
    if checksum != model_store.sha256(name):
        notices.append(f"It was made with another version of “{model_store.label(name)}”: the picture may differ.")
    upload.notice, upload.mark = " ".join(notices), _mark(visitor)


def outcome(visitor: Visitor) -> tuple[str, str]:
    """Return problem and notice of the last latent file, empty when the sliders have moved since."""
    upload = visitor.upload(LATENT_FILE.name)
    return (upload.problem, upload.notice) if upload.mark == _mark(visitor) else ("", "")


def _mark(visitor: Visitor) -> str:
    return f"{visitor.seq} {latent_to_text(visitor.latent)}"
