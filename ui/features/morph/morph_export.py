"""Downloads of the path between digits: an animation and a filmstrip."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.export.images import images_to_gif, images_to_strip
from aecore.latent.interpolation import interpolate
from ui.features.morph.view import current_path
from ui.services import model_store
from ui.state.visitor import current

FRAMES = "morph-frames"
_MOST_FRAMES = 120


def offer_files() -> None:
    """Show buttons that download the path as an animation and as a filmstrip."""
    path, model = current_path(), model_store.load(current().model)

    def images(return_as_well: bool) -> np.ndarray:
        places = np.linspace(0, len(path.stops) - 1, int(count))
        if return_as_well:  # half of the frames forward, half of them back
            places = (len(path.stops) - 1) * (1 - np.abs(np.linspace(-1, 1, int(count), endpoint=False)))
        latents = interpolate(np.array(path.stops), places, path.spherical)
        return model.decode(latents)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        count = st.number_input("Frames to save", 2, _MOST_FRAMES, 24, key=FRAMES, width=180)
        st.download_button(
            "GIF",
            lambda: images_to_gif(images(path.back)),
            "morph.gif",
            "image/gif",
            on_click="ignore",
            help="Back and forth or one way, as the path is played.",
        )
        st.download_button(
            "PNG filmstrip", lambda: images_to_strip(images(False)), "morph.png", "image/png", on_click="ignore"
        )
