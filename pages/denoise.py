"""Corrupt a digit in many ways, and see how denoising autoencoders reconstruct it."""

from ui import page_frame
from ui.features.denoise import FEATURE
from ui.features.denoise.photo import bring_picture
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.samples import sample_buttons

page_frame.notices()
bring_picture(FEATURE)
show(FEATURE)
sample_buttons()
write_link(FEATURE)
page_frame.next_page(FEATURE)
