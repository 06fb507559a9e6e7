"""Separates the ink in a photo from paper, shadows and tables.

The brightness is treated as a height map, in which strokes are closed hollows: unlike tables, shadows and the lines of
squared paper, they do not reach the picture's border. A stroke that does is closed there, where it is narrow.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

FAINTEST = 0.12  # contrast of the faintest ink, as a fraction of the paper's brightness
_CELLS = 32  # longest side of the map of the light
_SWEEPS = 12  # rounds of filling; enough for all but the most winding hollows
_WIDEST = 0.15  # width of the widest stroke at the border, as a fraction of the picture's longer side
CROSSING = 0.25  # least contrast of a stroke there: a table or a shadow may have a finer grain
_CROSSINGS = 4  # strokes of a digit that reach one side of the picture: more are the lines of squared paper


def resize(grey: np.ndarray, longest: int, how: Image.Resampling) -> np.ndarray:
    """Return a picture (H, W) in [0, 1] resized to this longer side, in pixels."""
    height, width = (max(1, round(side * longest / max(grey.shape))) for side in grey.shape)
    return np.asarray(Image.fromarray(np.ascontiguousarray(grey)).resize((width, height), how)).clip(0, 1)


def find_ink(grey: np.ndarray, sign: int) -> np.ndarray:
    """Return how much darker (sign 1) or lighter (-1) than the paper around it each hollow is: (H, W), paper is 0."""
    from scipy import ndimage  # here and below: it takes 20 MB and half a second, and few visitors upload

    cells = resize(grey, _CELLS, Image.Resampling.BOX)
    light = ndimage.median_filter(sign * _fill(sign * cells, sign * cells), int(0.6 * _CELLS))
    light = np.asarray(Image.fromarray(light).resize(grey.shape[::-1], Image.Resampling.BILINEAR))
    page = (ndimage.gaussian_filter(grey, 1) + 0.05) / (light + 0.05)  # smoothed; 0.05 avoids a division by zero
    filled = sign * _fill(sign * page, sign * _closed_at_border(page, sign))
    return _depth(page, filled, sign)


def _depth(page: np.ndarray, filled: np.ndarray, sign: int) -> np.ndarray:
    depth: np.ndarray = 1 - page / filled if sign > 0 else (page - filled) / page.max()
    return depth


def _closed_at_border(page: np.ndarray, sign: int) -> np.ndarray:
    """Return the page with paper instead of the strokes that reach its border; only the border itself counts."""
    from scipy import ndimage

    narrow = max(3, round(_WIDEST * max(page.shape)))
    paper = sign * ndimage.grey_closing(sign * page, size=(narrow, narrow))
    depth = _depth(page, paper, sign)
    closed = page.copy()
    for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        strong = depth[side] > max(CROSSING, depth[side].max() / 2)
        labels, _ = ndimage.label(depth[side] > FAINTEST / 3)
        crossings = np.setdiff1d(labels[strong], [0])
        if len(crossings) <= _CROSSINGS:
            strokes = np.isin(labels, crossings)
            closed[side][strokes] = paper[side][strokes]
    return closed


def _fill(land: np.ndarray, shore: np.ndarray) -> np.ndarray:
    """Return a height map (H, W) with every closed hollow filled up to its rim; the border is as high as the `shore`.

    Greyscale reconstruction by sweeps: Vincent, "Morphological Grayscale Reconstruction in Image Analysis", 1993.
    """
    lands = [np.ascontiguousarray(np.rot90(land, turns)) for turns in range(4)]
    water = np.maximum(shore, land)
    water[1:-1, 1:-1] = land.max()
    for _ in range(_SWEEPS):
        before = water
        for ground in lands:
            water = np.array(water, order="C")
            for above, here, below in zip(water, water[1:], ground[1:], strict=False):
                np.maximum(np.minimum(here, above, out=here), below, out=here)
            water = np.rot90(water)
        if np.abs(water - before).max() < 0.01:
            break
    return water
