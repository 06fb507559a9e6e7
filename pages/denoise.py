"""Corrupt a digit in many ways, and see how denoising autoencoders reconstruct it."""

from ui import page_frame
from ui.features.denoise import FEATURE
from ui.features.denoise.photo import bring_picture
from ui.features.examples.view import samples
from ui.services.examples import has_own_pictures
from ui.state.link import write_link
from ui.state.visitor import current
from ui.widgets.live_part import show

page_frame.notices()
if not has_own_pictures(current().model):
    bring_picture(FEATURE)
show(FEATURE)
samples()
write_link(FEATURE)
page_frame.next_page(FEATURE)
