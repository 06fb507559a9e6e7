"""The drawing canvas and the digits it can start from."""

from __future__ import annotations

import streamlit as st

import aecore
from aecore.data.strokes import CANVAS, PEN
from ui.services.canvas_image import is_usual, read_canvas
from ui.state import session


def canvas() -> None:
    """Show the canvas with its buttons, and take over what was drawn since the last run."""
    from streamlit_drawable_canvas import st_canvas  # refuses to be imported outside a running app

    state = session.current()
    if not is_usual(st.session_state.get(session.canvas_key(state), {})):
        state.canvas += 1  # no canvas sends this, and st_canvas would fail at it: go on with a new one
    key = session.canvas_key(state)
    start = session.canvas_start(state, key)
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
    drawn = read_canvas(st.session_state.get(key), state.drawing)  # its result would decode whatever was sent
    if drawn is not None:
        state.drawing, state.sample = drawn[0], None
        session.take_image(state, aecore.normalize_drawing(drawn[1]), "drawing")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=session.undo_stroke,
            disabled=not state.drawing.get("objects"),
            help="Take the last stroke back",
        )
        st.button("Clear", icon=":material/ink_eraser:", on_click=session.clear_canvas, help="Empty the canvas")


def sample_buttons() -> None:
    """Offer the ten sample digits."""
    state = session.current()
    st.caption("or start from a sample")
    with st.container(horizontal=True, gap="xsmall", width=232, key="samples"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"sample-{digit}",
                type="primary" if state.sample == digit else "secondary",
                on_click=session.choose_sample,
                args=(digit,),
            )
