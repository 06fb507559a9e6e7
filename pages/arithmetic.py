"""Add and subtract latents."""

from ui import page_frame
from ui.state import session
from ui.widgets.canvas import sample_buttons
from ui.widgets.components import arithmetic
from ui.widgets.model_picker import choose_model

page_frame.heading(
    "Arithmetic with digits",
    "Take the average 3 away from your 3, add the average 8: an 8 in your hand? What is added is a direction, "
    "and it works on other digits too.",
)
arithmetic()
sample_buttons()
choose_model()
session.write_link(terms=True)
