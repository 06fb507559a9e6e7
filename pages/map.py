"""See where digits lie in latent space, and decode the latent under the pointer."""

from ui import page_frame
from ui.features.map import FEATURE
from ui.state.link import write_link
from ui.widgets.canvas import sample_buttons
from ui.widgets.live_part import show

page_frame.heading(
    "A map of latent space",
    "Every point is a handwritten digit that the model never saw. Move over the map, and the decoder draws what lies "
    "there; click to take that latent to the sliders.",
)
show(FEATURE)
sample_buttons()
write_link(FEATURE)
