"""Corruptions of images, for denoisers. `ui/frontend/lib/corruption.js` mirrors them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aecore.core.checks import check_pictures, check_rng
from aecore.data.dataset import with_channels

BLUR = 4.0  # pixels of an image of 28 x 28, the standard deviation of the blur at level 1
SCRATCHES = 12  # at level 1
_DIGIT = 28  # pixels: lengths are for images of this side; for other images they are scaled in proportion

# From images (N, H, W, channels) and levels (N, 1, 1, 1), both float32.
Kind = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


def corrupt(
    images: np.ndarray,
    kind: str,
    level: float | np.ndarray,
    rng: np.random.Generator,
    mean: float | np.ndarray | None = None,
) -> np.ndarray:
    """Return corrupted copies, float32 in [0, 1], of images (N, H, W) or (N, H, W, channels), float in [0, 1].

    `level` in [0, 1] is one number or one per image (N,); level 0 changes nothing. What it means, by `kind`:
    `gaussian`: noise of standard deviation `level` is added; its mean is `mean` in [-1, 1], one number or one per
    image, or, where none is given, the level again (the article's corruption at 0.5);
    `salt_and_pepper`: this fraction of the pixels turns black or white, half each;
    `speckle`: each pixel is multiplied by a number of mean 1 and standard deviation `level`;
    `shot`: light is counted in photons, 1 / level^2 of them for a white pixel (Poisson);
    `blur`: a Gaussian of standard deviation 4 * level pixels, black beyond the edge;
    `low_contrast`: every pixel comes closer to 0.5 by this fraction of its distance;
    `occlusion`: a black square covers a random place, its sides this fraction of the image's shorter side, rounded;
    `scratches`: round(12 * level) straight lines across the image, one pixel wide, each black or white;
    `mixture`: a random kind with a random strength up to `level`, as the denoiser was trained.
    Lengths in pixels are those of an image of 28 x 28. Raises ValueError for an unknown kind, a level or mean out of
    range, a mean for another kind, wrong images, or anything but a generator for `rng`.
    """
    images = check_pictures(images)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"unknown corruption {kind!r:.40}; known: {', '.join(KINDS)}")
    check_rng(rng)
    levels, channels = _per_image("level", level, len(images), 0), with_channels(images)
    if mean is None:
        out = KINDS[kind](channels, levels, rng)
    elif kind == "gaussian":
        out = _gaussian(channels, levels, rng, _per_image("mean", mean, len(images), -1))
    else:
        raise ValueError(f"only gaussian noise has a mean, not {kind}")
    return np.clip(out, 0, 1).astype(np.float32).reshape(images.shape)


def _per_image(name: str, value: float | np.ndarray, count: int, low: int) -> np.ndarray:
    try:
        numbers = np.asarray(value, np.float32)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if numbers.shape not in ((), (count,)) or not np.all((numbers >= low) & (numbers <= 1)):
        raise ValueError(f"{name} must be one number in [{low}, 1] or one per image, got {value!r:.80}")
    return np.broadcast_to(numbers, count).reshape(-1, 1, 1, 1)


def _unit(images: np.ndarray) -> float:
    """Return the length in these images of one pixel of a 28 x 28 image."""
    return min(images.shape[1:3]) / _DIGIT


def _gaussian(
    images: np.ndarray, levels: np.ndarray, rng: np.random.Generator, means: np.ndarray | None = None
) -> np.ndarray:
    return images + (levels if means is None else means) + levels * rng.standard_normal(images.shape, np.float32)


def _salt_and_pepper(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    dice = rng.random((*images.shape[:3], 1), np.float32)
    return np.where(dice < levels / 2, 0, np.where(dice >= 1 - levels / 2, 1, images))


def _speckle(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images * (1 + levels * rng.standard_normal(images.shape, np.float32))


def _shot(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    photons = np.square(np.maximum(levels, 1e-3), dtype=np.float64)  # below 0.001 invisible, but counts overflow
    return np.where(levels > 0, rng.poisson(images / photons) * photons, images)


def _blur(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
    # One matrix per image and side, because every image has its own deviation: rows of a sampled Gaussian.
    deviations = np.maximum(BLUR * _unit(images) * levels[:, 0, 0], 1e-3)  # (N, 1)

    def along(side: int) -> np.ndarray:
        offsets = np.arange(1 - side, side)
        weights = np.exp(-np.square(offsets) / (2 * np.square(deviations))).astype(np.float32)
        weights /= weights.sum(axis=-1, keepdims=True)
        places = np.arange(side)
        return weights[:, None, places[:, None] - places + side - 1]  # (N, 1, side, side)

    rows, columns = (along(side) for side in images.shape[1:3])
    blurred = rows @ images.transpose(0, 3, 1, 2) @ columns.transpose(0, 1, 3, 2)  # (N, channels, H, W)
    return blurred.transpose(0, 2, 3, 1)


def blurred(images: np.ndarray, level: float) -> np.ndarray:
    """Return images (N, H, W) or (N, H, W, channels) as the corruption `blur` makes them."""
    channels = with_channels(images)
    return _blur(channels, np.full((len(images), 1, 1, 1), level, np.float32), None).reshape(images.shape)


def _low_contrast(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images + levels * (np.float32(0.5) - images)


def _occlusion(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:3]
    side = np.rint(min(height, width) * levels)
    top, left = (np.floor(rng.random(levels.shape) * (size + 1 - side)) for size in (height, width))
    rows, columns = np.arange(height).reshape(1, -1, 1, 1), np.arange(width).reshape(1, 1, -1, 1)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return np.where(inside, 0, images)


def _scratches(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:3]
    y, x = np.mgrid[:height, :width, :1].astype(np.float32)[:2]
    thickness = max(_unit(images), 1)
    counts = np.rint(SCRATCHES * levels)
    out = images
    for i in range(SCRATCHES):
        # A line through a random point in a random direction; it fades over one pixel on either side.
        row, column, turn, tone = (rng.random(levels.shape, np.float32) for _ in range(4))
        distance = (x - width * column) * np.sin(np.pi * turn) - (y - height * row) * np.cos(np.pi * turn)
        ink = np.where(i < counts, np.clip(1 - np.abs(distance) / thickness, 0, 1), 0)
        out = out + ink * ((tone < 0.5) - out)
    return out


def _mean_apart(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _gaussian(images, levels, rng, levels * rng.uniform(*MEANS_OF_MIXTURE, levels.shape).astype(np.float32))


def _zero_mean(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _gaussian(images, levels, rng, np.zeros_like(levels))


MEANS_OF_MIXTURE = (-0.5, 1.0)  # of gaussian noise in the mixture, as fractions of its standard deviation

# Fraction of the images, kind, strength range (as a fraction of level) of each ingredient; the others stay clean.
_MIXTURE: tuple[tuple[float, Kind, float, float], ...] = (
    (0.20, _gaussian, 0.0, 1.0),
    (0.14, _zero_mean, 0.0, 1.0),
    (0.06, _mean_apart, 0.0, 1.0),
    (0.12, _salt_and_pepper, 0.0, 0.9),
    (0.05, _speckle, 0.0, 1.0),
    (0.05, _shot, 0.0, 1.0),
    (0.09, _blur, 0.0, 1.0),
    (0.05, _low_contrast, 0.0, 0.98),
    (0.10, _occlusion, 0.0, 0.7),
    (0.08, _scratches, 0.0, 1.0),
)


def _mixture(images: np.ndarray, levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    dice = rng.random(len(images))
    out, start = images.copy(), 0.0
    for fraction, kind, low, high in _MIXTURE:
        chosen = (dice >= start) & (dice < start + fraction)
        strength = levels[chosen] * rng.uniform(low, high, (chosen.sum(), 1, 1, 1)).astype(np.float32)
        out[chosen] = kind(images[chosen], strength, rng)
        start += fraction
    return out


def levels_of_mixture(kind: str) -> tuple[float, float] | None:
    """Return the lowest and the highest level at which a kind is part of `mixture` at level 1; None where it is not.

    The means of gaussian noise lie in `MEANS_OF_MIXTURE` times its level.
    """
    ranges = [(low, high) for _, ingredient, low, high in _MIXTURE if ingredient is KINDS.get(kind)]
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None


KINDS: dict[str, Kind] = {
    "gaussian": _gaussian,
    "salt_and_pepper": _salt_and_pepper,
    "speckle": _speckle,
    "shot": _shot,
    "blur": _blur,
    "low_contrast": _low_contrast,
    "occlusion": _occlusion,
    "scratches": _scratches,
    "mixture": _mixture,
}
