"""Add and subtract latents."""

from ui import page_frame
from ui.features.arithmetic import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model
from ui.widgets.samples import sample_buttons

page_frame.notices()
show(FEATURE)
sample_buttons()
choose_model()
write_link(FEATURE)
page_frame.next_page(FEATURE)
