"""The data sets that a training can use, by name."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

import numpy as np

from aecore.data import named
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist, mnist_path

NAMES = ("mnist", "strokes", *named.SETS)
_LEAST_HELD_OUT = 1_000  # images for validation, however small the fraction


def load(name: str, seed: int = 0) -> Dataset:
    """Load the data set of this name; raises ValueError, with a sentence for visitors, when it is not available.

    `seed` is for generated data: "strokes" are digits drawn by the project's own pen.
    """
    if name == "strokes":
        # Late: its SciPy and scikit-image are no business of serving.
        from aecore.data.synthetic import synthetic_digits

        return synthetic_digits(seed)
    if name in named.SETS:
        return named.load(name)
    if name != "mnist":
        raise ValueError(f"There is no data set {name!r:.40}; known: {', '.join(NAMES)}.")
    path = mnist_path()
    if path is None:
        raise ValueError("MNIST is not on this server any more: train on the drawn digits, or download it.")
    try:
        return _mnist(path, path.stat().st_mtime)
    except (OSError, ValueError):  # its message contains a path of the server, which visitors should not see
        raise ValueError("The file of MNIST on this server is damaged, or something else.") from None


@lru_cache(maxsize=1)
def _mnist(path: Path, changed: float) -> Dataset:
    """Return MNIST from a file that was changed at this time: reading it takes half a second, so it is kept."""
    return load_mnist(path)


def some_of(data: Dataset, fraction: float, seed: int) -> Dataset:
    """Return a data set with a random fraction of the training and validation images, and the whole test split.

    Raises ValueError.
    """
    if not 0 < fraction <= 1:
        raise ValueError(f"wanted a fraction above 0, at most 1; got {fraction!r:.40}")
    if fraction == 1:
        return data
    count = max(1, round(fraction * len(data.train)))
    order = np.random.default_rng(seed).permutation(len(data.train))[:count]
    held_out = max(_LEAST_HELD_OUT, round(fraction * len(data.validation)))
    return dataclasses.replace(data, train=data.train.take(order), validation=data.validation.take(slice(held_out)))
