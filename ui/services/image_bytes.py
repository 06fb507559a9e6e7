"""A picture as bytes, one per pixel and channel: what is kept, sent and put into links.

Pictures here are square, grey or in colour, so that the number of bytes says their shape.
"""

from __future__ import annotations

import math

import numpy as np

from aecore.training.job import LARGEST, SMALLEST

MOST = 3 * LARGEST**2  # bytes


def to_bytes(image: np.ndarray) -> bytes:
    """Return an image (side, side) or (side, side, 3) in [0, 1] as bytes, 784 for a digit."""
    return np.rint(255 * image).astype(np.uint8).tobytes()


def from_bytes(pixels: bytes) -> np.ndarray:
    """Return bytes as an image (side, side) or (side, side, 3) float32 in [0, 1].

    Raises ValueError where no picture has so many.
    """
    image: np.ndarray = (np.frombuffer(pixels, np.uint8).reshape(shape_of(len(pixels))) / 255).astype(np.float32)
    return image


def shape_of(size: int) -> tuple[int, ...]:
    """Return the shape of a picture of so many bytes; raises ValueError where none has so many."""
    for channels in (1, 3):
        side = math.isqrt(size // channels)
        if side * side * channels == size and SMALLEST <= side <= LARGEST:
            return (side, side) if channels == 1 else (side, side, channels)
    raise ValueError(f"a picture has {SMALLEST}^2 to {LARGEST}^2 bytes, or three times as many")
