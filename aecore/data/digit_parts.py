"""Decides which pieces of ink in a photo are the digit: the largest one, those near it, and its faint strokes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from aecore.data.ink import CROSSING, FAINTEST

_SOFTEST = 0.037  # slope of the ink's edge, per pixel: softer things are shadows
_SMALLEST = 16  # longer side of the smallest digit, in pixels
_THICKEST = 0.6  # largest fraction of ink in a square around the digit
_REACH = 0.2  # fraction of a digit's longer side: a part at most so far away belongs to it
_HAT = 0.6  # the same for a bar above it, such as the upper stroke of a five
_OUTSIDE = 0.5  # the same for a part at the same edge of the picture: the two may be connected outside
_SPECK = 0.01  # fraction of a digit's ink: a part with less is dirt
_LETTER, _DOT, _CONTRAST = 5, 0.002, 0.35  # least length in pixels, fraction of ink and depth of a mark to be counted
_MARK = 0.03  # the same for a part that is worth a word when it is left out
_PALEST = 0.12  # depth of a faint stroke, as a fraction of the digit's
_LEAST = 0.07  # its least depth
_BLURRED = 0.1  # slope of its edge, per pixel, as a fraction of its depth: blurred things are shadows
_ROUNDS = 3  # of strokes connected by faint ones
_SHORTEST = 0.1  # length of a faint stroke, as a fraction of the digit's longer side
_RULE = 0.012  # width, as a fraction of the picture's longer side: a thinner line from side to side is printed
_STRIP = 0.06  # the same for a strip along the picture's border
_EDGES = ("top", "bottom", "left", "right")

Box = tuple[slice, slice]


@dataclass(frozen=True)
class Pieces:
    """The digit among pieces of ink, sizes in pixels; without a digit, `marks` and `is_area` say what there was.

    `drawing` is light on dark, (H, W) in [0, 1]; `fraction` is the digit's of all ink; `edges`, `faint` and `left_out`
    are as in `Photo`.
    """

    drawing: np.ndarray = field(default_factory=lambda: np.zeros((1, 1)))
    is_digit: bool = False
    is_area: bool = False
    marks: int = 0
    longest: int = 0
    depth: float = 0
    fraction: float = 0
    width: int = 0
    height: int = 0
    edges: tuple[str, ...] = ()
    faint: int = 0
    left_out: int = 0


def collect(ink: np.ndarray) -> Pieces:
    """Return the digit in the ink (H, W); half of the ink's depth becomes 0.5."""
    from scipy import ndimage  # as in ink.py

    noise = 1.4826 * np.median(np.abs(ink - np.median(ink)))
    floor = max(FAINTEST, 6 * noise)
    strong = ink[ink > floor]
    if not strong.size or min(ink.shape) < 2:
        return Pieces()
    depth = float(np.percentile(strong, 95))
    labels, count = ndimage.label(ink > depth / 2, np.ones((3, 3)))
    parts = np.arange(1, count + 1)
    boxes: list[Box] = ndimage.find_objects(labels)
    areas = ndimage.sum_labels(labels > 0, labels, parts)
    printed = np.array([_is_printed(box, area, ink.shape) for box, area in zip(boxes, areas, strict=True)])
    masses = ndimage.sum_labels(ink, labels, parts) * ~printed
    readable = np.array([_longer(box) >= _LETTER for box in boxes])
    marks = int((readable & (masses > _DOT * masses.max(initial=0))).sum()) if depth > _CONTRAST else 0
    at_border = np.array([bool(_touched(box, ink.shape)) for box in boxes])
    chosen = int((masses * np.where(at_border, 0.5, 1)).argmax())  # what reaches into the picture is rather a pencil
    main = labels == parts[chosen]
    longest = _longer(boxes[chosen])
    edge = main & ~ndimage.binary_erosion(main, border_value=1)
    slope = float(np.hypot(*np.gradient(ink))[edge].mean()) if edge.any() else 0.0
    is_area = longest >= _SMALLEST and bool(main.sum() > _THICKEST * longest**2)
    pale = at_border[chosen] and depth < CROSSING
    if longest < _SMALLEST or is_area or pale or slope < _SOFTEST or not masses[chosen]:
        return Pieces(is_area=is_area, marks=marks, depth=depth)

    distances = np.full(count, np.inf)
    np.minimum.at(distances, labels[labels > 0] - 1, ndimage.distance_transform_edt(~main)[labels > 0])
    large = masses >= _SPECK * masses.max()
    near = large & (distances <= _REACH * longest)
    around = _union([box for box, is_near in zip(boxes, near, strict=True) if is_near])
    for place in np.flatnonzero(large & ~near):
        near[place] = _is_hat(boxes[place], distances[place], around, longest) or (
            distances[place] <= _OUTSIDE * longest
            and bool({*_touched(boxes[place], ink.shape)} & {*_touched(boxes[chosen], ink.shape)})
        )
    pen = _Pen(depth, slope, 2 * main.sum() / max(edge.sum(), 1))
    for _ in range(_ROUNDS):
        digit = np.isin(labels, parts[near])
        others = np.isin(labels, parts[~near & (masses >= _MARK * masses.max())])
        faint, kept, lost = _faint_strokes(ink, digit, others, pen)
        joined = near | (large & np.isin(parts, labels[faint]))
        if (joined == near).all():
            break
        near = joined
    drawing = np.clip(ink * ndimage.binary_dilation(digit, iterations=4) / depth, 0, 1)
    drawing[faint] = 1
    rows, columns = np.nonzero(digit | faint)
    whole = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return Pieces(
        drawing=drawing,
        is_digit=True,
        marks=marks,
        longest=longest,
        depth=depth,
        fraction=float(masses[near].sum() / (masses * (near | ~at_border)).sum()),
        width=int(np.ptp(columns)) + 1,
        height=int(np.ptp(rows)) + 1,
        edges=_touched(whole, ink.shape),
        faint=kept,
        left_out=int((~near & (masses > _MARK * masses.max())).sum()) + lost,
    )


