"""Checks of the arrays that callers pass in; each error says what was received and what is expected."""

from __future__ import annotations

import numpy as np

from aecore.core.layers import Shape


def check_images(images: np.ndarray, shape: Shape = (28, 28)) -> np.ndarray:
    """Return images as float32 (N, *shape); raises ValueError unless they are finite floats in [0, 1]."""
    return _check_images(images, shape, _batch(shape))


def check_pictures(images: np.ndarray) -> np.ndarray:
    """Return images of any size as float32, grey (N, H, W) or (N, H, W, channels).

    Raises ValueError unless they are finite floats in [0, 1].
    """
    has_channels = isinstance(images, np.ndarray) and images.ndim == 4
    shape = (None, None, None) if has_channels else (None, None)
    return _check_images(images, shape, "(N, H, W) or (N, H, W, channels)")


def check_latents(latents: np.ndarray, latent_dim: int) -> np.ndarray:
    """Return latents as float32 (N, latent_dim); raises ValueError unless they are finite floats of that shape."""
    return check_floats(latents, (latent_dim,), "latents")


def check_floats(array: np.ndarray, shape: Shape, name: str) -> np.ndarray:
    """Return an array as float32 (N, *shape), where None in `shape` means any size; raises ValueError otherwise."""
    return _check_floats(array, shape, f"wanted {name} {_batch(shape)}, floating point")


def check_rng(rng: np.random.Generator) -> np.random.Generator:
    """Return a random generator; raises ValueError for anything else, such as a seed."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"wanted rng, such as np.random.default_rng(0); got {rng!r:.40}")
    return rng


def check_whole(number: int, name: str, low: int, high: int | None = None) -> int:
    """Return a whole number from `low` to `high`; raises ValueError for anything else."""
    fits = isinstance(number, int | np.integer) and not isinstance(number, bool) and number >= low
    if not fits or (high is not None and number > high):
        reach = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"wanted {name}, a whole number {reach}; got {number!r:.40}")
    return int(number)


def check_some(array: np.ndarray, name: str, least: int = 1) -> None:
    """Raise ValueError unless an array has at least so many rows."""
    if len(array) < least:
        raise ValueError(f"wanted {name}, at least {least}; got {len(array)}")


def _check_images(images: np.ndarray, shape: Shape, batch: str) -> np.ndarray:
    wanted = f"wanted images {batch}, floating point in [0, 1]"
    images = _check_floats(images, shape, wanted)
    if 0 in images.shape[1:]:
        raise ValueError(f"{wanted}; got shape {images.shape}, without a pixel")
    if images.size and (images.min() < 0 or images.max() > 1):
        raise ValueError(f"{wanted}; got values from {images.min():g} to {images.max():g}")
    return images


def _check_floats(array: np.ndarray, shape: Shape, wanted: str) -> np.ndarray:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{wanted}; got {type(array).__name__}, not a NumPy array")
    if array.dtype.kind != "f":
        raise ValueError(f"{wanted}; got dtype {array.dtype}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{wanted}; got NaN or infinite values")
    fits = array.ndim == 1 + len(shape) and all(n in (None, m) for n, m in zip(shape, array.shape[1:], strict=True))
    if not fits:
        raise ValueError(f"{wanted}; got shape {array.shape}")
    return array


def _batch(shape: Shape) -> str:
    return f"(N, {', '.join('any' if n is None else str(n) for n in shape)})"
