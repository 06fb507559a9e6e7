"""Scenes to train on: one to three digits, or as many per area, anywhere, of many sizes, now and then cut off."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from aecore.data.scenes import TILE, Placed, Scene, compose

USUAL = (64, 64)  # height and width of most canvases
FIRST = (USUAL, (96, 96))  # of the first batches of an epoch
_SIZES = (*FIRST, (128, 128))
_OFTEN = (0.72, 0.16, 0.12)  # how often canvases have these sizes
_COUNTS = (0.2, 0.35, 0.45)  # how often one, two or three digits are on a canvas of the usual size
_MEAN = 2.25
_NATIVE = 0.65  # fraction of scenes whose digits have MNIST's size
_SMALLEST, _LARGEST = 0.75, (2.6, 1.9, 1.4)  # the others' factors to it, where there are one, two or three
_JITTER = 0.2  # between digits of one such scene
_CUT = 0.12  # fraction of scenes in which digits may reach over the border, by up to ten pixels


def random_size(rng: np.random.Generator) -> tuple[int, int]:
    """Return height and width of the canvases of a batch."""
    return _SIZES[rng.choice(len(_SIZES), p=_OFTEN)]


def training_scenes(
    tiles: np.ndarray, labels: np.ndarray, size: tuple[int, int], rng: np.random.Generator
) -> list[Scene]:
    """Return scenes of this height and width that show each of the digits, tiles (N, 28, 28) uint8 and labels, once.

    How many scenes there are follows from the number of digits and the size alone.
    """
    area, scenes, start = math.prod(size) / math.prod(USUAL), [], 0
    for count in _counts(len(tiles), area, rng):
        scale = 1.0
        if rng.random() > _NATIVE:
            most = _LARGEST[min(len(_LARGEST) - 1, math.ceil(count / area) - 1)]
            scale = float(np.exp(rng.uniform(np.log(_SMALLEST), np.log(most))))
        scenes.append(_scene(size, tiles[start : start + count], labels[start : start + count], scale, rng))
        start += count
    return scenes


def _counts(digits: int, area: float, rng: np.random.Generator) -> list[int]:
    """Return how many digits each scene has; together, all."""
    scenes = max(1, round(digits / (_MEAN * area)))
    counts = np.maximum(1, np.round((1 + rng.choice(len(_COUNTS), scenes, p=_COUNTS)) * area).astype(int))
    most = max(math.ceil(len(_COUNTS) * area), -(-digits // scenes))
    while counts.sum() != digits:
        step = int(np.sign(digits - counts.sum()))
        free = np.flatnonzero((counts + step >= 0) & (counts + step <= most))
        counts[rng.choice(free)] += step
    return [int(count) for count in counts]


def _scene(
    size: tuple[int, int], tiles: np.ndarray, labels: np.ndarray, scale: float, rng: np.random.Generator
) -> Scene:
    cut = int(rng.random() < _CUT) * 10
    placed = []
    for tile, label in zip(tiles, labels, strict=True):
        if scale != 1:
            tile = resized(tile, scale * rng.uniform(1 - _JITTER, 1 + _JITTER), bool(rng.random() < 0.5))
        low, high = np.minimum(0, np.array(size) - tile.shape), np.maximum(0, np.array(size) - tile.shape)
        top, left = rng.integers(low - cut, high + cut + 1)
        placed.append(Placed(tile, int(label), int(top), int(left)))
    return compose(size, placed)


def resized(tile: np.ndarray, factor: float, crisp: bool) -> np.ndarray:
    """Return a digit's image (28, 28) uint8 with another size; `crisp` keeps the edges of an enlarged one sharp."""
    side = max(1, round(TILE * factor))
    out = np.asarray(Image.fromarray(tile).resize((side, side), Image.Resampling.BICUBIC))
    if crisp and factor > 1:
        out = np.clip((out.astype(np.float32) - 128) * factor + 128, 0, 255).astype(np.uint8)
    return out
