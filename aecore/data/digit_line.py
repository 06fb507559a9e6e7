"""Reads a picture of a line of digits, such as a phone number: each digit as an image like MNIST's, and its place.

A line is cut into digits along its gaps; what makes a piece of ink a digit is decided as for a single one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from aecore.data.digit_parts import collect
from aecore.data.drawing import normalize_drawing
from aecore.data.ink import FAINTEST, find_ink, resize
from aecore.data.picture_file import SIDE, PhotoError, Picture, read_picture

__all__ = ["Line", "LineDigit", "PhotoError", "read_line"]

MOST = 12  # digits
_LONG = 0.2  # fraction of the ink of the largest piece: pieces with more say how tall the digits are
_SPECK = 0.02  # the same: a piece with less is dirt
_TALL, _TALLEST = 0.5, 1.8  # heights of a digit, as fractions of the digits' usual height
_WIDEST = 1.25  # of the usual height: what is wider is several digits that touch
_ABOVE = 0.4  # of the narrower piece's width: pieces that lie above each other so far belong together,
_GAP = 0.4  # where the gap between them is at most so much of the usual height
_JOINED = 0.06  # of the usual height: pieces that are so near belong together
_ASIDE = 0.5  # of the usual height: what is farther from the line belongs to another one
_STEEPEST = 0.3  # slope of a line
_MARGIN = 0.35  # of a digit's longer side, around it
_MOST_PIECES = 150  # of ink: a picture of one line has far fewer
_MUCH = 0.6  # of the deepest ink: ink that is paler is no other line

_NO_DIGITS = "No digits found: photograph one line of dark digits on light paper, with some paper around it."
_TOUCHING = "Some digits touch each other: write them apart, or photograph them from nearer."
_TEXT = "Many things found, as on a screen or a page of text: cut out one line of digits, or photograph it alone."
_MANY = f"More than {MOST} digits found: photograph one line of at most {MOST}, such as a phone number."

Box = tuple[int, int, int, int]


class LineDigit(NamedTuple):
    """A digit (28, 28) float32 in [0, 1], and its box (top, left, bottom, right) in pixels of the picture."""

    image: np.ndarray
    box: tuple[float, float, float, float]


class Line(NamedTuple):
    """The digits of a picture, from left to right, and the picture's width and height in pixels.

    `dark` says whether the ink is; `left_out` counts marks that are no digits of the line, `faint` faint strokes.
    """

    digits: tuple[LineDigit, ...]
    size: tuple[int, int]
    dark: bool
    left_out: int = 0
    faint: int = 0


def read_line(data: bytes, turns: int = 0) -> Line:
    """Find a line of digits in a PNG or JPEG file, turned clockwise by so many right angles. Raises PhotoError."""
    picture = read_picture(data, turns)
    problem = PhotoError(_NO_DIGITS)
    layers = (picture.grey, *np.moveaxis(picture.layers, 2, 0))
    for layer in layers[: 1 if np.ptp(picture.layers, axis=2).max(initial=0) < FAINTEST else None]:
        try:
            return _search(picture, layer)
        except PhotoError as error:
            problem = error
            if str(error) != _NO_DIGITS:
                break
    raise problem


def _search(picture: Picture, grey: np.ndarray) -> Line:
    grey = resize(grey, min(SIDE, 5 * max(grey.shape)), Image.Resampling.BICUBIC)
    found = {sign: _Pieces(find_ink(grey, sign)) for sign in (1, -1)}
    # The taller of the dark and the light ink are the digits; the other is the paper inside them.
    deepest = max(one.depth for one in found.values())
    sign = max(found, key=lambda sign: (found[sign].depth > _MUCH * deepest, found[sign].height))
    return _line(found[sign], picture, max(picture.size) / max(grey.shape), sign > 0)


class _Pieces:
    """The pieces of ink (H, W) of a picture: labels, boxes, how much ink they have, and how tall digits are."""

    def __init__(self, ink: np.ndarray) -> None:
        from scipy import ndimage  # as in ink.py

        self.ink, self.depth, self.height = ink, 0.0, 0.0
        self.boxes: list[Box] = []
        floor = max(FAINTEST, 6 * 1.4826 * float(np.median(np.abs(ink - np.median(ink)))))
        strong = ink[ink > floor]
        if not strong.size or min(ink.shape) < 2:
            return
        self.depth = float(np.percentile(strong, 95))
        self.labels, count = ndimage.label(ink > self.depth / 2, np.ones((3, 3)))
        slices = ndimage.find_objects(self.labels)
        self.boxes = [(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in slices]
        self.masses = ndimage.sum_labels(ink, self.labels, np.arange(1, count + 1))
        rules = np.array([_is_rule(box, ink.shape) for box in self.boxes])
        self.masses = np.where(rules, 0, self.masses)
        tall = [
            b[2] - b[0] for b, mass in zip(self.boxes, self.masses, strict=True) if mass > _LONG * self.masses.max()
        ]
        self.height = float(np.median(tall)) if tall else 0.0

    def groups(self) -> list[list[int]]:
        """Return the pieces of each thing in the picture, indices into `boxes`, without specks; raises PhotoError."""
        left = [int(i) for i in np.flatnonzero(self.masses > _SPECK * self.masses.max())] if self.boxes else []
        if len(left) > _MOST_PIECES:
            raise PhotoError(_TEXT)
        groups: list[list[int]] = []
        while left:
            group, waiting = [], [left.pop()]
            while waiting:
                one = waiting.pop()
                group.append(one)
                near = [other for other in left if self._belong(self.boxes[one], self.boxes[other])]
                left = [other for other in left if other not in near]
                waiting += near
            groups.append(group)
        return groups

    def _belong(self, one: Box, other: Box) -> bool:
        across = min(one[3], other[3]) - max(one[1], other[1])
        gap = max(one[0], other[0]) - min(one[2], other[2])
        stacked = across >= _ABOVE * min(one[3] - one[1], other[3] - other[1]) and gap <= _GAP * self.height
        return stacked or bool(np.hypot(max(-across, 0), max(gap, 0)) <= _JOINED * self.height)

    def box_of(self, group: list[int]) -> Box:
        """Return the box of a thing."""
        tops, lefts, bottoms, rights = zip(*(self.boxes[i] for i in group), strict=True)
        return min(tops), min(lefts), max(bottoms), max(rights)

    def alone(self, group: list[int], box: Box) -> np.ndarray:
        """Return the ink of a thing and of what is faint around it, without the other things."""
        margin = int(_MARGIN * max(box[2] - box[0], box[3] - box[1])) + 2
        around = np.s_[max(box[0] - margin, 0) : box[2] + margin, max(box[1] - margin, 0) : box[3] + margin]
        labels = self.labels[around]
        alone: np.ndarray = self.ink[around] * ((labels == 0) | np.isin(labels, [i + 1 for i in group]))
        return alone


def _is_rule(box: Box, shape: tuple[int, ...]) -> bool:
    """Return whether a piece goes from side to side of the picture: a printed line, or a table."""
    return box[2] - box[0] >= shape[0] - 2 or box[3] - box[1] >= shape[1] - 2


def _is_cut(box: Box, shape: tuple[int, ...]) -> bool:
    """Return whether a thing reaches the picture's border: nobody knows how it goes on."""
    return box[0] <= 1 or box[1] <= 1 or box[2] >= shape[0] - 1 or box[3] >= shape[1] - 1


