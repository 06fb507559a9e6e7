"""Chooses the pictures of a data set that the pages show as examples, and says whether a person can draw such ones."""

from __future__ import annotations

import numpy as np

from aecore.core.examples import MOST
from aecore.data.dataset import Dataset, Split, to_bytes
from aecore.data.drawing import squared_distance

_LOOKED_AT = 200  # pictures
_INK, _DARK = 128, 26  # of 255: what is brighter is ink, what is darker is empty
# Measured: 0.07 to 0.12 and 0.76 to 0.91 for digits, letters and doodles, 0.17 and 0.56 for clothes.
_WIDEST, _WIDEST_OF_ALL = 0.15, 0.2  # of strokes, as a fraction of the longest side: in the middle, and nine in ten
_EMPTIEST = 0.6  # of all pixels are dark, at least


def examples_of(data: Dataset, seed: int = 0) -> tuple[Split, tuple[str, ...]] | None:
    """Return pictures (at most 1,000) with labels, and the classes' names; None for digits, of which all pages know.

    Test pictures come first, then those for validation, then training pictures, each in random order. Classes without a
    picture among them are left out. Without classes, all labels are 0.
    """
    if data.shows_digits:
        return None
    rng, left, images, labels = np.random.default_rng(seed), MOST, [], []
    for split in (data.test, data.validation, data.train):
        which = rng.permutation(len(split))[:left]
        left -= len(which)
        images.append(Split(split.images[which]).as_bytes())
        labels.append(np.zeros(len(which), np.int64) if split.labels is None else split.labels[which].astype(np.int64))
    pixels, values = np.concatenate(images), np.concatenate(labels)
    if not data.classes or any(split.labels is None for split in (data.test, data.validation, data.train)):
        return Split(pixels, np.zeros(len(pixels), np.int64)), ()
    present, values = np.unique(values, return_inverse=True)
    return Split(pixels, values.reshape(-1)), tuple(str(data.classes[label]) for label in present)


def look_drawn(images: np.ndarray) -> bool:
    """Return whether pictures (N, side, side), uint8 or in [0, 1], look like strokes of a pen on an empty page."""
    if images.ndim != 3:
        return False
    some = images[:: max(1, len(images) // _LOOKED_AT)][:_LOOKED_AT]
    some = some if some.dtype == np.uint8 else to_bytes(some)
    widths = [width for one in some if (width := _stroke_width(one >= _INK)) is not None]
    if (some < _DARK).mean() < _EMPTIEST or len(widths) < len(some) / 2:
        return False
    middle, wide = np.quantile(widths, (0.5, 0.9))
    return bool(middle <= _WIDEST and wide <= _WIDEST_OF_ALL)


def _stroke_width(ink: np.ndarray) -> float | None:
    """Return the width of the strokes in a picture (H, W) as a fraction of their longest side; None without ink."""
    if not ink.any():
        return None
    inside = np.sqrt(squared_distance(~np.pad(ink, 1)))[1:-1, 1:-1] - 0.5  # a stroke of width w: w / 4 in the mean
    longest = max(np.ptp(places) + 1 for places in np.nonzero(ink))
    return 4 * float(inside[ink].mean()) / float(longest)
