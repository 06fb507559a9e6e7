"""Every use of Streamlit's internals, each with its reason, so that an upgrade of Streamlit breaks nothing elsewhere.

What `st.` offers is used anywhere. What lies behind it may change with any version: it is named here and nowhere else,
and `tests/ui/test_streamlit_compat.py` has a test for each that says what to look at. Imports nothing else of ui.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from streamlit.components.v2.types import ComponentRenderer
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [  # types: what `st.components.v2.component`, `st.container` and `st.Page` return, and what a browser sends
    "BackMsg",
    "ComponentRenderer",
    "DeltaGenerator",
    "StreamlitPage",
    "WidgetState",
]

# Addresses below the app's root. The input guard has to know an upload, with its session and its own number, and
# `ui.server.open_page` asks whether the app is being served.
HEALTH = "_stcore/health"
UPLOADS = "_stcore/upload_file"
UPLOAD = re.compile(rf".*/{UPLOADS}/([\w-]{{1,64}})/([\w-]{{1,64}})", re.ASCII)

EVENTS = "__events"  # ends the key under which a component reports what happened once


def is_script_run() -> bool:
    """Return whether a script runs for a visitor now.

    `app.py` is imported by the server once, and run for each visit: nothing public says which of the two it is.
    """
    return get_script_run_ctx() is not None


def browser_address() -> str:
    """Return the address of the page that a visitor's browser is on, without query; "" where none is reported.

    `st.context.url` takes off what looks like a page's name: under https://a.school/learn/ the first page of all would
    be https://a.school, for there is a page called learn.
    """
    context = get_script_run_ctx()
    return context.context_info.url if context is not None and context.context_info is not None else ""


def key_of(widget_id: str) -> str:
    """Return the key that the app gave a widget, for the input guard: a browser names widgets '$$ID-hash-key'."""
    return widget_id.split("-", 2)[-1]


# ---- uploads ---------------------------------------------------------------------------------------------------


def uploads() -> dict[str, dict[str, Any]]:
    """Return the uploads that Streamlit holds, by session, then by their own number; each has a `name`.

    Streamlit bounds the size of a file, not how many of them wait to be read: the input guard counts.
    """
    held: dict[str, dict[str, Any]] = Runtime.instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return held


def take_upload(file: object) -> bytes | None:
    """Return what an uploader holds, None for nothing, and let Streamlit keep it no longer.

    By itself it keeps a file for as long as the uploader is on the page.
    """
    if not isinstance(file, UploadedFile):
        return None
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]
    return file.getvalue()


# ---- sessions --------------------------------------------------------------------------------------------------


def drop_expired_sessions() -> int:
    """Drop the sessions whose time to come back is over, and return how many there were.

    By itself Streamlit keeps the last ones until another visitor comes, however late.
    """
    expired = Runtime.instance()._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]
    for _, info in expired:
        info.session.shutdown()  # lets go of uploads and pictures
        # Streamlit's main loop holds the session that it served last for as long as nobody else comes: of that one,
        # too, nothing is left but that it is shut down.
        state = info.session._state
        vars(info.session).clear()
        info.session._state = state
    return len(expired)


# ---- once, when the server starts ------------------------------------------------------------------------------


def always_run_app() -> None:
    """Have each visit run app.py, whichever page it asks for first.

    With a folder named pages/, Streamlit would run the first deep-linked page alone, hence without our navigation (its
    older way of doing multi-page apps). Saying so up front is what `st.navigation` itself does.
    """
    PagesManager.uses_pages_directory = False


def without_data_frames() -> None:
    """Keep pandas and pyarrow, 68 MB, out of the process: 223 -> 155 MB after three pages.

    Streamlit loads them to find data frames in what a component gets. Ours get none.
    """
    serialization = importlib.import_module("streamlit.components.v2.bidi_component.serialization")
    serialization.is_dataframe_like = lambda _: False  # type: ignore[attr-defined]