class _Pen(NamedTuple):
    depth: float  # of its ink
    slope: float  # of the ink's edge, per pixel
    width: float  # of its stroke


def _faint_strokes(ink: np.ndarray, digit: np.ndarray, others: np.ndarray, pen: _Pen) -> tuple[np.ndarray, int, int]:
    """Return the faint strokes of a digit, a mask (H, W), their number, and the number of those not close enough."""
    from scipy import ndimage

    rows, columns = np.nonzero(digit)
    around = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    longest = _longer(around)
    low = max(_LEAST, _PALEST * pen.depth)
    halo = int(np.ceil(max(pen.depth / 2 - low, 0) / pen.slope)) + 1  # of pale pixels around ink that is out of focus
    away = ndimage.distance_transform_edt(~digit)
    clear = ndimage.distance_transform_edt(~(digit | others)) if others.any() else away
    labels, _ = ndimage.label((ink > low) & (clear > halo), np.ones((3, 3)))
    slopes = np.hypot(*np.gradient(ink))
    kept = np.zeros_like(digit)
    count = lost = 0
    for number, box in enumerate(ndimage.find_objects(labels), 1):
        if _longer(box) < max(4, _SHORTEST * longest) or not _is_inside(box, around, 2 * longest):
            continue
        part = labels[box] == number
        edge = part & ~ndimage.binary_erosion(part)
        blurred = slopes[box][edge].mean() < _BLURRED * np.percentile(ink[box][part], 90)
        if blurred or 2 * part.sum() > (1.6 * pen.width + 2) * edge.sum():
            continue
        distance = float(away[box][part].min())
        if distance <= max(halo + 2, _REACH * longest) or _is_hat(box, distance, around, longest):
            kept[box] |= part
            count += 1
        else:
            lost += 1
    joined = ndimage.binary_dilation(kept, iterations=halo + 2) & (ink > low) if count else kept
    return joined, count, lost


def _longer(box: Box) -> int:
    return max(side.stop - side.start for side in box)


def _touched(box: Box, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the sides of the picture that a box touches."""
    (rows, columns), (height, width) = box, shape
    touched = (rows.start <= 1, rows.stop >= height - 1, columns.start <= 1, columns.stop >= width - 1)
    return tuple(name for name, touches in zip(_EDGES, touched, strict=True) if touches)


def _is_printed(box: Box, area: float, shape: tuple[int, ...]) -> bool:
    """Return whether a part is a line across the whole picture, or a strip along its border."""
    touched = _touched(box, shape)
    across = {"top", "bottom"} <= set(touched), {"left", "right"} <= set(touched)
    if not any(across):
        return False
    thin = area < _RULE * max(shape) * _longer(box)
    strip = any(
        side.stop - side.start < _STRIP * length and (side.start <= 1 or side.stop >= length - 1)
        for side, length in zip(box, shape, strict=True)
    )
    return thin or strip


def _union(boxes: list[Box]) -> Box:
    rows, columns = zip(*boxes, strict=True)
    return tuple(slice(min(s.start for s in sides), max(s.stop for s in sides)) for sides in (rows, columns))  # type: ignore[return-value]


def _is_inside(box: Box, around: Box, margin: float) -> bool:
    return all(b.start >= a.start - margin and b.stop <= a.stop + margin for b, a in zip(box, around, strict=True))


def _is_hat(box: Box, distance: float, digit: Box, longest: int) -> bool:
    """Return whether a part is a flat bar above the digit, as long as the digit at most."""
    (rows, columns), (height, width) = box, (box[0].stop - box[0].start, box[1].stop - box[1].start)
    flat = height <= 0.5 * width and width <= longest
    above = rows.stop <= digit[0].start + 0.15 * longest
    overlap = min(columns.stop, digit[1].stop + longest / 4) - max(columns.start, digit[1].start - longest / 4)
    return flat and above and distance <= _HAT * longest and overlap >= 0.5 * width
