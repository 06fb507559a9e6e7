"""Makes people's pictures alike: square, at most 64 pixels a side, bright on dark, 0 to 255."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from aecore.data.own.raw import FEWEST, MOST, DataError, Raw, require

SIDE = 64  # pixels: the longest side
_MULTIPLE, _OF_LARGE, _LARGE = 4, 8, 40  # of which sides are, and larger ones: networks halve them twice, or once more
_MEGABYTES = 300  # of all pixels
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_PAPER, _MOST_PAPER = (
    0.75,
    0.7,
)  # a border pixel brighter than this is paper; so much of all borders, and it is inverted
_LOOKED_AT = 500  # pictures from which it is told whether they are dark on light, and whether they have colours
_COLOURFUL = 3.0  # of 255: the mean distance between channels
_MOST_CLASSES = 1000


@dataclass(frozen=True)
class Pictures:
    """Pictures (N, side, side) uint8, or (N, side, side, 3) in colour; `notices` say, in sentences, what was done.

    `labels` (N,) are the indices of `classes`, None where there are none; `test` (N,) bool marks the pictures that a
    file keeps for tests, None where it does not say.
    """

    images: np.ndarray
    labels: np.ndarray | None
    classes: Sequence[str]
    test: np.ndarray | None
    notices: Sequence[str]

    def __len__(self) -> int:
        return len(self.images)


def made_alike(raw: Raw, seed: int = 0) -> Pictures:
    """Return the pictures of a file, made alike; raises DataError. Too many are a random part, chosen with the seed."""
    require(raw.count >= FEWEST, f"There are {raw.count} pictures: bring at least {FEWEST}.")
    largest = SIDE * SIDE * 3 if raw.shape is None else _size(raw.shape)
    most = min(MOST, _MEGABYTES * 1_000_000 // largest)
    which, notices = np.arange(raw.count), []
    if raw.count > most:
        which = np.sort(np.random.default_rng(seed).permutation(raw.count)[:most])
        notices.append(f"Of {raw.count:,} pictures {most:,} are used, chosen at random.")
    scale, note = (None, "") if raw.shape is None else _scale(raw, which)
    small = [_small(piece if scale is None else scale(piece)) for piece in raw.read(which)]
    require(sum(map(len, small)) == len(which), "The file is incomplete: it has fewer pictures than it says.")
    sizes = {piece.shape[1:3] for piece in small}
    side = max(max(size) for size in sizes)
    side = min(SIDE, _multiple(side))
    images = np.concatenate([_square(piece, side) for piece in small])
    notices += [*raw.notices, *([note] if note else [])]
    original = None if raw.shape is None else raw.shape[:2]
    if original and max(original) > SIDE:
        notices.append(f"Made smaller, from {original[0]} x {original[1]} to at most {SIDE} pixels a side.")
    if sizes != {(side, side)}:
        different = f"{len(sizes)} sizes" if len(sizes) > 1 else "{} x {}".format(*next(iter(sizes)))
        notices.append(f"Padded to squares of {side} x {side} pixels, from {different}.")
    images, more = _bright_on_dark(_grey_if_grey(images))
    labels, classes, odd = _labels(raw, which)
    return Pictures(images, labels, classes, None if raw.test is None else raw.test[which], [*notices, *more, *odd])


def _size(shape: Sequence[int]) -> int:
    """Return the bytes of a picture of this shape once it is made small."""
    side = min(SIDE, _multiple(max(shape[:2])))
    return side * side * (3 if len(shape) == 3 and shape[2] > 1 else 1)


def _multiple(side: int) -> int:
    """Return the next side that networks can halve so often as they have to."""
    step = _OF_LARGE if side > _LARGE else _MULTIPLE
    return -(-side // step) * step


class _Scale:
    """Turns numbers of any range into bytes."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._factor = low, 255 / (high - low)

    def __call__(self, piece: np.ndarray) -> np.ndarray:
        return np.rint((piece.astype(np.float32) - self._low) * self._factor).clip(0, 255).astype(np.uint8)


