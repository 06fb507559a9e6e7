"""Measures of handwriting: slant, stroke thickness, width, height, and roundness of the loop.

After Castro et al., "Morpho-MNIST: Quantitative Assessment and Diagnostics for Representation Learning", Journal of
Machine Learning Research 20, 2019. SciPy is imported on the first measurement: the server never measures.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aecore.core.checks import check_images

UNITS = {"slant": "degrees", "thickness": "px", "width": "px", "height": "px", "roundness": ""}
NAMES = tuple(UNITS)  # the order of columns
_INK = 0.98  # width and height hold this fraction of the ink, as in Morpho-MNIST: a faint pixel far out does not count
_FINE = 3  # strokes and loops are measured on a grid three times as fine
_LEAST_LOOP = 4.0  # px²; a smaller one is a gap between two strokes, and too few pixels for a roundness
_STEEPEST = 2.0  # |shear| up to which digits are set upright, 63 degrees
_BINS, _MIDDLE = 160, 66  # of the projection of an upright digit: more than 28 px + 2 * _STEEPEST * 28 px
_CHUNK = 250  # images at once: 15 MB


def measure(images: np.ndarray) -> np.ndarray:
    """Return the measures (N, 5) float64 of images (N, 28, 28) float in [0, 1], a column for each of NAMES.

    slant: degrees by which the digit leans to the right; arctan(-u11 / u02) of the central moments of its ink, the
    angle of the horizontal shear that would set it upright.
    thickness: ink in px² over the length of the strokes. That length is the area of the inked shape over four times
    the mean distance from its points to its edge, which is the width of a long line. (Morpho-MNIST doubles the mean
    distance along the skeleton; it jumps where a branch appears, and takes what is brighter than half for black.)
    width, height: in px, of the parallelogram that leans like the digit and holds 98 % of its ink from left to right
    and from top to bottom.
    roundness: short over long axis of the loop (of the ellipse with the moments of the enclosed area), once the digit
    is set upright: 1 for a circle, near 0 for a slit. Two loops count by their area. NaN for a digit without a loop
    of at least 4 px², which are three in five; roundness is not defined for them.

    No attribute but slant and, because a shear thins steep strokes, thickness changes when the digit is sheared.
    Strokes and loops consist of the points at least half as bright as the brightest pixel. An image without ink gives
    NaN in every column. Raises ValueError for other images.
    """
    images = check_images(images).astype(np.float64)
    parts = [_measure(images[start : start + _CHUNK]) for start in range(0, len(images), _CHUNK)]
    return np.concatenate([np.empty((0, len(NAMES))), *parts])


def _measure(images: np.ndarray) -> np.ndarray:
    out = np.full((len(images), len(NAMES)), np.nan)
    some = images.any(axis=(1, 2))
    if some.any():
        inked = images[some]
        shear, middle = _lean(inked)
        upright = np.clip(shear, -_STEEPEST, _STEEPEST)
        fine = _refine(inked)
        out[some] = np.stack(
            [
                np.degrees(np.arctan(-shear)),
                _thickness(inked, fine),
                _extent(_project(inked, upright, middle)),
                _extent(inked.sum(axis=2)),
                _roundness(fine, upright),
            ],
            axis=1,
        )
    return out


def _lean(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return u11 / u02 (the shift of each row relative to the row above, in pixels) and the centre's row, (N,) each."""
    axis = np.arange(28.0)
    rows, columns, mass = images.sum(axis=2), images.sum(axis=1), images.sum(axis=(1, 2))
    y, x = rows @ axis / mass, columns @ axis / mass
    u02 = rows @ axis**2 / mass - y**2
    u11 = (images @ axis * axis).sum(axis=1) / mass - x * y
    flat = u02 < 1e-6  # ink in a single row has no slant
    return np.where(flat, 0, u11 / np.where(flat, 1, u02)), y


def _project(images: np.ndarray, shear: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Return the column sums (N, _BINS) of images set upright; a pixel's ink goes to the two bins that it covers."""
    axis = np.arange(28.0)
    x = axis - shear[:, None, None] * (axis[:, None] - middle[:, None, None]) + _MIDDLE  # (N, 28, 28)
    left = np.floor(x)
    bins = left.astype(int) + np.arange(len(images))[:, None, None] * _BINS
    right = x - left
    size = len(images) * _BINS
    counts = np.bincount(bins.ravel(), (images * (1 - right)).ravel(), size)
    counts += np.bincount(bins.ravel() + 1, (images * right).ravel(), size)
    return counts.reshape(-1, _BINS)


def _extent(ink: np.ndarray) -> np.ndarray:
    """Return the width (N,), in bins, of the middle 98 % of ink (N, bins), which is uniform within each bin."""
    below = np.cumsum(np.pad(ink, ((0, 0), (1, 0))), axis=1)
    below /= below[:, -1:]
    ends = []
    for fraction in ((1 - _INK) / 2, (1 + _INK) / 2):
        last = np.argmax(below > fraction, axis=1)  # the edge after the wanted one
        before, after = (np.take_along_axis(below, edge[:, None], axis=1)[:, 0] for edge in (last - 1, last))
        ends.append(last - 1 + (fraction - before) / (after - before))
    return ends[1] - ends[0]


def _refine(images: np.ndarray) -> np.ndarray:
    """Return which points of a finer grid are ink, (N, rows, columns) bool, with an empty frame around each image."""
    enlarge = _enlarge()
    fine = enlarge @ images @ enlarge.T
    return np.pad(fine >= images.max(axis=(1, 2), keepdims=True) / 2, ((0, 0), (1, 1), (1, 1)))


@lru_cache(maxsize=1)
def _enlarge() -> np.ndarray:
    from scipy import ndimage

    rows = [ndimage.zoom(row, _FINE, order=3, mode="grid-constant", grid_mode=True) for row in np.eye(28)]
    return np.stack(rows, axis=1)  # (84, 28)


def _thickness(images: np.ndarray, fine: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    # All images as one tall picture: the frames separate them. Distances are from centre to centre, less half a point.
    tall = fine.reshape(-1, fine.shape[2])
    distance = ndimage.distance_transform_edt(tall).reshape(fine.shape) - 0.5
    points = fine.sum(axis=(1, 2))
    width = 4 * np.einsum("nyx,nyx->n", distance, fine) / points / _FINE
    area = points / _FINE**2
    return images.sum(axis=(1, 2)) * width / area


def _roundness(fine: np.ndarray, shear: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    tall = fine.reshape(-1, fine.shape[2])
    labels, count = ndimage.label(~tall)  # the frames connect the background around the digits: it is the first piece
    points = np.flatnonzero(labels > 1)
    piece = labels.ravel()[points]
    image, row, column = np.unravel_index(points, fine.shape)
    x, y = column - shear[image] * row, row.astype(float)

    size = np.bincount(piece, minlength=count + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(piece, values, count + 1) / np.maximum(size, 1)

    centre_x, centre_y = mean(x), mean(y)
    x, y = x - centre_x[piece], y - centre_y[piece]
    xx, xy, yy = mean(x * x), mean(x * y), mean(y * y)
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)  # the covariance's eigenvalues are middle ± half
    ratio = np.sqrt(np.maximum(middle - half, 0) / np.maximum(middle + half, 1e-9))

    area = np.where(size >= _LEAST_LOOP * _FINE**2, size, 0)
    owner = np.zeros(count + 1, int)
    owner[piece] = image
    total = np.bincount(owner, area, len(fine))
    found = total > 0
    return np.where(found, np.bincount(owner, area * ratio, len(fine)) / np.where(found, total, 1), np.nan)
