"""File uploaders: each takes one file at a time, which is read once and not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.state.declaration import Widget, upload
from ui.state.visitor import current
from ui.streamlit_compat import take_upload


@dataclass(frozen=True)
class Uploader:
    """An uploader: the prefix of its widget key, the file name endings it accepts, and the maximum size."""

    name: str
    endings: tuple[str, ...]
    megabytes: int


def declare(one: Uploader) -> Widget:
    """Return the widget declaration that permits a browser to upload there."""
    return upload(rf"{one.name}-\d+", one.endings)


def uploader(one: Uploader, label: str, take: Callable[[bytes], None], **options: Any) -> None:
    """Show an uploader; `take` is called with the bytes of an uploaded file, and the uploader is emptied."""
    key = f"{one.name}-{current().upload(one.name).number}"

    def take_over() -> None:
        data = take_upload(st.session_state.get(key))
        current().upload(one.name).number += 1
        if data is not None:
            take(data)

    with st.container(key=f"{one.name}-in-foreign-frame"):  # shown only there, see frontend/index.css
        st.caption("Inside another website, browsers refuse uploads: open this page in its own tab.")
    st.file_uploader(label, type=one.endings, key=key, max_upload_size=one.megabytes, on_change=take_over, **options)
