"""Add and subtract latents."""

from ui import page_frame
from ui.features.arithmetic import FEATURE
from ui.features.examples.view import samples
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model

page_frame.notices()
show(FEATURE)
samples()
choose_model()
write_link(FEATURE)
page_frame.next_page(FEATURE)
