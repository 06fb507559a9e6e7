"""See where digits lie in latent space, and decode whatever is under the pointer."""

from ui import page_frame
from ui.state import session
from ui.widgets.canvas import sample_buttons
from ui.widgets.components import latent_map

page_frame.heading(
    "A map of latent space",
    "Every point is a handwritten digit that the model never saw. Move over the map, and the decoder draws what lies "
    "there; click to take that latent to the sliders.",
)
latent_map()
sample_buttons()
session.write_link(view=True)
