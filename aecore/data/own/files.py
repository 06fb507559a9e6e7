"""Reads pictures from a zip or a folder of PNG and JPEG files, whose folders are the classes."""

from __future__ import annotations

import itertools
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from aecore.data.own.raw import DAMAGED, MOST, UNPACKED, DataError, Raw, require
from aecore.data.picture_file import PhotoError, read_picture

_ENDINGS = (".png", ".jpg", ".jpeg")
_LONGEST = 10_000_000  # bytes of one picture
_KEPT = 64  # pixels: the longest side of a picture that is kept, for more is made smaller anyway
_SMALLER = f"Made smaller, to at most {_KEPT} pixels a side."
_MOST_CLASSES = 1000


def read_zip(path: Path) -> Raw:
    """Return the pictures in a zip; raises DataError."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = {one.filename: one.file_size for one in archive.infolist() if not one.is_dir()}
            secret = any(one.flag_bits & 1 for one in archive.infolist())
    except (*DAMAGED, ValueError) as error:
        raise DataError("The zip is damaged or incomplete: make or download it once more.") from error
    require(not secret, "The zip is encrypted: make it without a password.")

    def reader() -> Callable[[str], bytes]:
        archive = zipfile.ZipFile(path)

        def read(name: str) -> bytes:
            try:
                with archive.open(name) as file:
                    return file.read(_LONGEST + 1)
            except DAMAGED as error:
                raise DataError(f"The zip is damaged: {_short(name)} cannot be read.") from error

        return read

    return _pictures(found, reader)


def read_folder(path: Path) -> Raw:
    """Return the pictures in a folder and the folders in it; raises DataError."""
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            file = Path(folder, name)
            found[file.relative_to(path).as_posix()] = file.stat().st_size
        require(len(found) <= 100 * MOST, f"The folder has more than {100 * MOST:,} files.")
    return _pictures(found, lambda: lambda name: (path / name).read_bytes())


def decoded(data: bytes, name: str, notices: list[str]) -> np.ndarray:
    """Return a PNG or JPEG file as a picture (H, W, 3) uint8, at most 64 pixels a side, on black; raises DataError.

    Where it is made smaller, a sentence is added to the notices, once.
    """
    try:
        picture = read_picture(data)
    except PhotoError as error:
        raise DataError(f"{name}: {error}") from None
    layers = picture.layers
    if layers.shape[2] == 4:  # what is transparent lies on paper there
        layers = _on_black(layers)
    pixels = np.rint(layers[..., :3] * 255).clip(0, 255).astype(np.uint8)
    if max(pixels.shape[:2]) > _KEPT:
        image = Image.fromarray(pixels)
        image.thumbnail((_KEPT, _KEPT), Image.Resampling.BOX)
        pixels = np.asarray(image)
    if max(picture.size) > _KEPT and _SMALLER not in notices:
        notices.append(_SMALLER)
    return pixels


def _on_black(layers: np.ndarray) -> np.ndarray:
    """Return the colours of layers (H, W, 4) on black; `read_picture` lays what is transparent on paper."""
    opacity = layers[..., 3:]
    hidden = layers[..., :3][opacity[..., 0] < 0.02]
    paper = np.median(hidden, axis=0) if len(hidden) else np.zeros(3, np.float32)
    black: np.ndarray = np.clip(layers[..., :3] - paper * (1 - opacity), 0, 1)
    return black


def _pictures(found: dict[str, int], reader: Callable[[], Callable[[str], bytes]]) -> Raw:
    names = sorted(name for name in found if _is_picture(name))
    others = [name for name in found if not _is_picture(name) and not _is_hidden(name)]
    if not names:
        known = next(
            (name for name in others if name.lower().endswith((".npz", ".npy", ".csv", ".gz", ".parquet"))), ""
        )
        hint = f": unpack it, and bring {_short(known)}" if known else ""
        raise DataError(f"There is no PNG or JPEG picture in it{hint}.")
    require(len(names) <= 100 * MOST, f"It has {len(names):,} pictures: bring at most {100 * MOST:,}.")
    total = sum(found[name] for name in names)
    require(total <= UNPACKED * 1_000_000, f"It unpacks to {total / 1e9:.1f} GB: bring at most 2 GB.")
    large = next((name for name in names if found[name] > _LONGEST), None)
    require(large is None, f"{_short(large or '')} is larger than 10 MB.")
    labels, classes = _classes(names)
    notices = (
        [f"Not used: {len(others):,} files that are no PNG or JPEG, such as {_short(others[0])}."] if others else []
    )

    def read(which: np.ndarray) -> Iterator[np.ndarray]:
        bytes_of = reader()
        for i in which:
            yield decoded(bytes_of(names[i]), _short(names[i]), notices)[None]

    return Raw(len(names), read, None, labels, classes, notices=notices)


def _classes(names: list[str]) -> tuple[np.ndarray | None, list[str]]:
    """Return the label of each file, and the classes' names: their folders, without what all have in common."""
    folders = [PurePosixPath(name).parent.parts for name in names]
    common = sum(1 for _ in itertools.takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False)))
    own = ["/".join(folder[common:]) for folder in folders]
    classes = sorted(set(own), key=lambda name: (len(name), name) if name.isdigit() else (99, name))
    if len(classes) < 2 or len(classes) > _MOST_CLASSES:
        return None, []
    place = {name: i for i, name in enumerate(classes)}
    return np.array([place[name] for name in own]), [name or "no folder" for name in classes]


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini") for part in parts)


def _is_picture(name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not _is_hidden(name)


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"…{name[-59:]}"
