"""Pictures of digits that visitors upload or paste."""

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
    """Show the uploader of pictures, and the problem with the last picture."""
    label = "Bring a picture: a digit on paper, photographed. You can also paste one (Ctrl+V)."
    uploader(PHOTO, label, take_photo, width=560)
    if problem := current().upload(PHOTO.name).problem:
        st.warning(problem, icon=":material/image_not_supported:")


def take_photo(data: bytes) -> None:
    """Read a picture and make its digit the current one; a problem is shown on the page."""
    from aecore.data.photo import PhotoError, read_photo  # here: only needed when a picture is uploaded

    upload = current().upload(PHOTO.name)
    upload.problem = ""
    try:
        image = read_photo(data)
    except PhotoError as problem:
        upload.problem = str(problem)
        return
    take_picture(image)


def take_pasted(text: object) -> None:
    """Read a picture from the clipboard, a report with its bytes in base64; ignores an invalid report."""
    if isinstance(text, str) and len(text) <= _LONGEST_PASTED:
        with contextlib.suppress(ValueError):
            take_photo(base64.b64decode(text, validate=True))
