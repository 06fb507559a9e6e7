"""Keeps people's pictures in one file between their arrival and a training, and makes them what the pages can draw."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from aecore.core.model_file import write_atomically
from aecore.data.own.pictures import Pictures, grey
from aecore.data.own.raw import DataError

SIDE = 28  # pixels of the pictures that the pages draw
_SMALL = 20  # sides of pictures that are enlarged, not padded


def as_digits(pictures: Pictures) -> Pictures:
    """Return pictures as the pages draw them, grey and 28 x 28, with a sentence where that changes them."""
    images, notices = pictures.images, list(pictures.notices)
    if images.ndim == 4:
        images = grey(images)
        notices.append("Their colours are left out.")
    side = images.shape[1]
    if side < _SMALL or side > SIDE:
        images = np.stack([_resized(image) for image in images])
        notices = [notice for notice in notices if not notice.startswith("Made smaller")]
        notices.append(f"Made {'larger' if side < SIDE else 'smaller'}, to {SIDE} pixels a side.")
    elif side < SIDE:
        around = SIDE - side
        images = np.pad(images, ((0, 0), *(((around // 2, around - around // 2),) * 2)))
    return dataclasses.replace(pictures, images=images, notices=notices)


def write_pictures(path: Path, pictures: Pictures) -> None:
    """Write pictures into a file of arrays; raises OSError."""
    arrays = {"images": pictures.images}
    arrays |= {name: value for name in ("labels", "test") if (value := getattr(pictures, name)) is not None}
    buffer = io.BytesIO()
    text = json.dumps({"classes": list(pictures.classes), "notices": list(pictures.notices)})
    np.savez(buffer, **{"text": np.frombuffer(text.encode(), np.uint8), **arrays})  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())


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


def _resized(image: np.ndarray) -> np.ndarray:
    way = Image.Resampling.BOX if len(image) > SIDE else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(image).resize((SIDE, SIDE), way))
