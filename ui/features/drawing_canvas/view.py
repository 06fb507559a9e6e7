"""Data for the drawing canvas, and the buttons below it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from aecore.data.strokes import CANVAS, PEN
from ui.state.declaration import Feature
from ui.state.table import clear_canvas, move_in_history
from ui.state.visitor import Visitor, current
from ui.streamlit_compat import component_url
from ui.widgets.live_part import show

_START = "canvas-start"


def data() -> dict[str, Any]:
    """Return the drawing that the canvas starts with, and its number, which is a new one when Python changes it."""
    return {"library": _library(), "size": CANVAS, "pen": PEN, "start": _start(current())}


@lru_cache(maxsize=1)
def _library() -> str:
    """Return the address of the module of streamlit-drawable-canvas, relative to the app's root."""
    import streamlit_drawable_canvas as library  # here, because it can only be imported in a running app

    module = next(Path(library.__file__).parent.glob("frontend/build/index-*.js"))
    return component_url("streamlit-drawable-canvas.streamlit_drawable_canvas", module.name)


def _start(visitor: Visitor) -> dict[str, Any]:
    """Return the drawing as it was when the canvas got its number, so that strokes are not sent back to the pen."""
    known: dict[str, Any] | None = st.session_state.get(_START)
    if known is None or known["number"] != visitor.canvas or "drawing_canvas-part" not in st.session_state:
        drawing = visitor.drawing
        known = {"number": visitor.canvas, "strokes": list(drawing.strokes), "under": drawing.under_as_text}
        st.session_state[_START] = known
    return known


def is_outdated() -> bool:
    """Return whether the canvas on the page has another number than the drawing on the table."""
    known = st.session_state.get(_START)
    return known is not None and known["number"] != current().canvas


def canvas(feature: Feature) -> None:
    """Show the canvas with its buttons: Undo and Clear act in the browser, and here only until that is ready."""
    with st.container(key="paper"):
        show(feature, width="content")
    with st.container(horizontal=True, gap="small", key="pen"):
        st.button("Undo", icon=":material/undo:", on_click=move_in_history, args=(1,), help="Undo the last change")
        st.button("Clear", icon=":material/ink_eraser:", on_click=clear_canvas, help="Empty the canvas")
