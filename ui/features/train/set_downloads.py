"""The download of other data sets to the server: one at a time, in the background, for all visitors."""

from __future__ import annotations

import threading

import streamlit as st

from aecore.data import named
from ui.services.terms import explain

_mutex = threading.Lock()
_thread: threading.Thread | None = None
_name, _fraction, _problem = "", 0.0, ""


def offer_sets() -> None:
    """Show a button for each data set that is not here and can be downloaded; during a download, its progress."""
    if is_loading():
        _watch()
        return
    missing = [name for name in named.SETS if not named.is_here(name)]
    if not missing:
        return
    if _problem:
        st.info(f"{_problem} Train on what is listed, or bring pictures of your own.", icon=":material/cloud_off:")
    with st.popover("Download another data set", icon=":material/download:"):
        st.caption(explain("Other pictures than MNIST, for all visitors of this server:"), unsafe_allow_html=True)
        for name in missing:
            one = named.SETS[name]
            label = f"{one.title} ({one.megabytes} MB)"
            st.button(label, key=f"set-{name}", on_click=_download, args=(name,), width="stretch")


@st.fragment(run_every=0.5)
def _watch() -> None:
    st.progress(_fraction, f"Downloading {named.SETS[_name].title}: {_fraction:.0%}")
    if not is_loading():
        st.rerun()


def is_loading() -> bool:
    """Return whether a download is in progress."""
    return _thread is not None and _thread.is_alive()


def _download(name: str) -> None:
    global _thread, _name, _fraction, _problem
    with _mutex:
        if not is_loading():
            _name, _fraction, _problem = name, 0.0, ""
            _thread = threading.Thread(target=_fetch, args=(name,), name="data set", daemon=True)
            _thread.start()


def _fetch(name: str) -> None:
    global _problem
    try:
        named.fetch(name, _note)
    except ValueError as problem:
        _problem = str(problem)


def _note(fraction: float) -> None:
    global _fraction
    _fraction = fraction
