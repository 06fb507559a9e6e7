"""Corrupt images on purpose, so that a denoiser has something to do. `ui/frontend/corruption.js` means the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aecore.checks import check_images


def corrupt(images: np.ndarray, kind: str, level: float | np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Corrupt images (N, 28, 28) float in [0, 1]; returns a new float32 array of the same shape, clipped to [0, 1].

    `level` in [0, 1] is one number or one per image (N,); level 0 changes nothing. What it means, by `kind`:
    `gaussian`: noise of mean and standard deviation `level` is added (the article's corruption at 0.5);
    `zero_mean_gaussian`: noise of mean 0 and standard deviation `level` is added;
    `salt_and_pepper`: this share of the pixels turns black or white, half each;
    `occlusion`: a black square with sides of round(28 * level) pixels covers a random place;
    `mixture`: a random kind with a random strength up to `level`, as the denoiser was trained.
    Raises ValueError for an unknown kind, a level outside [0, 1], or wrong images.
    """
    images = check_images(images)
    if kind not in KINDS:
        raise ValueError(f"unknown corruption {kind!r:.40}; known: {', '.join(KINDS)}")
    levels = np.asarray(level, np.float32)
    if levels.shape not in ((), (len(images),)) or not np.all((levels >= 0) & (levels <= 1)):
        raise ValueError(f"level must be one number in [0, 1] or one per image, got {level!r:.80}")
    levels = np.broadcast_to(levels, len(images)).reshape(-1, 1, 1)
    return np.clip(KINDS[kind](images, levels, rng), 0, 1).astype(np.float32)


def _gaussian(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images + levels * (1 + rng.standard_normal(images.shape, np.float32))


def _zero_mean_gaussian(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images + levels * rng.standard_normal(images.shape, np.float32)


def _salt_and_pepper(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    dice = rng.random(images.shape, np.float32)
    return np.where(dice < levels / 2, 0, np.where(dice >= 1 - levels / 2, 1, images))


def _occlusion(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = np.rint(28 * levels)
    top, left = (np.floor(rng.random(levels.shape) * (29 - side)) for _ in range(2))
    rows, columns = np.arange(28).reshape(1, 28, 1), np.arange(28).reshape(1, 1, 28)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return np.where(inside, 0, images)


# Share, kind, strength range (as a fraction of level) of each ingredient; what is left over stays clean.
_MIXTURE = (
    (0.40, _gaussian, 0.0, 0.8),
    (0.22, _zero_mean_gaussian, 0.0, 0.8),
    (0.15, _salt_and_pepper, 0.0, 0.5),
    (0.15, _occlusion, 0.1, 0.5),
)


def _mixture(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    dice = rng.random(levels.shape)
    out, start = images, 0.0
    for share, kind, low, high in _MIXTURE:
        chosen = (dice >= start) & (dice < start + share)
        strength = levels * rng.uniform(low, high, levels.shape).astype(np.float32)
        out = np.where(chosen, kind(images, strength, rng), out)
        start += share
    return out


KINDS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    "gaussian": _gaussian,
    "zero_mean_gaussian": _zero_mean_gaussian,
    "salt_and_pepper": _salt_and_pepper,
    "occlusion": _occlusion,
    "mixture": _mixture,
}
