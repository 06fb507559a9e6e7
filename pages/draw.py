"""Draw a digit, see it become sixteen numbers, bend them."""

import streamlit as st

from ui import shell
from ui.canvas import canvas, sample_buttons
from ui.components import live_deck
from ui.models import choose_model
from ui.takeaway import take_it_with_you

shell.heading(
    "Draw a digit, bend its sixteen numbers",
    "The encoder squeezes 784 pixels into sixteen numbers; the decoder redraws the digit from them. Drag a slider.",
)
with st.container(key="draw"):
    left, right = st.columns(2, gap="medium")
with left:
    canvas()
    sample_buttons()
    choose_model()
with right:
    live_deck()
with left:
    take_it_with_you()
