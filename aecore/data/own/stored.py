"""Keeps people's pictures in one file between their arrival and a training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from aecore.core import system
from aecore.data.own.pictures import Pictures
from aecore.data.own.raw import DataError


def write_pictures(path: Path, pictures: Pictures) -> None:
    """Write pictures into a file of arrays, whole or not at all; raises OSError."""
    arrays = {"images": pictures.images}
    arrays |= {name: value for name in ("labels", "test") if (value := getattr(pictures, name)) is not None}
    text = json.dumps({"classes": list(pictures.classes), "notices": list(pictures.notices)})
    arrays["text"] = np.frombuffer(text.encode(), np.uint8)
    made = path.with_name(f".{path.name}.new")
    try:
        with made.open("wb") as file:  # there may be 300 MB of them: not in the memory a second time
            np.savez(file, **arrays)  # type: ignore[arg-type]
        system.replace(made, path)
    finally:
        made.unlink(missing_ok=True)


def read_pictures(path: Path) -> Pictures:
    """Return the pictures in a file that `write_pictures` wrote; raises DataError where it is gone or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        text = json.loads(arrays["text"].tobytes())
        images = arrays["images"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DataError("Your pictures are no longer on this server: bring them once more.") from error
    return Pictures(images, arrays.get("labels"), text["classes"], arrays.get("test"), text["notices"])
