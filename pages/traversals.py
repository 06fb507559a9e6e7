"""See the effect of each number of the latent, starting from the current digit."""

from ui import page_frame
from ui.features.traversals import FEATURE
from ui.state.link import write_link
from ui.widgets.canvas import sample_buttons
from ui.widgets.live_part import show
from ui.widgets.model_picker import offer_way_back

page_frame.heading(
    "What each number does",
    "One filmstrip per number: it alone goes from its lowest to its highest value while the others stay. "
    "The mark is where it stands now; click a picture to go there.",
)
show(FEATURE)
offer_way_back()
sample_buttons()
write_link(FEATURE)
