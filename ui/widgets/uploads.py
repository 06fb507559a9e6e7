"""A picture of a digit, brought by the visitor."""

from __future__ import annotations

import streamlit as st

from ui.state import session

_MEGABYTES = 10


def bring_picture() -> None:
    """Offer to upload a picture, and say what was wrong with the last one."""
    state = session.current()
    st.file_uploader(
        "Bring a picture: a digit on paper, photographed. You can also paste one (Ctrl+V).",
        type=session.PICTURES,
        key=session.photo_key(state),
        max_upload_size=_MEGABYTES,
        on_change=session.take_upload,
        width=560,
    )
    if state.photo_problem:
        st.warning(state.photo_problem, icon=":material/image_not_supported:")
