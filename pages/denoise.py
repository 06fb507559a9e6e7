"""Corrupt a digit in many ways, and see what denoising autoencoders make of it."""

import streamlit as st

from ui import page_frame
from ui.state import session
from ui.widgets.canvas import sample_buttons
from ui.widgets.components import noise_lab
from ui.widgets.uploads import bring_picture

page_frame.heading(
    "Add noise, watch it go",
    "A denoiser was trained to redraw the clean digit from a corrupted one. How far does it get, where does it fail?",
)
noise_lab()
with st.container(key="bring"):
    left, right = st.columns(2, gap="medium")
with left:
    sample_buttons()
with right:
    bring_picture()
session.write_link(noise=True)
