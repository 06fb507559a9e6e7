"""A small set of generated digits, drawn by the project's own pen, for training without MNIST."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np

from aecore.core.checks import check_whole
from aecore.data.augment import scribble, warp_pool
from aecore.data.dataset import Dataset, Split
from aecore.data.drawing import normalize_drawing
from aecore.data.mnist import DIGITS

_COPIES = 5  # of each drawing: itself, and warped


def synthetic_digits(seed: int = 0, drawings: int = 600) -> Dataset:
    """Return 2,400 training digits, and 300 each for validation and test: five versions of each of 600 drawings.

    A tenth of the drawings is for validation, another tenth for the test; no drawing is in two splits. The drawings are
    the digits of `strokes.py` with random slant and tremor, and pens of 18-34 px, normalised like visitors' drawings.
    Raises ValueError for fewer than 10 drawings.
    """
    return _digits(check_whole(seed, "seed", 0), check_whole(drawings, "drawings", 10))


@lru_cache(maxsize=1)
def _digits(seed: int, drawings: int) -> Dataset:
    rng = np.random.default_rng(seed)
    labels = (np.arange(drawings) % 10).astype(np.uint8)
    drawn = np.stack([_draw(int(digit), rng) for digit in labels])
    images = np.concatenate([drawn[None], warp_pool(drawn, _COPIES - 1, seed).astype(np.float32) / 255])

    def split(part: slice) -> Split:
        return Split(images[:, part].reshape(-1, *drawn.shape[1:]), np.tile(labels[part], _COPIES))

    tenth = drawings // 10
    return Dataset(
        name="strokes",
        title="The project's own pen",
        train=split(slice(2 * tenth, None)),
        validation=split(slice(tenth)),
        test=split(slice(tenth, 2 * tenth)),
        noun="drawn digits",
        classes=DIGITS,
        remark=f"drawn with seed {seed}",
    )


def _draw(digit: int, rng: np.random.Generator) -> np.ndarray:
    drawing = scribble(digit, rng.uniform(18, 34), rng.uniform(0.6, 0.9), rng)
    return cast(np.ndarray, normalize_drawing(drawing))  # never None: a pen that wide leaves ink
