"""Every use of Streamlit's internals, each with its reason, so that an upgrade of Streamlit breaks nothing elsewhere.

The public names of `st` are used everywhere. Internals may change with any version: they are used only here, and
`tests/ui/test_streamlit_compat.py` has a test for each that says what to check. Imports nothing else of ui.
"""

from __future__ import annotations

import copy
import importlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from streamlit import file_util
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [  # types: results of `st.container` and `st.Page`, and browsers' messages
    "BackMsg",
    "DeltaGenerator",
    "StreamlitPage",
    "WidgetState",
]

# Addresses below the app's root. The input guard recognises an upload, with its session and file id, by its address;
# `ui.server.open_page` requests HEALTH to find out whether the app is served.
HEALTH = "_stcore/health"
UPLOADS = "_stcore/upload_file"
UPLOAD = re.compile(rf".*/{UPLOADS}/([\w-]{{1,64}})/([\w-]{{1,64}})", re.ASCII)

_LOADING = re.compile(r'\s*(?:<script [^>]*src=[^>]*></script>|<link rel="(?:modulepreload|stylesheet)"[^>]*>)')
_UNUSED = re.compile(r'\s*(?:<title>.*?</title>|<link\s+rel="preload"[^>]*as="font"[^>]*>)', re.DOTALL)

EVENTS = "__events"  # the ending of the key under which a component reports one-time events


def is_script_run() -> bool:
    """Return whether this is a script run for a visitor.

    The server imports `app.py` once, and runs it for each visit: no public function says which of the two it is.
    """
    return script_run() is not None


def script_run() -> object:
    """Return the context of the present script run of a visitor, None outside of any.

    A thread that runs the script again at once for the same visitor keeps it.
    """
    return get_script_run_ctx(suppress_warning=True)


def browser_address() -> str:
    """Return the address of the page in the visitor's browser, without query; "" where none is reported.

    `st.context.url` removes a last part that looks like a page's name: for an app served under https://a.school/learn/
    it would be https://a.school, because there is a page called learn.
    """
    context = get_script_run_ctx()
    return context.context_info.url if context is not None and context.context_info is not None else ""


def page_of(script: Path, title: str, address: str) -> StreamlitPage:
    """Return the page of a script for `st.navigation`; an empty address makes it the first one.

    Making one looks at the script's path part by part on the disk. `st.navigation` notes in the page that it may be
    run, so that each run of the script has copies of its own.
    """
    return copy.copy(_page(script, title, address))


@lru_cache(maxsize=64)
def _page(script: Path, title: str, address: str) -> StreamlitPage:
    return StreamlitPage(script, title=title, url_path=address or None, default=not address)


def key_of(widget_id: str) -> str:
    """Return the key that the app gave a widget, from the id '$$ID-hash-key' that a browser sends."""
    return widget_id.split("-", 2)[-1]


def component_url(component: str, file: str) -> str:
    """Return the address of a file of an installed component, relative to the app's root.

    Streamlit's front end imports a component's module from there; here another component does, to have it as a library.
    """
    return f"_stcore/bidi-components/{component}/{file}"


def index_html() -> tuple[str, str, str]:
    """Return the parts of Streamlit's HTML, the same for every page: head, the head's scripts and style sheet, body.

    Left out are its title, and a font that this app's theme does not use, which would be loaded before all else.
    """
    text = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    head, body = (re.search(f"<{tag}>\n(.*?)</{tag}>", text, re.DOTALL)[1] for tag in ("head", "body"))  # type: ignore[index]
    scripts = _LOADING.findall(head)
    for unused in (*scripts, *_UNUSED.findall(head)):
        head = head.replace(unused, "")
    return head, "".join(scripts), body


# ---- uploads ---------------------------------------------------------------------------------------------------


def uploads() -> dict[str, dict[str, Any]]:
    """Return the uploads that Streamlit holds, by session, then by file id; each has a `name`.

    Streamlit limits the size of a file, but not the number of unread ones: the input guard counts them.
    """
    held: dict[str, dict[str, Any]] = Runtime.instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return held


def take_upload(file: object) -> bytes | None:
    """Return the bytes of an uploader's file, None for none, and remove the file from Streamlit's memory.

    Streamlit itself keeps a file as long as the uploader is on the page.
    """
    if not isinstance(file, UploadedFile):
        return None
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]
    return file.getvalue()


# ---- sessions --------------------------------------------------------------------------------------------------


def drop_expired_sessions() -> int:
    """Drop the sessions whose time to reconnect is over, and return their number.

    Streamlit itself keeps the last ones until another visitor comes.
    """
    expired = Runtime.instance()._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]
    for _, info in expired:
        info.session.shutdown()  # frees uploads and pictures
        # Streamlit's main loop keeps a reference to the session that it served last until another visitor comes. So
        # the session's content is deleted as well; only its state "shut down" stays.
        state = info.session._state
        vars(info.session).clear()
        info.session._state = state
    return len(expired)


# ---- once, when the server starts ------------------------------------------------------------------------------


def always_run_app() -> None:
    """Make every visit run app.py, whichever page it asks for first.

    Because there is a folder named pages/, Streamlit would run the first deep-linked page alone, without our navigation
    (its older kind of multi-page app). `st.navigation` itself sets the same flag, but only when it runs.
    """
    PagesManager.uses_pages_directory = False


def without_data_frames() -> None:
    """Keep pandas and pyarrow, 68 MB, out of the process: 223 -> 155 MB after three pages.

    Streamlit imports them to look for data frames in a component's data. Ours contains none.
    """
    serialization = importlib.import_module("streamlit.components.v2.bidi_component.serialization")
    serialization.is_dataframe_like = lambda _: False  # type: ignore[attr-defined]


def read_theme_once() -> None:
    """Have Streamlit read the theme's options from its configuration once, and not at every run: 0.4 ms of CPU each."""
    app_session = importlib.import_module("streamlit.runtime.app_session")
    read, known = app_session._populate_theme_msg, dict[str, Any]()

    def populate(message: Any, section: str = "theme") -> None:
        if section not in known:
            known[section] = type(message)()
            read(known[section], section)
        message.MergeFrom(known[section])

    app_session._populate_theme_msg = populate  # type: ignore[attr-defined]
