"""Check what callers hand in, and say what came and what was wanted."""

from __future__ import annotations

import numpy as np


def check_images(images: np.ndarray) -> np.ndarray:
    """Return images as float32 (N, 28, 28); raises ValueError unless they are finite floats in [0, 1]."""
    wanted = "wanted images (N, 28, 28), floating point in [0, 1]"
    images = _check_floats(images, wanted)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(f"{wanted}; got shape {images.shape}")
    return _check_range(images, wanted)


def check_pictures(images: np.ndarray) -> np.ndarray:
    """Return images of any size as float32, grey (N, H, W) or (N, H, W, channels); raises ValueError.

    They must be finite floats in [0, 1].
    """
    wanted = "wanted images (N, H, W) or (N, H, W, channels), floating point in [0, 1]"
    images = _check_floats(images, wanted)
    if images.ndim not in (3, 4):
        raise ValueError(f"{wanted}; got shape {images.shape}")
    return _check_range(images, wanted)


def check_latents(latents: np.ndarray, latent_dim: int) -> np.ndarray:
    """Return latents as float32 (N, latent_dim); raises ValueError unless they are finite floats of that shape."""
    wanted = f"wanted latents (N, {latent_dim}), floating point"
    latents = _check_floats(latents, wanted)
    if latents.ndim != 2 or latents.shape[1] != latent_dim:
        raise ValueError(f"{wanted}; got shape {latents.shape}")
    return latents


def _check_floats(array: np.ndarray, wanted: str) -> np.ndarray:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{wanted}; got {type(array).__name__}, not a NumPy array")
    if array.dtype.kind != "f":
        raise ValueError(f"{wanted}; got dtype {array.dtype}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{wanted}; got NaN or infinite values")
    return array


def _check_range(images: np.ndarray, wanted: str) -> np.ndarray:
    if images.size and (images.min() < 0 or images.max() > 1):
        raise ValueError(f"{wanted}; got values from {images.min():g} to {images.max():g}")
    return images
