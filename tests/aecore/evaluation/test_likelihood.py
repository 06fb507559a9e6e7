from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.evaluation.likelihood import best_sigma, log_likelihood, normaliser, squared_error


@pytest.fixture(scope="module")
def drawn(blobs: np.ndarray) -> np.ndarray:
    return np.clip(blobs[:20] + np.random.default_rng(0).normal(0, 0.1, (20, 28, 28)), 0, 1)


def test_it_is_the_sum_over_pixels_of_the_gaussian_density(blobs: np.ndarray, drawn: np.ndarray) -> None:
    x, y, sigma = blobs[0].ravel(), drawn[0].ravel(), 0.3
    density = [
        math.exp(-((a - b) ** 2) / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert log_likelihood(blobs[:1], drawn[:1], sigma)[0] == pytest.approx(sum(map(math.log, density)), rel=1e-9)


@given(sigma=st.floats(0.01, 10))
def test_only_the_squared_error_tells_drawings_apart(blobs: np.ndarray, sigma: float) -> None:
    images, one, other = blobs[:9], blobs[9:18], blobs[18:27]
    apart = log_likelihood(images, one, sigma) - log_likelihood(images, other, sigma)
    wanted = -(squared_error(images, one) - squared_error(images, other)) / (2 * sigma**2)
    # The normaliser is the same for both, but its rounding is not: a relative 1e-16 of numbers of this size.
    slack = 1e-12 * (abs(normaliser(784, sigma)) + np.abs(wanted).max() + 1e3)
    np.testing.assert_allclose(apart, wanted, rtol=1e-9, atol=slack)


def test_the_best_sigma_is_the_root_of_the_mean_squared_error(blobs: np.ndarray, drawn: np.ndarray) -> None:
    images = blobs[:20]
    best = best_sigma(images, drawn)
    np.testing.assert_allclose(best**2, np.mean((images.astype(np.float64) - drawn) ** 2, axis=(1, 2)), rtol=1e-9)
    for i, sigma in enumerate(best.tolist()):
        here = log_likelihood(images[i : i + 1], drawn[i : i + 1], sigma)
        for factor in (0.5, 0.98, 1.02, 2):
            assert log_likelihood(images[i : i + 1], drawn[i : i + 1], factor * sigma) < here


@pytest.mark.parametrize("sigma", [0, -1, math.nan, math.inf])
def test_a_sigma_that_is_none_is_refused(blobs: np.ndarray, sigma: float) -> None:
    with pytest.raises(ValueError, match="sigma above 0"):
        log_likelihood(blobs[:1], blobs[:1], sigma)
