"""Add and subtract latents."""

from ui import page_frame
from ui.features.arithmetic import FEATURE
from ui.state.link import write_link
from ui.widgets.canvas import sample_buttons
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model

page_frame.heading(
    "Arithmetic with digits",
    "Take the average 3 away from your 3, add the average 8: an 8 in your hand? What is added is a direction, "
    "and it works on other digits too.",
)
show(FEATURE)
sample_buttons()
choose_model()
write_link(FEATURE)
