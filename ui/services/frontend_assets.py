"""What the browser's live parts are made of: modules, style sheets, models in words. Knows nothing of Streamlit."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core.layers import Layer
from aecore.core.model_file import ModelFileError
from aecore.latent.directions import load_directions
from aecore.tasks import Autoencoder
from ui.state.settings import as_latent

UI = Path(__file__).parents[1]
FRONTEND = UI / "frontend"
MODULES = {path.relative_to(UI).as_posix(): path for path in UI.rglob("*.js")}
VERSION = hashlib.sha256(b"".join(MODULES[name].read_bytes() for name in sorted(MODULES))).hexdigest()[:16]

_SHARED = {
    "map": ("gauge",),
    "draw": ("gauge",),
    "morph": ("gauge",),
    "arithmetic": ("gauge",),
}  # style sheets that parts share


def style(name: str) -> str:
    """Return the style sheet of a feature's live part."""
    shared = [FRONTEND / "lib" / f"{sheet}.css" for sheet in ("base", *_SHARED.get(name, ()))]
    if name == "booth":
        shared.append(UI / "features" / "talk" / "part.css")
    return "".join(sheet.read_text() for sheet in (*shared, UI / "features" / name / "part.css"))


def describe(model: Autoencoder, name: str, url: str) -> dict[str, Any]:
    """Describe a model for the live parts: file address, latent statistics, layers in words."""
    return {
        "name": name,
        "url": url,
        "statistics": model.statistics.to_dict(),
        "shape": {name: _in_words(network.layers) for name, network in model.spec.networks.items()},
    }


def directions_for_browser(name: str) -> list[dict[str, Any]] | None:
    """Describe the directions of a shipped model for the deck: a slider each; None where it has none."""
    try:
        found = load_directions(name)
    except ModelFileError:
        return None
    return [{**vars(attribute), "known": attribute.known} for attribute in found.attributes]


def _in_words(layers: tuple[Layer, ...]) -> str:
    kinds = [layer.label.split()[0] for layer in layers]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("conv", "dense") if kind in kinds)


def image_to_base64(image: np.ndarray) -> str:
    """Write an image (28, 28) in [0, 1] as text, one byte per pixel."""
    return base64.b64encode(np.rint(image * 255).astype(np.uint8).tobytes()).decode()


def latent_to_list(latent: np.ndarray) -> list[float]:
    """Write a latent (D,) as numbers with two decimals."""
    return list(as_latent(latent))
