"""Draw a digit, see it become sixteen numbers, and change them with sliders."""

import streamlit as st

from ui import export_html, page_frame
from ui.features.draw import FEATURE
from ui.features.draw.save_and_share import save_and_share
from ui.features.draw.view import sliders
from ui.features.drawing_canvas import FEATURE as CANVAS
from ui.features.drawing_canvas.view import canvas
from ui.features.examples.view import samples
from ui.services.examples import is_drawable
from ui.state.visitor import current
from ui.widgets.model_picker import choose_model

page_frame.notices()
with st.container(key="draw"):  # one grid: page.css says where its pieces are
    if is_drawable(current().model):
        canvas(CANVAS)
    sliders(FEATURE)
    with st.container(key="side"):
        samples()
        choose_model()
    with st.container(key="share"):
        save_and_share(export_html)
page_frame.next_page(FEATURE)
