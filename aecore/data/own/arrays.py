"""Reads pictures from NumPy's files (npy, npz) and from MNIST's (idx), packed or not, a piece at a time."""

from __future__ import annotations

import gzip
import math
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from aecore.data.own.raw import DAMAGED, MOST, PIECE, UNPACKED, DataError, Raw, as_pictures, picture_shape, require

_LONGEST_HEADER = 10_000  # bytes
_MOST_ARRAYS = 64  # in a file
_IDX = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_TEST = ("test", "valid", "val_", "_val", "dev")


@dataclass(frozen=True)
class Stored:
    """An array in a file: its name, shape and dtype, and how to open the bytes of its numbers."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    open: Callable[[], IO[bytes]]

    def rows(self, which: np.ndarray | None = None) -> Iterator[np.ndarray]:
        """Yield the rows with sorted indices `which`, by default all, some at a time; raises DataError."""
        size = math.prod(self.shape[1:]) * self.dtype.itemsize
        at_once = max(1, PIECE // max(size, 1))
        wanted = np.arange(self.shape[0]) if which is None else which
        try:
            with self.open() as file:
                for start in range(0, self.shape[0], at_once):
                    count = min(at_once, self.shape[0] - start)
                    data = _exactly(file, count * size)
                    if len(data) < count * size:
                        done = start + len(data) // max(size, 1)
                        raise DataError(
                            f"The file is incomplete: {self.name} ends after {done:,} of {self.shape[0]:,}."
                        )
                    some = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, start + count)] - start
                    if len(some):
                        yield np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])[some]
                require(not file.read(1), f"The file is damaged: {self.name} has more numbers than it says.")
        except DAMAGED as error:
            raise DataError(f"The file is damaged: {self.name} cannot be read.") from error

    def whole(self) -> np.ndarray:
        """Return all of a small array; raises DataError."""
        require(self.bytes <= 4 * PIECE, f"{self.name} is too large to be labels.")
        return np.concatenate([*self.rows(), np.zeros((0, *self.shape[1:]), self.dtype)])

    @property
    def bytes(self) -> int:
        """How many bytes all numbers have."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_arrays(path: Path) -> list[Stored]:
    """Return the arrays in a file npy, npz, idx or idx.gz; raises DataError."""
    with path.open("rb") as file:
        first = file.read(8)
    try:
        if first.startswith(b"\x93NUMPY"):
            return [_npy(path.stem, lambda: path.open("rb"))]
        if first.startswith(b"PK"):
            return _npz(path)
        if first.startswith(b"\x1f\x8b"):
            return [_idx(path.stem, lambda: gzip.open(path, "rb"))]  # type: ignore[arg-type, return-value]
        return [_idx(path.name, lambda: path.open("rb"))]
    except DAMAGED as error:
        raise DataError("The file is damaged or incomplete: download or save it once more.") from error


def choose(arrays: list[Stored]) -> Raw:
    """Return the pictures among the arrays of one file, or of several, with their labels; raises DataError.

    Pictures are the arrays of the shape that takes most numbers; labels are what else has as many rows.
    """
    possible = [one for one in arrays if one.shape and picture_shape(one.shape[1:]) is not None and one.shape[0] > 1]
    possible = [one for one in possible if len(one.shape) > 2 or not _has_labels_shape(one, arrays)]
    if not possible:
        found = ", ".join(f"{one.name} {'x'.join(map(str, one.shape))}" for one in arrays[:6]) or "nothing"
        require(
            any(len(one.shape) != 1 for one in arrays), "These are labels only: bring the file of the pictures, too."
        )
        raise DataError(f"The file has no pictures: wanted an array (N, height, width), got {found}.")
    kinds: dict[tuple[int, ...], list[Stored]] = {}
    for one in possible:
        kinds.setdefault(one.shape[1:], []).append(one)
    chosen = max(kinds.values(), key=lambda some: sum(one.bytes for one in some))
    require(all(one.dtype.kind in "buif" for one in chosen), f"{chosen[0].name} holds no numbers.")
    labels = [_labels_of(one, chosen, arrays) for one in chosen]
    used = {one.name for one in (*chosen, *labels) if one}
    left = [one.name for one in arrays if one.name not in used]
    notices = [f"Not used: {', '.join(left[:6])}."] if left else []

    counts = [one.shape[0] for one in chosen]
    require(sum(counts) <= 100 * MOST, f"The file has {sum(counts):,} pictures: bring at most {100 * MOST:,}.")
    of_test = [any(word in one.name.lower() for word in _TEST) for one in chosen]
    test = np.repeat(of_test, counts) if any(of_test) and not all(of_test) else None
    made = [None if one is None else _as_labels(one) for one in labels]
    values = np.concatenate([one for one in made if one is not None]) if all(one is not None for one in made) else None

    def read(which: np.ndarray) -> Iterator[np.ndarray]:
        start = 0
        for one, count in zip(chosen, counts, strict=True):
            some = which[np.searchsorted(which, start) : np.searchsorted(which, start + count)] - start
            if len(some):
                yield from map(as_pictures, one.rows(some))
            start += count

    shape = picture_shape(chosen[0].shape[1:])
    return Raw(sum(counts), read, shape, values, test=test, notices=notices)


