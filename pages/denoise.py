"""Add noise to a digit, and see what a denoising autoencoder makes of it."""

from ui import session, shell
from ui.canvas import sample_buttons
from ui.components import noise_lab

shell.heading(
    "Add noise, watch it go",
    "The denoiser was trained to redraw the clean digit from a corrupted one. "
    "Beside it: what an autoencoder that never saw noise makes of the same input.",
)
noise_lab()
sample_buttons()
session.write_link(noise=True)
