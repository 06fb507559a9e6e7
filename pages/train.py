"""Train your own network, in the browser or on the server, watch it learn, and use it on the other pages."""

import streamlit as st

from ui import page_frame
from ui.features.train import FEATURE
from ui.features.train.form import training_form
from ui.features.train.user_models import user_models
from ui.features.train_here import FEATURE as HERE
from ui.services import training_queue
from ui.state.link import write_link
from ui.widgets.live_part import show

page_frame.notices()
training_queue.expect()
show(HERE)
with st.container(key="train"):
    st.html("<h2>Train on the server</h2>")
    left, right = st.columns(2, gap="medium")
with left:
    training_form(bring=lambda: show(FEATURE, FEATURE.parts[1]))
with right:
    if training_queue.is_installed():
        show(FEATURE)
    user_models()
write_link(FEATURE)
page_frame.next_page(FEATURE)
