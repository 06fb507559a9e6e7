"""The buttons of the sample digits."""

from __future__ import annotations

import streamlit as st

from ui.state.table import choose_sample
from ui.state.visitor import current


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