def _has_labels_shape(one: Stored, arrays: list[Stored]) -> bool:
    """Whether rows can be one-hot labels of another array's pictures."""
    return any(other is not one and other.shape[:1] == one.shape[:1] and len(other.shape) > 2 for other in arrays)


def _labels_of(images: Stored, chosen: list[Stored], arrays: list[Stored]) -> Stored | None:
    """Return the array of labels that belongs to one of pictures: as many rows, and the name that is most alike."""
    fits = [
        one
        for one in arrays
        if one not in chosen and one.shape[:1] == images.shape[:1] and len(one.shape) < 3 and one.dtype.kind in "biufUS"
    ]
    words = set(images.name.lower().replace("-", "_").split("_"))
    alike = lambda one: len(words & set(one.name.lower().replace("-", "_").split("_")))  # noqa: E731
    known = [one for one in fits if any(word in one.name.lower() for word in ("y", "label", "class", "target"))]
    return max(known or fits, key=alike, default=None)


def _as_labels(one: Stored) -> np.ndarray:
    values = one.whole()
    if values.ndim == 2:
        if values.shape[1] == 1:
            return values[:, 0]
        return values.argmax(axis=1)  # one-hot
    return values


def _exactly(file: IO[bytes], size: int) -> bytes:
    """Return the next bytes of a file, fewer only where it ends: streams of packed files may give less at once."""
    parts, left = [], size
    while left and (data := file.read(left)):
        parts.append(data)
        left -= len(data)
    return b"".join(parts)


def _npz(path: Path) -> list[Stored]:
    with zipfile.ZipFile(path) as archive:
        entries = [one for one in archive.infolist() if one.filename.endswith(".npy")]
        require(bool(entries), "The file has no arrays: wanted an npz, or a zip of PNG or JPEG pictures.")
        require(len(entries) <= _MOST_ARRAYS, f"The file has {len(entries):,} arrays: bring at most {_MOST_ARRAYS}.")
        total = sum(one.file_size for one in entries)
        require(total <= UNPACKED * 1_000_000, f"The file unpacks to {total / 1e9:.1f} GB: bring at most 2 GB.")

    def opener(name: str) -> Callable[[], IO[bytes]]:
        return lambda: zipfile.ZipFile(path).open(name)

    return [_npy(one.filename.removesuffix(".npy"), opener(one.filename)) for one in entries]


def _npy(name: str, open_: Callable[[], IO[bytes]]) -> Stored:
    with open_() as file:
        try:
            version = npy.read_magic(file)
            reader = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
            shape, fortran, dtype = reader(file, max_header_size=_LONGEST_HEADER)
        except (*DAMAGED, ValueError, MemoryError) as error:
            raise DataError(f"The file is damaged: {name} is no array.") from error
        start = file.tell()
    require(not dtype.hasobject and dtype.names is None, f"{name} holds Python objects, not numbers.")
    require(len(shape) < 2 or not fortran, f"{name} is stored column by column: save np.ascontiguousarray of it.")
    require(all(0 <= n < 1 << 40 for n in shape), f"The file is damaged: {name} has the shape {shape}.")

    def numbers() -> IO[bytes]:
        file = open_()
        _exactly(file, start)
        return file

    return Stored(name, shape, dtype, numbers)


def _idx(name: str, open_: Callable[[], IO[bytes]]) -> Stored:
    with open_() as file:
        head = _exactly(file, 4)
        require(
            len(head) == 4 and head[:2] == b"\0\0" and head[2] in _IDX and 1 <= head[3] <= 4,
            "This kind of file is not known: bring npz, npy, idx, CSV, parquet, or a zip of PNG or JPEG pictures.",
        )
        sizes = _exactly(file, 4 * head[3])
        require(len(sizes) == 4 * head[3], "The file is incomplete: it ends before its first picture.")
        shape = struct.unpack(f">{head[3]}I", sizes)
    start = 4 + len(sizes)
    dtype = np.dtype(_IDX[head[2]])
    total = math.prod(shape) * dtype.itemsize
    require(total <= UNPACKED * 1_000_000, f"The file unpacks to {total / 1e9:.1f} GB: bring at most 2 GB.")

    def numbers() -> IO[bytes]:
        file = open_()
        _exactly(file, start)
        return file

    return Stored(name, shape, dtype, numbers)
