"""See the effect of each number of the latent, starting from the current digit."""

from ui import page_frame
from ui.features.traversals import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import offer_way_back
from ui.widgets.samples import sample_buttons

page_frame.notices()
show(FEATURE)
offer_way_back()
sample_buttons()
write_link(FEATURE)
page_frame.next_page(FEATURE)
