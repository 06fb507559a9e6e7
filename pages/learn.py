"""See how an autoencoder works, with the digit on the table."""

import streamlit as st

from ui import session, shell
from ui.canvas import canvas, sample_buttons
from ui.components import network
from ui.models import choose_model

shell.heading(
    "How it works",
    "An encoder squeezes the digit through a bottleneck, a decoder redraws it. Every layer shows what it makes of your "
    "digit: point at one, or walk through them.",
)
network()
with st.container(key="draw"):
    left, right = st.columns(2, gap="medium")
with left:
    canvas()
    sample_buttons()
    choose_model()
session.write_link()
