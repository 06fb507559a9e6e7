"""Walk from digit to digit through latent space."""

from ui import page_frame
from ui.features.morph.morph_export import take_film
from ui.state import session
from ui.widgets.components import morph
from ui.widgets.model_picker import choose_model

page_frame.heading(
    "From digit to digit",
    "A path through latent space, decoded: scrub, play, add your own digit. Where does one digit become another?",
)
morph()
take_film()
choose_model()
session.write_link(path=True)