def _scale(raw: Raw, which: np.ndarray) -> tuple[_Scale | None, str]:
    """Return what turns the numbers of arrays into bytes, and a sentence; None for bytes. Raises DataError."""
    low, high, kind = math.inf, -math.inf, "u"
    dtype = np.dtype(np.uint8)
    for piece in raw.read(which):
        dtype, kind = piece.dtype, piece.dtype.kind
        if kind == "f" and not np.isfinite(piece).all():
            raise DataError("Some numbers are missing (NaN) or infinite: replace them with pixels' brightness.")
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
    if low == high:
        raise DataError("All pixels of all pictures are equal: there is nothing to learn.")
    if dtype == np.uint8 and high > 1:
        if high > 64:
            return None, ""
        return _Scale(0, high), f"Numbers from {low:g} to {high:g} were taken as black to white."
    if low >= 0 and high <= 1:
        return _Scale(0, 1), ""
    if low >= 0 and high <= 255 and (high > 64 or kind != "f"):
        top = 255.0 if high > 64 else high
        return _Scale(0, top), "" if top == 255 else f"Numbers from {low:g} to {high:g} were taken as black to white."
    if low >= -1 and high <= 1:
        return _Scale(-1, 1), "Numbers from -1 to 1 were taken as black to white."
    return _Scale(low, high), f"Numbers from {low:g} to {high:g} were taken as black to white."


def _small(piece: np.ndarray) -> np.ndarray:
    """Return pictures (n, H, W) or (n, H, W, channels) uint8 with at most SIDE pixels a side, on black where clear."""
    if piece.ndim == 4 and piece.shape[3] in (2, 4):
        opacity = piece[..., -1:].astype(np.float32) / 255
        piece = np.rint(piece[..., :-1] * opacity).astype(np.uint8)
    if piece.ndim == 4 and piece.shape[3] == 1:
        piece = piece[..., 0]
    height, width = piece.shape[1:3]
    if max(height, width) <= SIDE:
        return piece
    factor = max(height, width) / SIDE
    size = max(1, round(width / factor)), max(1, round(height / factor))
    return np.stack([np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BOX)) for one in piece])


def _square(piece: np.ndarray, side: int) -> np.ndarray:
    """Return pictures in the middle of squares; what is around them has the colour of their border."""
    height, width = piece.shape[1:3]
    if (height, width) == (side, side):
        return piece
    edges = np.concatenate([piece[:, 0], piece[:, -1], piece[:, :, 0], piece[:, :, -1]], axis=1)
    around = np.median(edges, axis=1).astype(np.uint8)
    out = np.empty((len(piece), side, side, *piece.shape[3:]), np.uint8)
    out[:] = around[:, None, None]
    top, left = (side - height) // 2, (side - width) // 2
    out[:, top : top + height, left : left + width] = piece
    return out


def _grey_if_grey(images: np.ndarray) -> np.ndarray:
    """Return pictures in colour as (N, H, W) where their colours do not show."""
    if images.ndim == 3:
        return images
    some = images[:: max(1, len(images) // _LOOKED_AT)].astype(np.float32)
    if np.ptp(some, axis=3).mean() > _COLOURFUL:
        return images
    return grey(images)


def grey(images: np.ndarray) -> np.ndarray:
    """Return pictures in colour (N, side, side, 3) uint8 as grey ones (N, side, side)."""
    return np.concatenate([np.rint(part @ _LUMA).astype(np.uint8) for part in _parts(images)])


def _bright_on_dark(images: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return grey pictures, inverted where they are dark on light paper, and a sentence then."""
    if images.ndim == 4:
        return images, []
    some = images[:: max(1, len(images) // _LOOKED_AT)] / 255
    edges = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    if (edges > _PAPER).mean() < _MOST_PAPER:
        return images, []
    return 255 - images, ["Inverted: they were dark on light, and networks here draw bright on dark."]


def _parts(images: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(images), 4096):
        yield images[start : start + 4096]


def _labels(raw: Raw, which: np.ndarray) -> tuple[np.ndarray | None, Sequence[str], list[str]]:
    """Return the labels as indices of classes, the classes' names, and sentences."""
    if raw.labels is None:
        return None, (), []
    labels = raw.labels[which]
    if labels.dtype.kind == "f":
        if not (labels == labels.round()).all():
            return None, (), ["The labels are no whole numbers, and are not used."]
        labels = labels.astype(int)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    values, indices = np.unique(labels, return_inverse=True)
    if len(values) > min(_MOST_CLASSES, len(which) // 2):
        return None, (), [f"There are {len(values):,} different labels, too many for classes: they are not used."]
    if raw.names and labels.dtype.kind in "biu" and values.min() >= 0 and values.max() < len(raw.names):
        return labels.astype(int), tuple(str(name)[:60] for name in raw.names), []
    return indices.reshape(-1), tuple(str(value)[:60] for value in values.tolist()), []
