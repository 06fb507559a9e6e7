"""Train a network of one's own, watch it learn, and use it on the other pages."""

import streamlit as st

from ui import page_frame
from ui.features.train.form import training_form
from ui.features.train.user_models import own_models
from ui.services import training_queue
from ui.state import session
from ui.widgets.components import training_view

page_frame.heading(
    "Train your own",
    "Choose a network and the digits it learns from, press start, and watch it learn to redraw them. "
    "Then use it on the other pages, or take it home.",
)
with st.container(key="train"):
    left, right = st.columns(2, gap="medium")
with left:
    training_form()
with right:
    if training_queue.is_installed():
        training_view()
    own_models()
session.write_link(run=True)
