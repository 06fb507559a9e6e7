"""Corrupt a digit in many ways, and see how denoising autoencoders reconstruct it."""

from ui import page_frame
from ui.features.denoise import FEATURE
from ui.features.denoise.photo import bring_picture
from ui.state.link import write_link
from ui.widgets.canvas import sample_buttons
from ui.widgets.live_part import show

page_frame.heading(
    "Add noise, watch it go",
    "A denoiser was trained to redraw the clean digit from a corrupted one. How far does it get, where does it fail?",
)
bring_picture(FEATURE)
show(FEATURE)
sample_buttons()
write_link(FEATURE)
