"""A small set of digits drawn by the project's own pen, for training where MNIST is not at hand."""

from __future__ import annotations

from typing import cast

import numpy as np

from aecore.augment import scribble, warp_pool
from aecore.data import Mnist
from aecore.drawing import normalize_drawing

_DRAWN = 600
_COPIES = 5  # of each drawing: itself, and warped
_HELD_OUT = 60  # drawings for validation, and as many for the test


def synthetic_digits(seed: int = 0) -> Mnist:
    """Draw 2,400 digits to train on, and 300 each for validation and test: five versions of each of 600 drawings.

    The ten strokes of `strokes.py`, by a slanted and shaky hand, with pens of 18-34 px; normalised as drawings are.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(_DRAWN, dtype=np.uint8) % 10
    drawn = np.stack([_draw(int(digit), rng) for digit in labels])
    images = np.concatenate([drawn[None], warp_pool(drawn, _COPIES - 1, seed).astype(np.float32) / 255])
    parts = []
    for part in (slice(2 * _HELD_OUT, None), slice(0, _HELD_OUT), slice(_HELD_OUT, 2 * _HELD_OUT)):
        parts += [images[:, part].reshape(-1, 28, 28), np.tile(labels[part], _COPIES)]
    return Mnist(*parts)


def _draw(digit: int, rng: np.random.Generator) -> np.ndarray:
    drawing = scribble(digit, rng.uniform(18, 34), rng.uniform(0.6, 0.9), rng)
    return cast(np.ndarray, normalize_drawing(drawing))  # never None: a pen that wide leaves ink
