"""The measures of `aecore.evaluate`, as pure functions.

Images are (N, H, W) or (N, H, W, channels) in [0, 1], latents (N, D).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from skimage.metrics import structural_similarity

from aecore.core.checks import check_some

_WARM_UP = 5  # runs that are not timed
_WINDOW = 7  # pixels, the side of SSIM's windows
STACK = 1000  # images of one tall picture


def mse(images: np.ndarray, drawn: np.ndarray) -> float:
    """Return the squared error per pixel; raises ValueError for other shapes, or no image."""
    _check_pair(images, drawn)
    return float(np.mean(np.square(drawn - images), dtype=np.float64))


def psnr(images: np.ndarray, drawn: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio in dB, the mean over images; infinite when one is perfect.

    Raises ValueError for other shapes, or no image.
    """
    _check_pair(images, drawn)
    errors = np.mean(np.square(drawn - images).reshape(len(images), -1), axis=1, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return float(np.mean(-10 * np.log10(errors)))


def ssim(images: np.ndarray, drawn: np.ndarray) -> float:
    """Return the structural similarity, the mean over images and channels (Wang et al., 2004; windows of 7 x 7)."""
    _check_pair(images, drawn)
    images, drawn = (_planes(stack) for stack in (images, drawn))
    edge = _WINDOW // 2
    scores = []
    for start in range(0, len(images), STACK):
        # Images stacked to one tall picture take a fifth of the time of one by one. SSIM averages over the windows
        # that do not touch the edge: each of them is inside a single image, so the result is the same.
        pair = (stack[start : start + STACK] for stack in (images, drawn))
        tall = (stack.reshape(-1, images.shape[2]) for stack in pair)
        _, similarity = structural_similarity(*tall, win_size=_WINDOW, data_range=1, full=True)
        inner = similarity.reshape(-1, *images.shape[1:])[:, edge:-edge, edge:-edge]
        scores.append(inner.mean(axis=(1, 2), dtype=np.float64))
    return float(np.mean(np.concatenate(scores)))


def _check_pair(images: np.ndarray, drawn: np.ndarray) -> None:
    if images.shape != drawn.shape:
        raise ValueError(f"wanted as many drawn images as images; got {drawn.shape} and {images.shape}")
    check_some(images, "images")


def _planes(images: np.ndarray) -> np.ndarray:
    """Return the channels of images as grey images: (N * channels, H, W)."""
    return np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3]) if images.ndim == 4 else images


def recognition(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of images whose most likely class is their label; probabilities (N, K), labels (N,)."""
    check_some(probabilities, "probabilities")
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(f"wanted labels ({len(probabilities)},); got {labels.shape}")
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def confidence(probabilities: np.ndarray) -> float:
    """Return the mean probability of the most likely class; probabilities (N, K)."""
    check_some(probabilities, "probabilities")
    return float(probabilities.max(axis=1).mean(dtype=np.float64))


def midpoints(latents: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the midpoints (count, D) of random pairs of different latents (N, D); N >= 2."""
    check_some(latents, "latents", 2)
    one = rng.integers(len(latents), size=count)
    other = (one + rng.integers(1, len(latents), size=count)) % len(latents)
    return (latents[one] + latents[other]) / 2


def slider_moves(latents: np.ndarray, deviations: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return random latents (count, D), each with one random dimension moved by two deviations (D,), up or down."""
    check_some(latents, "latents")
    moved = latents[rng.integers(len(latents), size=count)]
    dimensions = rng.integers(latents.shape[1], size=count)
    moved[np.arange(count), dimensions] += rng.choice([-2, 2], count) * deviations[dimensions]
    return moved


def whiteness(latents: np.ndarray) -> tuple[float, float, float]:
    """Return the largest |mean|, |variance - 1| and |correlation| of latents (N, D); all 0 when they are white."""
    check_some(latents, "latents", 2)
    latents = latents.astype(np.float64)
    correlation = np.corrcoef(latents, rowvar=False).reshape(latents.shape[1], -1)
    return (
        float(np.abs(latents.mean(axis=0)).max()),
        float(np.abs(latents.var(axis=0) - 1).max()),
        float(np.abs(correlation - np.diag(np.diag(correlation))).max()),
    )


def milliseconds(run: Callable[[np.ndarray], object], batch: np.ndarray, repeats: int = 50) -> float:
    """Return the median time that `run` takes for `batch`."""
    times = []
    for _ in range(_WARM_UP + repeats):
        start = time.perf_counter()
        run(batch)
        times.append(time.perf_counter() - start)
    return float(np.median(times[_WARM_UP:])) * 1000


def colorfulness(pictures: np.ndarray) -> np.ndarray:
    """Return the colourfulness (N,) of pictures (N, H, W, 3) in [0, 1]: 0 for grey, about 30 for photos.

    Hasler and Suesstrunk, "Measuring colourfulness in natural images", 2003: spread and mean of red - green and of
    yellow - blue, with channels from 0 to 255.
    """
    red, green, blue = np.moveaxis(255 * pictures.astype(np.float64), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue]).reshape(2, len(pictures), -1)
    spread, mean = np.hypot(*opponents.std(axis=2)), np.hypot(*opponents.mean(axis=2))
    found: np.ndarray = spread + 0.3 * mean
    return found
