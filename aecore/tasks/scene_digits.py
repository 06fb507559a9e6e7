"""The digits of a scene as images like MNIST's, for an autoencoder, and scenes redrawn from boxes and latents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from aecore.core.checks import check_latents
from aecore.data.drawing import resize_area
from aecore.data.scenes import TILE, ink_box
from aecore.tasks.autoencoder import Autoencoder
from aecore.tasks.scene import Detection, check_scene

_LONGEST = 20  # pixels: the longest side of MNIST's digits
_AS_IT_IS = (17.0, 22.0)  # pixels: the longest sides of boxes whose digits are not resized
_CENTRE = 14  # where the centre of mass of MNIST's digits is
_NEAR = 1.5  # pixels by which a box and a decoded digit may differ without resizing
_FILLS = 3  # how often hidden ink is decoded, filled in, and encoded again

Box = tuple[float, float, float, float]


class Crop(NamedTuple):
    """A digit's image (28, 28) float32, and how it lies on the canvas: pixel (i, j) is at corner + (i, j) / factor."""

    image: np.ndarray
    corner: tuple[float, float]
    factor: float


def crop(image: np.ndarray, box: Box) -> Crop:
    """Return the digit in a box of a scene (H, W) float in [0, 1], as MNIST has them.

    A margin of one pixel of MNIST's size is cut out with it, for faint edges; the centre of mass comes to pixel 14.
    Averages of areas where the size differs from MNIST's.
    """
    longest = max(box[2] - box[0], box[3] - box[1])
    factor = 1.0 if _AS_IT_IS[0] <= longest <= _AS_IT_IS[1] else _LONGEST / longest
    margin = 1 / factor
    top, left = (max(0, _round(box[axis] - margin)) for axis in (0, 1))
    bottom, right = (min(image.shape[axis], _round(box[axis + 2] + margin)) for axis in (0, 1))
    part = image[top:bottom, left:right].astype(np.float32)
    out = np.zeros((TILE, TILE), np.float32)
    if not part.size or not part.any():
        return Crop(out, (float(top), float(left)), factor)
    if factor != 1:
        part = resize_area(part, *(min(TILE, max(1, _round(n * factor))) for n in part.shape)).astype(np.float32)
    part = part[:TILE, :TILE]
    at = []
    for axis, size in enumerate(part.shape):
        centre = float((part.sum(axis=1 - axis) * np.arange(size)).sum() / part.sum())
        at.append(min(max(_round(_CENTRE - centre), 0), TILE - size))
    out[at[0] : at[0] + part.shape[0], at[1] : at[1] + part.shape[1]] = part
    return Crop(out, (top - at[0] / factor, left - at[1] / factor), factor)


def crop_all(image: np.ndarray, boxes: Sequence[Box]) -> np.ndarray:
    """Return the digits in the boxes of a scene (H, W), (K, 28, 28) float32; see `crop`."""
    return np.array([crop(image, box).image for box in boxes], np.float32).reshape(-1, TILE, TILE)


def own_crops(image: np.ndarray, found: Sequence[Detection], classes: np.ndarray) -> list[Crop]:
    """Return the digits found in a scene (H, W), each without the ink that the class map (H, W) gives to others."""
    return [crop(np.where(_others(one, classes), 0, image), one.box) for one in found]


def _others(one: Detection, classes: np.ndarray) -> np.ndarray:
    others: np.ndarray = (classes > 0) & (classes != 1 + one.digit)
    return others


def describe(
    image: np.ndarray, found: Sequence[Detection], classes: np.ndarray, autoencoder: Autoencoder
) -> list[tuple[Box, np.ndarray]]:
    """Return a box and a latent (D,) for each digit found in a scene (H, W) float in [0, 1], for `redraw`.

    `classes` (H, W) says who owns its ink, as `SceneReader.segment` does: what others own is filled in with what the
    autoencoder expects. The box is that of the decoded digit, which differs a little from the one that was found.
    Raises ValueError.
    """
    image = check_scene(image)
    if classes.shape != image.shape:
        raise ValueError(f"wanted classes {image.shape}, for each pixel of the scene; got shape {classes.shape}")
    if not found:
        return []
    crops = own_crops(image, found, classes)
    seen = np.array([one.image for one in crops])
    holes = np.array([_placed(_others(one, classes), cut) for one, cut in zip(found, crops, strict=True)])
    latents = autoencoder.encode(seen)
    for _ in range(_FILLS if holes.any() else 0):
        latents = autoencoder.encode(np.where(holes, autoencoder.decode(latents), seen))
    out = []
    for one, detection, latent, tile in zip(crops, found, latents, autoencoder.decode(latents), strict=True):
        ink = ink_box(np.rint(tile * 255).astype(np.uint8))
        box = detection.box
        if ink is not None:
            top, left, bottom, right = (n / one.factor + one.corner[i % 2] for i, n in enumerate(ink))
            box = (top, left, bottom, right)
        out.append((box, latent))
    return out


def redraw(size: Sequence[int], digits: Sequence[tuple[Box, np.ndarray]], autoencoder: Autoencoder) -> np.ndarray:
    """Return a scene (H, W) float32 in [0, 1] of decoded digits: boxes and latents (D,); the maximum of pixels.

    The ink of each decoded digit is moved to the middle of its box, and resized to its longer side. Raises ValueError.
    """
    out = np.zeros(tuple(size), np.float32)
    if not digits:
        return out
    latents = check_latents(np.stack([latent for _, latent in digits]), autoencoder.latent_dim)
    for (box, _), tile in zip(digits, autoencoder.decode(latents), strict=True):
        _paste(out, tile, box)
    return out


def _paste(canvas: np.ndarray, tile: np.ndarray, box: Box) -> None:
    ink = ink_box(np.rint(tile * 255).astype(np.uint8))
    if ink is None:
        return
    longest, wanted = (max(b[2] - b[0], b[3] - b[1]) for b in (ink, box))
    if abs(longest - wanted) > _NEAR:
        tile = _resized(tile, *(max(1, _round(n * wanted / longest)) for n in tile.shape)).clip(0, 1)
        ink = ink_box(np.rint(tile * 255).astype(np.uint8)) or ink
    row, column = (_round((box[i] + box[i + 2] - ink[i] - ink[i + 2]) / 2) for i in (0, 1))
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + tile.shape[0], canvas.shape[0]), min(column + tile.shape[1], canvas.shape[1])
    if bottom > top and right > left:
        there = canvas[top:bottom, left:right]
        np.maximum(there, tile[top - row : bottom - row, left - column : right - column], out=there)


def _placed(mask: np.ndarray, one: Crop) -> np.ndarray:
    """Return where a mask (H, W) of a canvas lies in a crop, (28, 28) bool."""
    rows, columns = (np.floor(one.corner[axis] + (np.arange(TILE) + 0.5) / one.factor).astype(int) for axis in (0, 1))
    inside = ((rows >= 0) & (rows < mask.shape[0]))[:, None] & ((columns >= 0) & (columns < mask.shape[1]))
    picked: np.ndarray = mask[rows.clip(0, mask.shape[0] - 1)[:, None], columns.clip(0, mask.shape[1] - 1)]
    return picked & inside


def _round(value: float) -> int:
    return math.floor(value + 0.5 + 1e-6)  # as in `drawing.py`: halves are rounded up, in JavaScript, too


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    from PIL import Image  # here: a page that shows no scene does not need it

    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
