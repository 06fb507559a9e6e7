"""See how an autoencoder works, with the current digit."""

import streamlit as st

from ui import page_frame
from ui.features.drawing_canvas import FEATURE as CANVAS
from ui.features.drawing_canvas.view import canvas
from ui.features.examples.view import samples
from ui.features.learn import FEATURE
from ui.features.learn.keras_code import show_keras_code
from ui.features.learn.latent_size import latent_sizes
from ui.features.learn.loss import explain_likelihood, explain_loss
from ui.services.examples import is_drawable
from ui.state.link import write_link
from ui.state.visitor import current
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model

page_frame.notices()
picture = st.container()  # filled below, because it depends on the canvas and the choice of model
with st.container(key="learn"):
    left, right = st.columns(2, gap="large")
with left:
    if is_drawable(current().model):
        canvas(CANVAS)
    samples()
    choose_model()
with picture:
    show(FEATURE)
with right:
    explain_loss()
    explain_likelihood()
latent_sizes()
show_keras_code()
write_link(FEATURE)
page_frame.next_page(FEATURE)
