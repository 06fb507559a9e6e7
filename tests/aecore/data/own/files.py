"""Makes the files that people bring, of forty pictures in four classes."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
from PIL import Image

COUNT = 40
LABELS = np.arange(COUNT) % 4


def pictures(height: int = 28, width: int = 28, channels: int = 0) -> np.ndarray:
    """Bright blobs on black whose place tells their number, (40, height, width) or with channels."""
    out = np.zeros((COUNT, height, width, *((channels,) if channels else ())), np.uint8)
    for i in range(COUNT):
        out[i, 4 + i % 5 : height - 4 - i % 3, 5 + i % 7 : width - 5] = (
            255 - np.arange(channels) * 60 if channels else 255
        )
        out[i, 4, 4 + i % max(1, width - 8)] = 90
    return out


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def idx(array: np.ndarray) -> bytes:
    kind = {"u1": 8, "i4": 12, "f4": 13}[array.dtype.str[1:]]
    head = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def text(array: np.ndarray, separator: str = ",", header: str = "") -> bytes:
    lines = [separator.join(f"{value:g}" for value in row) for row in array]
    return ("\n".join([*([header] if header else []), *lines]) + "\n").encode()


def picture(pixels: np.ndarray, kind: str = "PNG", mode: str | None = None) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(buffer, kind)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def in_folders(some: np.ndarray, root: str = "") -> dict[str, bytes]:
    return {f"{root}class{LABELS[i]}/{i:03}.png": picture(one) for i, one in enumerate(some)}
