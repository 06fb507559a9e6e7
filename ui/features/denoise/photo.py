"""A picture of a digit, brought or pasted by the visitor."""

from __future__ import annotations

import base64
import contextlib

import streamlit as st

from ui.state.table import take_picture
from ui.state.visitor import current
from ui.widgets.uploads import Uploader, uploader

PHOTO = Uploader("photo", (".png", ".jpg", ".jpeg"), megabytes=10)
_LONGEST_PASTED = 14_000_000  # characters of base64: ten megabytes


def bring_picture() -> None:
    """Offer to upload a picture, and say what was wrong with the last one."""
    label = "Bring a picture: a digit on paper, photographed. You can also paste one (Ctrl+V)."
    uploader(PHOTO, label, take_photo, width=560)
    if problem := current().upload(PHOTO.name).problem:
        st.warning(problem, icon=":material/image_not_supported:")


def take_photo(data: bytes) -> None:
    """Read a picture and put its digit on the table; what is wrong with it is said on the page."""
    from aecore.data.photo import PhotoError, read_photo  # late: only who brings a picture pays for what reads it

    upload = current().upload(PHOTO.name)
    upload.problem = ""
    try:
        image = read_photo(data)
    except PhotoError as problem:
        upload.problem = str(problem)
        return
    take_picture(image)


def take_pasted(text: object) -> None:
    """Take over a picture from the clipboard, its bytes in base64; anything else is ignored."""
    if isinstance(text, str) and len(text) <= _LONGEST_PASTED:
        with contextlib.suppress(ValueError):
            take_photo(base64.b64decode(text, validate=True))
