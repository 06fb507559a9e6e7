"""Normalises a drawing to MNIST's size, position and stroke width. `ui/frontend/lib/normalize.js` mirrors it.

MNIST's own recipe: the bounding box of the ink is scaled to 20 pixels, and its centre of mass is moved to the centre of
28 x 28.
"""

from __future__ import annotations

import numpy as np

_WORKING = 140  # longest side, in pixels, at which strokes are measured and changed
_DIGIT = 20  # longest side of a digit in MNIST
_CENTRE = 14  # pixel index of a digit's centre of mass in MNIST
_STROKE = 0.13  # stroke width in MNIST, as a fraction of the longest side
_INK = 0.5 - 1e-6  # a pixel covered by half or more is ink; the margin absorbs rounding errors
_FAINT = 25  # grey levels up to this are background


def normalize_drawing(pixels: np.ndarray) -> np.ndarray | None:
    """Normalise a drawing, uint8 grey (H, W) or RGBA (H, W, 4), to an image (28, 28) float32 in [0, 1].

    Light ink on dark; alpha lies over black. Values are multiples of 1/255, as in MNIST. Returns None when there is
    no ink; raises ValueError for other shapes and dtypes.
    """
    grey = _grey(pixels)
    peak = int(grey.max(initial=0))
    if peak <= _FAINT:
        return None
    box = _crop(grey / peak, _INK)
    longest = max(box.shape)
    if longest > _WORKING:
        box = resize_area(box, *(max(1, _round(side * _WORKING / longest)) for side in box.shape))
        box /= box.max()  # a line thinner than a pixel must not fade below the threshold
    box = _crop(_reweight(box), 1 / 255)
    longest = max(box.shape)
    digit = resize_area(box, *(max(1, _round(side * _DIGIT / longest)) for side in box.shape))
    return np.floor(_centred(digit) * 255 + 0.5).astype(np.float32) / np.float32(255)


def _grey(pixels: np.ndarray) -> np.ndarray:
    wanted = "wanted a drawing as uint8, grey (H, W) or RGBA (H, W, 4)"
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        raise ValueError(f"{wanted}; got {getattr(pixels, 'dtype', type(pixels).__name__)}")
    if pixels.ndim == 2:
        return pixels
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        raise ValueError(f"{wanted}; got shape {pixels.shape}")
    rgba = pixels.astype(np.uint32)
    # In integers, so that Python and JavaScript give the same result. Weights: ITU-R BT.601 luma.
    luma = 299 * rgba[..., 0] + 587 * rgba[..., 1] + 114 * rgba[..., 2]
    return (luma * rgba[..., 3] // 255_000).astype(np.uint8)


def _crop(ink: np.ndarray, threshold: float) -> np.ndarray:
    rows = np.flatnonzero((ink >= threshold).any(axis=1))
    columns = np.flatnonzero((ink >= threshold).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resize_area(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return an image (H, W) resized by averaging areas; `ui/frontend/lib/normalize.js` has the same."""
    return _area_weights(image.shape[0], height) @ image @ _area_weights(image.shape[1], width).T


def _area_weights(size: int, out: int) -> np.ndarray:
    edges = np.arange(out + 1) * (size / out)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) / (size / out)


def _reweight(ink: np.ndarray) -> np.ndarray:
    """Return strokes widened or thinned to MNIST's width; the result is larger than the input when they grow."""
    shape = ink >= _INK
    # The mean distance to the edge is w / 4 in a stroke of width w.
    padded = np.pad(shape, 1)
    inside = np.sqrt(squared_distance(~padded))[1:-1, 1:-1] - 0.5
    width = round(4 * float(inside[shape].mean()), 6)
    longest = max(shape.shape)
    wanted = _STROKE * max(longest - width, 1.0) / (1 - _STROKE)
    # Where strokes have different widths, the thin ones must not vanish.
    grow = max((wanted - width) / 2, 0.5 - width / 2)
    margin = max(0, int(np.ceil(grow)) + 1)
    shape = np.pad(shape, margin)
    inside = np.pad(inside, margin)
    outside = np.sqrt(squared_distance(shape, margin)) - 0.5  # strokes grow at most by the margin
    distance = np.where(shape, -inside, outside)  # to the edge of the ink, negative within
    return np.clip(grow + 0.5 - distance, 0, 1)


def squared_distance(shape: np.ndarray, reach: int = 4096) -> np.ndarray:
    """Squared Euclidean distance of every pixel to the nearest pixel of `shape`, exact up to `reach`.

    Two one-dimensional passes, by columns, then by rows: Felzenszwalb and Huttenlocher, "Distance Transforms of
    Sampled Functions", 2012. The second pass goes through the offsets; it ends early, because strokes are thin.
    """
    height, width = shape.shape
    rows = np.arange(height)[:, None]
    above = np.maximum.accumulate(np.where(shape, rows, -4096), axis=0)
    below = np.minimum.accumulate(np.where(shape, rows, 8192)[::-1], axis=0)[::-1]
    column = np.minimum(rows - above, below - rows).astype(np.int64) ** 2
    squared = column.copy()
    for offset in range(1, min(width, reach + 1)):
        step = offset * offset
        if step >= squared.max():
            break
        np.minimum(squared[:, offset:], column[:, :-offset] + step, out=squared[:, offset:])
        np.minimum(squared[:, :-offset], column[:, offset:] + step, out=squared[:, :-offset])
    return squared


def _centred(digit: np.ndarray) -> np.ndarray:
    height, width = digit.shape
    mass = digit.sum()
    centre_y = (digit.sum(axis=1) * np.arange(height)).sum() / mass
    centre_x = (digit.sum(axis=0) * np.arange(width)).sum() / mass
    top = min(max(_round(_CENTRE - centre_y), 0), 28 - height)
    left = min(max(_round(_CENTRE - centre_x), 0), 28 - width)
    image = np.zeros((28, 28))
    image[top : top + height, left : left + width] = digit
    return image


def _round(value: float) -> int:
    # Halves are rounded up, here and in JavaScript. Symmetric drawings lie on a half: a margin absorbs rounding errors.
    return int(np.floor(value + 0.5 + 1e-6))
