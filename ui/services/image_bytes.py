"""A digit as 784 bytes: what is kept, sent and put into links."""

from __future__ import annotations

import numpy as np


def to_bytes(image: np.ndarray) -> bytes:
    """Return an image (28, 28) in [0, 1] as 784 bytes."""
    return np.rint(255 * image).astype(np.uint8).tobytes()


def from_bytes(pixels: bytes) -> np.ndarray:
    """Return 784 bytes as an image (28, 28) float32 in [0, 1]; raises ValueError for another number of bytes."""
    image: np.ndarray = (np.frombuffer(pixels, np.uint8).reshape(28, 28) / 255).astype(np.float32)
    return image
