"""Random latents must spread as the latents do that the mixture was fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.core.mixture import MAX_COMPONENTS, Mixture, fit_mixture


@pytest.fixture(scope="module")
def latents() -> np.ndarray:
    """Latents in three clusters, one of them twice as large: (4000, 3)."""
    rng = np.random.default_rng(0)
    centres = np.array([[4, 0, 0], [-4, 1, 0], [0, -4, 2]])[rng.choice(3, 4000, p=[0.5, 0.25, 0.25])]
    return (centres + 0.5 * rng.standard_normal((4000, 3))).astype(np.float32)


@pytest.fixture(scope="module")
def mixture(latents: np.ndarray) -> Mixture:
    return fit_mixture(latents, seed=0)


def test_samples_spread_as_the_latents_do(latents: np.ndarray, mixture: Mixture) -> None:
    drawn = mixture.sample(20_000, np.random.default_rng(1))
    assert drawn.shape == (20_000, 3)
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), latents.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), np.cov(latents, rowvar=False), atol=0.3)


def test_samples_lie_in_the_clusters_and_not_between(latents: np.ndarray, mixture: Mixture) -> None:
    drawn = mixture.sample(300, np.random.default_rng(2))
    nearest = np.linalg.norm(drawn[:, None] - latents, axis=-1).min(axis=1)
    gaussian = np.random.default_rng(2).multivariate_normal(latents.mean(axis=0), np.cov(latents, rowvar=False), 300)
    assert nearest.mean() < 0.5 * np.linalg.norm(gaussian[:, None] - latents, axis=-1).min(axis=1).mean()


def test_the_same_seed_gives_the_same(latents: np.ndarray, mixture: Mixture) -> None:
    again = fit_mixture(latents, seed=0)
    a, b = (m.sample(5, np.random.default_rng(3)) for m in (mixture, again))
    np.testing.assert_array_equal(a, b)


def test_it_comes_back_from_its_tensors(mixture: Mixture) -> None:
    again = Mixture.from_tensors({k: v.astype(np.float16) for k, v in mixture.to_tensors().items()}, 3)
    for name, value in mixture.to_tensors().items():
        np.testing.assert_array_equal(again.to_tensors()[name], value)


GOOD = {"weights": np.ones(2), "means": np.zeros((2, 3)), "roots": np.ones((2, 3, 3))}


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"weights": np.zeros(2)}, "no positive weight"),
        ({"weights": np.array([2.0, -1.0])}, "no positive weight"),
        ({"weights": np.ones((2, 1))}, "1 to 256 weights"),
        ({"weights": np.ones(MAX_COMPONENTS + 1)}, "1 to 256 weights"),
        ({"means": np.zeros((2, 4))}, "does not describe 3 dimensions"),
        ({"roots": np.zeros((2, 3))}, "does not describe 3 dimensions"),
        ({"means": np.full((2, 3), np.nan)}, "not finite"),
    ],
)
def test_anything_else_is_refused(bad: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Mixture.from_tensors({**GOOD, **bad}, 3)
