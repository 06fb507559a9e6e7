"""The drawing canvas and the buttons of the sample digits."""

from __future__ import annotations

from typing import Any

import streamlit as st

import aecore
from aecore.data.strokes import CANVAS, PEN
from ui.services.canvas_image import is_usual, read_canvas
from ui.state.table import choose_sample, clear_canvas, take_image, undo_stroke
from ui.state.visitor import Visitor, current


def canvas() -> None:
    """Show the canvas with its buttons, and take the drawing made since the last run."""
    from streamlit_drawable_canvas import st_canvas  # here, because it can only be imported in a running app

    visitor = current()
    if not is_usual(st.session_state.get(_key(visitor), {})):
        visitor.canvas += 1  # a forged value, at which st_canvas would fail: continue with a new canvas
    key = _key(visitor)
    start = _start(visitor, key)
    with st.container(key="paper"):  # as high as a canvas, also while one makes way for another
        st_canvas(
            stroke_width=PEN,
            stroke_color="#ffffff",
            background_color="#000000",
            height=CANVAS,
            width=CANVAS,
            initial_drawing=start,
            return_image_data=True,
            key=key,
        )
    drawn = read_canvas(st.session_state.get(key), visitor.drawing)  # not from its result, which decodes without bounds
    if drawn is not None:
        visitor.drawing, visitor.sample = drawn[0], None
        take_image(visitor, aecore.normalize_drawing(drawn[1]), "drawing")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=undo_stroke,
            disabled=not visitor.drawing.get("objects"),
            help="Take the last stroke back",
        )
        st.button("Clear", icon=":material/ink_eraser:", on_click=clear_canvas, help="Empty the canvas")


def _key(visitor: Visitor) -> str:
    """Return the widget key of the current canvas."""
    return f"canvas-{visitor.canvas}"


def _start(visitor: Visitor, key: str) -> dict[str, Any]:
    """Return a canvas's initial drawing, which must not change while that canvas is on the page."""
    if key not in st.session_state:  # a new canvas, or the visitor came back from another page
        st.session_state["canvas-start"] = visitor.drawing
    start: dict[str, Any] = st.session_state["canvas-start"]
    return start


def sample_buttons() -> None:
    """Show a button for each of the ten sample digits."""
    visitor = current()
    st.caption("or start from a sample")
    with st.container(horizontal=True, gap="xsmall", width=232, key="samples"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"sample-{digit}",
                type="primary" if visitor.sample == digit else "secondary",
                on_click=choose_sample,
                args=(digit,),
            )
