"""See the effect of each number of the latent, starting from the current digit."""

from ui import page_frame
from ui.features.examples.view import samples
from ui.features.traversals import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import offer_way_back

page_frame.notices()
show(FEATURE)
offer_way_back()
samples()
write_link(FEATURE)
page_frame.next_page(FEATURE)
