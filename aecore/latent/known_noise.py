"""Search for the clean image's latent where the noise's kind and level are known, by its own likelihood. NumPy only.

A denoiser guesses the latent in one pass. From there, `search_clean` makes the corrupted image more likely, given the
image that the latent decodes to, and holds the latent near the guess, which knows digits. Noise that was clipped at
black and white is told from such pixels: Tobin, "Estimation of relationships for limited dependent variables", 1958.
`ui/frontend/engine/known_noise.js` mirrors it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aecore.core.checks import check_latents, check_pictures, check_whole
from aecore.core.refine import Loss, search
from aecore.data.corruption import blurred
from aecore.tasks.autoencoder import Autoencoder

# Chosen on validation digits.
STEPS = 4
HOLD = 8.0  # 1 / variance of the true latent around the denoiser's guess
DAMPING = 1.0
MODEL_ERROR = 0.1  # standard deviation of the true image around the decoded one
SCRATCHED = 0.1  # fraction of the pixels below scratches, at level 1
_IMPOSSIBLE = 1e-12  # a probability, instead of 0
_NOWHERE = -1e9  # the log likelihood of a square where there is ink

# -log likelihood of each pixel (n, pixels), and its first and second derivative by the decoded pixel.
Terms = tuple[np.ndarray, np.ndarray, np.ndarray]
ByPixel = Callable[[np.ndarray], Terms]


@dataclass(frozen=True)
class Given:
    """What is known of corrupted images (N, H, W[, channels]); `pixels`, `guess` and `seen` are rows (N, pixels).

    `guess` is the denoiser's image; `seen` is 0 where somebody has painted over a pixel, else 1.
    """

    shape: tuple[int, ...]
    pixels: np.ndarray
    level: float
    mean: float
    guess: np.ndarray
    seen: np.ndarray


def search_clean(
    model: Autoencoder,
    corrupted: np.ndarray,
    kind: str,
    level: float,
    latents: np.ndarray,
    mean: float | None = None,
    painted: np.ndarray | None = None,
    steps: int = STEPS,
) -> np.ndarray:
    """Return better latents (N, latent_dim) float32 of the clean images than a denoiser's `latents`.

    `kind`, `level` and `mean` are what `corrupt` made of the clean images; corrupted: (N, 28, 28) float in [0, 1].
    `painted` (N, 28, 28) bool: pixels that say nothing. A step takes latent_dim + 3 decodes. Raises ValueError, also
    for `mixture`, whose kind is not known.
    """
    corrupted, latents = check_pictures(corrupted), check_latents(latents, model.latent_dim)
    if kind not in KNOWN:
        raise ValueError(f"wanted a kind of noise whose likelihood is known, {', '.join(KNOWN)}; got {kind!r:.40}")
    if len(corrupted) != len(latents):
        raise ValueError(f"wanted one latent per image; got {len(corrupted)} images and {len(latents)} latents")
    steps = check_whole(steps, "steps", 0, 100)
    seen = np.ones(corrupted.shape) if painted is None else 1.0 - np.broadcast_to(painted, corrupted.shape)

    def decode(some: np.ndarray) -> np.ndarray:
        images = model.decode(some)
        return blurred(images, level) if kind == "blur" else images

    def loss_of(part: slice) -> Loss:
        guess, shape = decode(latents[part]), corrupted[part].shape
        rows = (_rows(images) for images in (corrupted[part], guess, seen[part]))
        pixels, guesses, weights = rows
        return KNOWN[kind](Given(shape, pixels, level, level if mean is None else mean, guesses, weights))

    return search(decode, loss_of, latents, steps, DAMPING, HOLD)


def _independent(likelihood: Callable[[Given], ByPixel]) -> Callable[[Given], Loss]:
    """Return the loss of noise in which no pixel depends on another."""

    def loss_of(given: Given) -> Loss:
        by_pixel = likelihood(given)

        def loss(decoded: np.ndarray) -> Terms:
            terms, slope, curvature = by_pixel(decoded)
            return (given.seen * terms).sum(axis=1), given.seen * slope, given.seen * curvature

        return loss

    return loss_of


@_independent
def _gaussian(given: Given) -> ByPixel:
    deviation = float(np.hypot(given.level, MODEL_ERROR))
    black, white = given.pixels <= 0, given.pixels >= 1

    def by_pixel(decoded: np.ndarray) -> Terms:
        noisy = decoded + given.mean
        terms = _normal(noisy - given.pixels, deviation)
        _clip(terms, black, -noisy / deviation, -1 / deviation)
        _clip(terms, white, (noisy - 1) / deviation, 1 / deviation)
        return terms

    return by_pixel


def _in_proportion(given: Given, variance: np.ndarray) -> ByPixel:
    """Return the likelihood of noise whose variance depends on the image, for which the guess stands."""
    deviation, white = np.sqrt(variance + MODEL_ERROR**2), given.pixels >= 1

    def by_pixel(decoded: np.ndarray) -> Terms:
        terms = _normal(decoded - given.pixels, deviation)
        _clip(terms, white, (decoded - 1) / deviation, 1 / deviation)
        return terms

    return by_pixel


@_independent
def _speckle(given: Given) -> ByPixel:
    return _in_proportion(given, np.square(given.level * given.guess))


@_independent
def _shot(given: Given) -> ByPixel:
    return _in_proportion(given, given.level**2 * given.guess)


def _or_covered(given: Given, shown: float, covered: np.ndarray | float) -> ByPixel:
    """Return the likelihood of pixels that show the image with the probability `shown`, or else what covers it."""

    def by_pixel(decoded: np.ndarray) -> Terms:
        away = (decoded - given.pixels) / MODEL_ERROR
        clean = shown * np.exp(-np.square(away) / 2)
        total = clean + covered + _IMPOSSIBLE
        weight = clean / total
        return -np.log(total), weight * away / MODEL_ERROR, weight / MODEL_ERROR**2

    return by_pixel


@_independent
def _salt_and_pepper(given: Given) -> ByPixel:
    is_end = (given.pixels <= 0) | (given.pixels >= 1)
    return _or_covered(given, 1 - given.level, np.where(is_end, given.level / 2, 0))


@_independent
def _scratches(given: Given) -> ByPixel:
    covered = SCRATCHED * given.level
    return _or_covered(given, 1 - covered, covered * MODEL_ERROR * np.sqrt(2 * np.pi))


@_independent
def _low_contrast(given: Given) -> ByPixel:
    left = 1 - given.level
    deviation = max(left * MODEL_ERROR, 1 / 255)

    def by_pixel(decoded: np.ndarray) -> Terms:
        terms, slope, curvature = _normal(left * decoded + given.level / 2 - given.pixels, deviation)
        return terms, left * slope, left**2 * curvature

    return by_pixel


@_independent
def _as_decoded(given: Given) -> ByPixel:
    return lambda decoded: _normal(decoded - given.pixels, MODEL_ERROR)


def _occlusion(given: Given) -> Loss:
    """Return the loss of images with a black square in an unknown place: all places are equally likely."""
    count, height, width = given.shape[:3]
    side = int(np.rint(min(height, width) * given.level))
    if not side:
        return _as_decoded(given)

    def square_sums(values: np.ndarray) -> np.ndarray:
        sums = np.pad(values.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
        return sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]

    def by_place(rows: np.ndarray) -> np.ndarray:
        return rows.reshape(count, height, width, -1).sum(axis=3)

    ink = square_sums(by_place(given.seen * (given.pixels > 0)))

    def loss(decoded: np.ndarray) -> Terms:
        terms, slope, curvature = (given.seen * term for term in _normal(decoded - given.pixels, MODEL_ERROR))
        explained = np.where(
            ink < 0.5, square_sums(by_place(terms)), _NOWHERE
        )  # the error below a square in each place
        most = explained.max(axis=(1, 2), keepdims=True)
        chances = np.exp(explained - most)
        total = chances.sum(axis=(1, 2), keepdims=True)
        spread = np.pad(chances / total, ((0, 0), (side - 1, side - 1), (side - 1, side - 1)))
        uncovered = np.repeat(
            (1 - square_sums(spread)).reshape(count, -1), decoded.shape[1] // (height * width), axis=1
        )
        value = terms.sum(axis=1) - (most + np.log(total))[:, 0, 0]
        return value, uncovered * slope, uncovered * curvature

    return loss


KNOWN: dict[str, Callable[[Given], Loss]] = {
    "gaussian": _gaussian,
    "salt_and_pepper": _salt_and_pepper,
    "speckle": _speckle,
    "shot": _shot,
    "blur": _as_decoded,  # `decode` blurs
    "low_contrast": _low_contrast,
    "occlusion": _occlusion,
    "scratches": _scratches,
}


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float64)


def _normal(away: np.ndarray, deviation: float | np.ndarray) -> Terms:
    scaled = away / deviation
    return np.square(scaled) / 2, scaled / deviation, np.ones_like(away) / np.square(deviation)


def _clip(terms: Terms, where: np.ndarray, beyond: np.ndarray, rate: float | np.ndarray) -> None:
    """Change the terms of pixels that were clipped: `beyond` is how far their mean lies beyond the end, in deviations.

    Any value beyond it would have been seen as this pixel. `rate` is the derivative of `beyond` by the decoded pixel.
    """
    from scipy.special import log_ndtr  # here: half a second, and few need it

    value, slope, curvature = terms
    at, by = beyond[where], np.broadcast_to(rate, beyond.shape)[where]
    log_chance = log_ndtr(at)
    hazard = np.exp(-np.square(at) / 2 - log_chance) / np.sqrt(2 * np.pi)  # of the normal distribution
    value[where], slope[where], curvature[where] = -log_chance, -by * hazard, np.square(by) * hazard * (at + hazard)
