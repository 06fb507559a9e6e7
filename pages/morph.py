"""Walk from digit to digit through latent space."""

from ui import session, shell
from ui.components import morph
from ui.film import take_film
from ui.models import choose_model

shell.heading(
    "From digit to digit",
    "A path through latent space, decoded: scrub, play, add your own digit. Where does one digit become another?",
)
morph()
take_film()
choose_model()
session.write_link(path=True)
