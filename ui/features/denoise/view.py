"""Data for the live part of the Denoise page."""

from __future__ import annotations

from typing import Any

from aecore.data.corruption import MEANS_OF_MIXTURE, levels_of_mixture
from ui.features.denoise.state import NOISE_KINDS, Noise
from ui.server.routes import PLOTLY_URL
from ui.services import model_store
from ui.services.examples import has_own_pictures
from ui.services.frontend_assets import image_to_base64
from ui.state import history
from ui.state.table import usable_models
from ui.state.visitor import current
from ui.widgets.model_picker import model_for_browser

_ROLES = {"denoiser": "denoiser", "plain": "default", "book": "book_denoiser"}


def data() -> dict[str, Any]:
    """Return the digit, its noise, the three networks and the visitor's own, and their descriptions, as JSON."""
    visitor = current()
    noise = visitor.state(Noise)
    if noise is None:
        visitor.put(noise := Noise())
    usable = usable_models()
    roles = {**_ROLES, "own": visitor.model if model_store.is_own(visitor.model) else ""}
    if has_own_pictures(visitor.model):  # networks that know digits only make digits of them
        roles = {**dict.fromkeys(_ROLES, ""), "own": visitor.model}
    return {
        "moves": history.of(visitor).moves,
        "image": image_to_base64(visitor.image),
        **noise.to_json(),
        "models": {role: model_for_browser(name) if name in usable else None for role, name in roles.items()},
        "seen": _seen_in_training(),
        "plotly": PLOTLY_URL,
    }


def _seen_in_training() -> dict[str, dict[str, Any]]:
    """Return the noise levels that the denoiser was trained on, by kind of noise."""
    return {
        kind: {"low": levels[0], "high": levels[1], "means": MEANS_OF_MIXTURE}
        for kind in NOISE_KINDS
        if (levels := levels_of_mixture(kind))
    }
