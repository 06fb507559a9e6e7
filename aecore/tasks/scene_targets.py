"""What the networks of a scene model are to output, and the loss: class maps, and for every class a map of centres.

Centres as peaks of heat maps: Zhou et al., "Objects as Points", 2019. One map per class, so that digits that cross have
peaks of their own; for the same reason, the extents of a box are given for each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aecore.data.scenes import Scene

DIGITS = 10
CELL = 4  # pixels: the side of a cell of the maps of centres
UNIT = 8.0  # pixels: the unit of extents
CHANNELS = DIGITS * 5  # channels: a heat for each class; then top, left, bottom and right extents for each
_RADIUS = 2  # cells around a centre that are warm
_SIGMA = 0.75  # cells
_BESIDE = 0.25  # weight of the extents in the eight cells around the centre's
_EXTENTS = 0.1  # weight of the error of extents, in pixels of a digit of 20 pixels
_PER_CELL, _PER_PIXEL = 110.0, 16.0  # about how many cells there are for a digit, and pixels for a pixel of ink


def class_targets(scenes: Sequence[Scene]) -> np.ndarray:
    """Return the class maps of scenes of one size, (N, H, W, 1) float32: 0 for background, else 1 + digit."""
    return np.stack([scene.classes for scene in scenes])[..., None].astype(np.float32)


def spot_targets(scenes: Sequence[Scene]) -> np.ndarray:
    """Return the maps of centres of scenes of one size, (N, H / 4, W / 4, 60) float32.

    For each class: heats, 1 at centres; extents in units of 8 pixels, four for each class; their weights.
    """
    height, width = (n // CELL for n in scenes[0].image.shape)
    heat = np.zeros((len(scenes), height, width, DIGITS), np.float32)
    extents = np.zeros((*heat.shape, 4), np.float32)
    weights = np.zeros_like(heat)
    counts = [len(scene.boxes) for scene in scenes]
    scene = np.repeat(np.arange(len(scenes)), counts)
    boxes = np.concatenate([one.boxes for one in scenes]).astype(np.float32)
    digits = np.concatenate([one.digits for one in scenes])
    size = 20 / np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    row, column = (np.minimum(middle // CELL, np.array([height, width]) - 1)).astype(int).T
    offsets = [(y, x) for y in range(-_RADIUS, _RADIUS + 1) for x in range(-_RADIUS, _RADIUS + 1)]
    for y, x in sorted(offsets, key=lambda o: -(o[0] ** 2 + o[1] ** 2)):  # the nearest cell comes last, and stays
        inside = (row + y >= 0) & (row + y < height) & (column + x >= 0) & (column + x < width)
        at = scene[inside], row[inside] + y, column[inside] + x, digits[inside]
        np.maximum.at(heat, at, np.exp(-(y * y + x * x) / (2 * _SIGMA**2)).astype(np.float32))
        if max(abs(y), abs(x)) <= 1:
            centre = (np.stack([row, column], axis=1)[inside] + (y, x) + 0.5) * CELL
            box = boxes[inside]
            extents[at] = np.concatenate([centre - box[:, :2], box[:, 2:] - centre], axis=1) / UNIT
            weights[at] = size[inside] * (1.0 if y == x == 0 else _BESIDE)
    return np.concatenate([heat, extents.reshape(*heat.shape[:3], -1), weights], axis=-1)


def class_loss(ops: Any, wanted: Any, made: Any) -> Any:
    """Return the cross entropy (N, H, W) of logits (N, H, W, 10) where `wanted` (N, H, W, 1) is not background."""
    highest = ops.max(made, axis=-1, keepdims=True)
    total = ops.log(ops.sum(ops.exp(made - highest), axis=-1)) + highest[..., 0]
    right = ops.sum(ops.where(ops.equal(wanted, ops.arange(1, DIGITS + 1, dtype="float32")), made, 0.0), axis=-1)
    return ops.where(wanted[..., 0] > 0, _PER_PIXEL * (total - right), 0.0)


def spot_loss(ops: Any, wanted: Any, made: Any) -> Any:
    """Return the loss of the maps of centres (N, H / 4, W / 4): the focal one of the paper, and extents' error."""
    heat, extents = wanted[..., :DIGITS], wanted[..., DIGITS:CHANNELS]
    weights = wanted[..., CHANNELS:]
    logits = made[..., :DIGITS]
    soft = ops.maximum(logits, 0.0) + ops.log(1.0 + ops.exp(-ops.absolute(logits)))  # -log(1 - p)
    p = 1.0 / (1.0 + ops.exp(-ops.clip(logits, -30.0, 30.0)))
    focal = ops.where(heat > 0.999, (1.0 - p) ** 2 * (soft - logits), (1.0 - heat) ** 4 * p**2 * soft)
    error = ops.absolute(made[..., DIGITS:] - extents)
    error = error[..., 0::4] + error[..., 1::4] + error[..., 2::4] + error[..., 3::4]
    return _PER_CELL * ops.sum(focal + _EXTENTS * UNIT * weights * error, axis=-1)
