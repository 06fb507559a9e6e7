"""Reads people's own pictures from files of any known kind."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Sequence
from pathlib import Path

from aecore.data.own import arrays, files, tables
from aecore.data.own.pictures import Pictures, made_alike
from aecore.data.own.raw import DAMAGED, MEGABYTES, DataError, Raw, require

_PARQUET = b"PAR1"


def read_own(paths: Path | Sequence[Path], seed: int = 0) -> Pictures:
    """Return the pictures in a file, or in files that belong together; raises DataError, with a sentence for visitors.

    Known are npz, npy, idx and idx.gz (pictures and labels may be two files), CSV and rows of numbers with spaces
    between, parquet, and a zip or a folder of PNG and JPEG files, whose folders are the classes. What a file is, its
    content tells, not its name. The seed chooses a part of the pictures where they are too many.
    """
    some = [paths] if isinstance(paths, Path) else list(paths)
    require(bool(some), "There is no file.")
    return made_alike(_raw(some), seed)


def _raw(paths: list[Path]) -> Raw:
    for path in paths:
        if path.is_dir():
            require(len(paths) == 1, "A folder comes alone.")
            return files.read_folder(path)
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                first = file.read(8)
        except OSError as error:
            raise DataError(f"The file {path.name} cannot be read: {error.strerror}.") from None
        require(size > 0, f"The file {path.name} is empty.")
        require(size <= MEGABYTES * 1_000_000, f"The file {path.name} is larger than {MEGABYTES} MB.")
        kind = _kind(path, first)
        if kind != "arrays":
            require(len(paths) == 1, f"{path.name} comes alone: only pictures and labels of idx or npy are two files.")
            return {"zip": files.read_zip, "parquet": tables.read_parquet, "text": tables.read_text}[kind](path)
    found = [_named(one, path) for path in paths for one in arrays.read_arrays(path)]
    return arrays.choose(found)


def _named(one: arrays.Stored, path: Path) -> arrays.Stored:
    return (
        dataclasses.replace(one, name=one.name.split(".")[0]) if one.name.startswith(path.stem.split(".")[0]) else one
    )


def _kind(path: Path, first: bytes) -> str:
    """Return what a file is: "arrays", "zip", "parquet" or "text"."""
    if first.startswith(_PARQUET):
        return "parquet"
    if first.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (*DAMAGED, ValueError) as error:
            raise DataError("The zip is damaged or incomplete: make or download it once more.") from error
        return "arrays" if any(name.endswith(".npy") for name in names) else "zip"
    if first.startswith((b"\x93NUMPY", b"\x1f\x8b", b"\0\0")):
        return "arrays"
    require(
        not first.startswith((b"\x89PNG", b"\xff\xd8\xff")),
        "This is one picture: bring a zip of many, at least 20.",
    )
    return "text"
