"""Draw a digit, see it become sixteen numbers, and change them with sliders."""

import streamlit as st

from ui import export_html, page_frame
from ui.features.draw import FEATURE
from ui.features.draw.first_frame import SENTENCE, TITLE
from ui.features.draw.save_and_share import save_and_share
from ui.features.draw.view import sliders
from ui.widgets.canvas import canvas, sample_buttons
from ui.widgets.model_picker import choose_model

page_frame.heading(TITLE, SENTENCE)
with st.container(key="draw"):
    left, right = st.columns(2, gap="medium")
with left:
    canvas()
    sample_buttons()
    choose_model()
with right:
    sliders(FEATURE)
with left:
    save_and_share(export_html)
