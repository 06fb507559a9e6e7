"""Scenes: several digits on one canvas, where the brighter one owns a pixel, and what is true about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

INK = 64  # grey levels above this are ink, of 255
TILE = 28  # pixels: the side of a digit's image


class Placed(NamedTuple):
    """A digit on a canvas: its image (h, w) uint8, its class 0-9, and the row and column of its upper left corner.

    `identity` is the same in all frames of a film.
    """

    tile: np.ndarray
    digit: int
    top: int
    left: int
    identity: int = 0


@dataclass(frozen=True)
class Scene:
    """A canvas, and the truth about its digits, in the order in which they were placed.

    `image` is (H, W) uint8; `classes` (H, W) uint8, 0 for background and 1 + digit where a digit owns ink; `boxes`
    (K, 4) are top, left, bottom and right (the last two exclusive) of each digit's ink, hidden ink too, as far as it is
    on the canvas; `digits` and `identities` are (K,). A digit without ink on the canvas is not among them.
    """

    image: np.ndarray
    classes: np.ndarray
    boxes: np.ndarray
    digits: np.ndarray
    identities: np.ndarray


def compose(size: tuple[int, int], placed: Sequence[Placed]) -> Scene:
    """Return the scene of digits placed on a black canvas of this height and width; what lies outside is cut off.

    Each pixel shows the brightest digit, and belongs to it; to the first that was placed where they are equal.
    """
    image, classes = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    boxes, digits, identities = [], [], []
    for tile, digit, row, column, identity in placed:
        top, left = max(row, 0), max(column, 0)
        bottom, right = min(row + tile.shape[0], size[0]), min(column + tile.shape[1], size[1])
        if bottom <= top or right <= left:
            continue
        seen = tile[top - row : bottom - row, left - column : right - column]
        box = ink_box(seen)
        there = image[top:bottom, left:right]
        classes[top:bottom, left:right][seen > there] = 1 + digit
        np.maximum(there, seen, out=there)
        if box is not None:
            boxes.append((top + box[0], left + box[1], top + box[2], left + box[3]))
            digits.append(digit)
            identities.append(identity)
    classes[image <= INK] = 0
    return Scene(image, classes, np.array(boxes, int).reshape(-1, 4), np.array(digits, int), np.array(identities, int))


def ink_box(image: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return top, left, bottom and right (exclusive) of the ink in an image (h, w) uint8; None where there is none."""
    ink = image > INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
