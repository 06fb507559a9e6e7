"""What the browser's live parts are made of: modules, style sheets, models in words. Knows nothing of Streamlit."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core.model import Autoencoder
from aecore.core.model_file import ModelFileError
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, Layer
from aecore.latent.directions import load_directions
from ui.state.settings import as_latent

UI = Path(__file__).parents[1]
FRONTEND = UI / "frontend"
MODULES = {path.relative_to(UI).as_posix(): path for path in UI.rglob("*.js")}
VERSION = hashlib.sha256(b"".join(MODULES[name].read_bytes() for name in sorted(MODULES))).hexdigest()[:16]

_IMPORT = re.compile(r'^@import "([\w./]+)";\n', re.MULTILINE)


def style(name: str) -> str:
    """Return the style sheet of a feature's live part, with what it imports; `base.css` comes first."""
    return (FRONTEND / "lib" / "base.css").read_text() + _sheet(UI / "features" / name / "part.css")


def _sheet(path: Path) -> str:
    return _IMPORT.sub(lambda found: _sheet(path.parent / found[1]), path.read_text())


def describe(model: Autoencoder, name: str, url: str) -> dict[str, Any]:
    """Describe a model for the live parts: file address, latent statistics, layers in words."""
    return {
        "name": name,
        "url": url,
        "statistics": model.statistics.to_dict(),
        "shape": {"encoder": _in_words(model.spec.encoder), "decoder": _in_words(model.spec.decoder)},
    }


def directions_for_browser(name: str) -> list[dict[str, Any]] | None:
    """Describe the directions of a shipped model for the deck: a slider each; None where it has none."""
    try:
        found = load_directions(name)
    except ModelFileError:
        return None
    return [{**vars(attribute), "known": attribute.known} for attribute in found.attributes]


def _in_words(layers: tuple[Layer, ...]) -> str:
    convolutions = sum(isinstance(layer, Conv2D | Conv2DTranspose) for layer in layers)
    dense = sum(isinstance(layer, Dense) for layer in layers)
    return ", ".join(f"{n} {kind}" for n, kind in ((convolutions, "conv"), (dense, "dense")) if n)


def image_to_base64(image: np.ndarray) -> str:
    """Write an image (28, 28) in [0, 1] as text, one byte per pixel."""
    return base64.b64encode(np.rint(image * 255).astype(np.uint8).tobytes()).decode()


def latent_to_list(latent: np.ndarray) -> list[float]:
    """Write a latent (D,) as numbers with two decimals."""
    return list(as_latent(latent))
