"""See how an autoencoder works, with the current digit."""

import streamlit as st

from ui import page_frame
from ui.features.drawing_canvas import FEATURE as CANVAS
from ui.features.drawing_canvas.view import canvas
from ui.features.examples.view import samples
from ui.features.few_labels import FEATURE as LABELS
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
with st.container(key="learn"):
    network, drawn, words = st.columns(3)
with drawn:
    if is_drawable(current().model):
        canvas(CANVAS)
    samples()
    choose_model()
with network:
    show(FEATURE)
with words:
    explain_loss()
    explain_likelihood()
latent_sizes()
show(LABELS)
show(FEATURE, FEATURE.parts[1])
show_keras_code()
write_link(FEATURE)
page_frame.next_page(FEATURE)
