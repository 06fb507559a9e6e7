"""What a file of people's own pictures holds before it is made square and small, and the limits of such files."""

from __future__ import annotations

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

FEWEST, MOST = 20, 100_000  # pictures
MEGABYTES = 50  # of a file, packed
UNPACKED = 2_000  # megabytes that a file may unpack to: a limit of time, for it is read in pieces
SIDES = 4, 4096  # pixels of a picture's height and width
PIECE = 1 << 24  # bytes that are read at once

# What readers of zip, gzip and npy raise where a file is damaged, each in its own way, apart from ValueError.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, SyntaxError, UnicodeError),
    *(EOFError, OSError, RuntimeError, NotImplementedError, LookupError, OverflowError),
)

Read = Callable[[np.ndarray], Iterator[np.ndarray]]


class DataError(ValueError):
    """A file cannot be used; the message says why, in one sentence for the visitor."""


@dataclass(frozen=True)
class Raw:
    """Pictures in a file, which are read on demand.

    `read(which)` yields those with sorted indices `which`, in pieces (n, H, W), or (n, H, W, channels) with one to four
    channels; pieces may differ in size. `shape` is that of every picture, None where they differ. `labels` (N,) are
    numbers or names, None where there are none; `names` are those of the labels 0, 1, ...; `test` (N,) says which
    pictures are to test with, None where the file does not say.
    """

    count: int
    read: Read
    shape: tuple[int, ...] | None = None
    labels: np.ndarray | None = None
    names: Sequence[str] = ()
    test: np.ndarray | None = None
    notices: list[str] = field(default_factory=list)


def require(fits: bool, sentence: str) -> None:
    """Raise DataError with a sentence unless something fits."""
    if not fits:
        raise DataError(sentence)


def picture_shape(shape: Sequence[int]) -> tuple[int, ...] | None:
    """Return height, width and, where there are some, channels of pictures whose arrays have this shape without N.

    A row of numbers is a square picture, grey, or with red, green and blue one after the other; None where the shape
    cannot be that of a picture. Channels are last, also where they come first in the file.
    """
    sides = range(SIDES[0], SIDES[1] + 1)
    if len(shape) == 1:
        for channels in (1, 3):
            side = round((shape[0] / channels) ** 0.5)
            if side * side * channels == shape[0] and side in sides:
                return (side, side) if channels == 1 else (side, side, channels)
        return None
    if len(shape) == 2 and all(n in sides for n in shape):
        return tuple(shape)
    if len(shape) == 3 and shape[2] in (1, 2, 3, 4) and all(n in sides for n in shape[:2]):
        return tuple(shape)
    if len(shape) == 3 and shape[0] in (1, 3, 4) and all(n in sides for n in shape[1:]):
        return shape[1], shape[2], shape[0]
    return None


def as_pictures(rows: np.ndarray) -> np.ndarray:
    """Return arrays (n, ...) as pictures (n, H, W) or (n, H, W, channels), of the shape that `picture_shape` names."""
    shape = picture_shape(rows.shape[1:])
    if shape is None:
        raise DataError(f"An array of shape {rows.shape} holds no pictures.")
    if rows.ndim == 2:
        planar = rows.reshape(len(rows), *((shape[2], *shape[:2]) if len(shape) == 3 else shape))
        return planar.transpose(0, 2, 3, 1) if len(shape) == 3 else planar
    return rows.transpose(0, 2, 3, 1) if rows.ndim == 4 and rows.shape[1:] != shape else rows
