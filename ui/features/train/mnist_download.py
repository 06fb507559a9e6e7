"""The download of MNIST to the server: one at a time, in the background, for all visitors."""

from __future__ import annotations

import threading

import streamlit as st

from aecore.data.mnist import fetch_mnist

_mutex = threading.Lock()
_thread: threading.Thread | None = None
_fraction = 0.0
_problem = ""
_WHAT_TO_DO = (
    "Whoever runs this server can put `mnist.npz` (Keras' layout, 11 MB) into `~/.keras/datasets`, or start it with "
    "`AECORE_MNIST=/path/to/mnist.npz`. Until then, train on synthetic digits."
)


def offer_mnist() -> None:
    """Show a button that downloads MNIST, with the alternatives; during a download, its progress."""
    if is_loading():
        _watch()
    else:
        st.info(f"{_problem or 'MNIST is not on this server; it can be downloaded.'} {_WHAT_TO_DO}")
        st.button("Download it (11 MB)", icon=":material/download:", on_click=_download)


@st.fragment(run_every=0.5)
def _watch() -> None:
    st.progress(_fraction, f"Downloading MNIST: {_fraction:.0%}")
    if not is_loading():
        st.rerun()


def is_loading() -> bool:
    """Return whether a download is in progress."""
    return _thread is not None and _thread.is_alive()


def _download() -> None:
    global _thread, _fraction, _problem
    with _mutex:
        if not is_loading():
            _fraction, _problem = 0.0, ""
            _thread = threading.Thread(target=_fetch, name="mnist", daemon=True)
            _thread.start()


def _fetch() -> None:
    global _problem
    try:
        fetch_mnist(_note)
    except ValueError as problem:
        _problem = str(problem)


def _note(fraction: float) -> None:
    global _fraction
    _fraction = fraction
