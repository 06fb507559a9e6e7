"""Data for the live part of the Denoise page."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore import ModelFileError, tasks
from aecore.core import pretrained
from aecore.data.corruption import MEANS_OF_MIXTURE, levels_of_mixture
from ui.features.denoise.state import NOISE_KINDS, Noise
from ui.server.routes import PLOTLY_URL, url_of_model
from ui.services import model_store
from ui.services.examples import has_own_pictures
from ui.services.frontend_assets import image_to_base64
from ui.state import history
from ui.state.for_talk import digit_of_table, original_of_table
from ui.state.table import usable_models
from ui.state.visitor import current
from ui.widgets.model_picker import model_for_browser

_WIDE, _WIDE_TASK = "denoiser_wide", "spatial_denoiser"
_ROLES = {"denoiser": "denoiser", "plain": "default", "book": "book_denoiser"}


def data() -> dict[str, Any]:
    """Return the digit, its noise, descriptions of the three networks, the visitor's own and the wide one, as JSON."""
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
        "wide": None if has_own_pictures(visitor.model) else _wide_latent(visitor.image),
        "seen": _seen_in_training(),
        "plotly": PLOTLY_URL,
    }


def _wide_latent(image: np.ndarray | None) -> dict[str, Any] | None:
    """Return address and latent size of the network with a wide latent; None where it is missing, or fits no image."""
    if _WIDE not in pretrained.available(_WIDE_TASK):
        return None
    try:
        model = tasks.load(_WIDE)
    except ModelFileError:
        return None
    if image is not None and image.shape != model.image_shape:
        return None
    return {"url": url_of_model(_WIDE), "numbers": model.latent_size}


def _seen_in_training() -> dict[str, dict[str, Any]]:
    """Return the noise levels that the denoiser was trained on, by kind of noise."""
    return {
        kind: {"low": levels[0], "high": levels[1], "means": MEANS_OF_MIXTURE}
        for kind in NOISE_KINDS
        if (levels := levels_of_mixture(kind))
    }


def scene_fields() -> dict[str, Any]:
    """Return the digit and its noise as the fields of a talk's scene."""
    visitor = current()
    noise = (visitor.state(Noise) or Noise()).to_json()
    kept = {"kind", "level", "seed", "mean" if noise["kind"] == "gaussian" else "box"}
    shown = {name: value for name, value in noise.items() if name in kept and value is not None}
    digit = digit_of_table() if has_own_pictures(visitor.model) else original_of_table()
    return {**digit, "noise": shown}
