"""The networks that can be trained in the browser, and the strokes of the digits that it draws."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from aecore.core.spec import SpecError
from aecore.data.mnist import DIGITS
from aecore.data.strokes import PEN, STROKES
from aecore.training.presets import PRESETS
from aecore.training.shapes import adapted, with_latent

NETWORKS = {  # by preset: what it is called here, and its learning rate
    "dim16": ("small dense network", 3e-3),
    "mlp": ("large dense network", 2e-3),
    "book": ("the article's convolutions", 2e-3),
}
LATENT_SIZES = (1, 2, 4, 8, 16, 32)
STAGE_SIZE = 16  # of the latent
DIGIT = (28, 28, 1)


@lru_cache(maxsize=1)
def for_digits() -> dict[str, Any]:
    """Return what a training of digits needs: networks by preset and size of the latent, and the digits' strokes."""
    return {"presets": networks_for(DIGIT), "strokes": list(STROKES.values()), "pen": PEN, "classes": list(DIGITS)}


def for_stage() -> dict[str, Any]:
    """Return what a training on stage needs, of one network: it goes along with every answer."""
    usual = for_digits()["presets"][0]
    return {"spec": usual["specs"][STAGE_SIZE], "rate": usual["rate"], "strokes": list(STROKES.values())}


@lru_cache(maxsize=8)
def networks_for(shape: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Return the networks for pictures (height, width, channels), each with a Spec by size of the latent."""
    return [
        {"name": name, "about": about, "rate": rate, "specs": specs}
        for name, (about, rate) in NETWORKS.items()
        if (specs := dict(_specs(name, shape)))
    ]


def _specs(name: str, shape: tuple[int, int, int]) -> Iterator[tuple[int, Any]]:
    for size in LATENT_SIZES:
        try:
            yield size, with_latent(adapted(PRESETS[name], shape, shape == DIGIT), size).spec.to_dict()
        except SpecError:  # too large for these pictures
            continue
