"""Give a talk: scenes on stage, in large, by keyboard or clicker."""

import streamlit as st

from ui import page_frame
from ui.features.talk.editor import booth, editor
from ui.state import session
from ui.widgets.components import stage

page_frame.heading(
    "Give a talk",
    "Scenes for a stage: a line of text and a picture for the last row. Page Up and Page Down lead through them, ? "
    "shows all keys, Escape leads back here.",
)
stage()
left, right = st.columns([2, 1], gap="large")
with left:
    editor()
with right:
    booth()
session.write_link(stage=True)