def _line(pieces: _Pieces, picture: Picture, scale: float, dark: bool) -> Line:
    groups = pieces.groups()
    boxes = [pieces.box_of(group) for group in groups]
    whole = [i for i, b in enumerate(boxes) if not _is_cut(b, pieces.ink.shape)]
    tall = [i for i in whole if _TALL <= (boxes[i][2] - boxes[i][0]) / pieces.height <= _TALLEST]
    kept = sorted(_on_a_line([boxes[i] for i in tall], tall, pieces.height), key=lambda i: boxes[i][1] + boxes[i][3])
    if len(kept) > 2 * MOST:
        raise PhotoError(_MANY)
    digits, faint = [], 0
    for i in kept:
        top, left, bottom, right = boxes[i]
        digit = collect(pieces.alone(groups[i], boxes[i]))
        image = normalize_drawing(np.rint(digit.drawing * 255).astype(np.uint8)) if digit.is_digit else None
        if image is None:
            continue
        if right - left > _WIDEST * max(pieces.height, bottom - top):
            raise PhotoError(_TOUCHING)
        faint += digit.faint
        box = (float(top * scale), float(left * scale), float(bottom * scale), float(right * scale))
        digits.append(LineDigit(image, box))
    if not digits:
        raise PhotoError(_NO_DIGITS)
    if len(digits) > MOST:
        raise PhotoError(_MANY)
    return Line(tuple(digits), picture.size, dark, len(groups) - len(digits), faint)


def _on_a_line(boxes: list[Box], names: list[int], height: float) -> list[int]:
    """Return the names of those boxes that are on the line that has the most of them; it may be tilted."""
    middles = np.array([((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in boxes]).reshape(-1, 2)
    best: list[int] = []
    for i in range(len(middles)):
        for j in range(i, len(middles)):
            (y, x), (down, across) = middles[i], middles[j] - middles[i]
            slope = down / across if across else 0.0
            if abs(slope) > _STEEPEST:
                continue
            near = np.abs(middles[:, 0] - y - slope * (middles[:, 1] - x)) <= _ASIDE * height
            if near.sum() > len(best):
                best = [names[k] for k in np.flatnonzero(near)]
    return best
