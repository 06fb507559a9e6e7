"""Walk from digit to digit through latent space."""

from ui import page_frame
from ui.features.morph import FEATURE
from ui.features.morph.morph_export import offer_files
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model

page_frame.heading(
    "From digit to digit",
    "A path through latent space, decoded: scrub, play, add your own digit. Where does one digit become another?",
)
show(FEATURE)
offer_files()
choose_model()
write_link(FEATURE)
