"""Give a talk: scenes on stage, in large, by keyboard or clicker."""

import streamlit as st

from ui import page_frame
from ui.features import booth
from ui.features.talk import FEATURE
from ui.features.talk.editor import editor
from ui.state.link import write_link
from ui.widgets.live_part import show

page_frame.notices()
show(FEATURE)
left, right = st.columns([2, 1], gap="large")
with left:
    show(FEATURE, FEATURE.parts[1])
    editor()
with right:
    booth.choice()
write_link(FEATURE)
page_frame.next_page(FEATURE)
