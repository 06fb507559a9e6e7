from __future__ import annotations

import numpy as np
import pytest

import aecore
from aecore.core.mixture import Mixture
from aecore.data.dataset import Dataset
from aecore.data.strokes import sample_image
from aecore.latent.atlas import NAMES
from aecore.latent.atlas_file import load_atlas
from aecore.latent.typicality import EDGE, Typicality, typicality

RNG = np.random.default_rng(0)


@pytest.fixture(params=NAMES, scope="module")
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def known(name: str) -> Typicality:
    return typicality(aecore.load(name).mixture, load_atlas(name))


def beyond(known: Typicality, latents: np.ndarray) -> float:
    """Return the fraction of latents at the edge or beyond."""
    return float((known.percentile(latents) >= EDGE).mean())


def test_one_real_digit_in_twenty_is_at_the_edge(name: str, known: Typicality) -> None:
    others = load_atlas(name).latents[1::7]  # not those that it is calibrated on, but for some
    assert 0.03 < beyond(known, others) < 0.08
    deciles = np.quantile(known.percentile(others), np.linspace(0, 1, 11))
    np.testing.assert_allclose(deciles, np.arange(0, 101, 10), atol=5)


def test_and_one_held_out_digit(name: str, known: Typicality, mnist: Dataset) -> None:
    assert 0.03 < beyond(known, aecore.load(name).encode(mnist.validation.as_float(slice(2000)))) < 0.08


def test_random_digits_are_as_typical_as_real_ones(name: str, known: Typicality) -> None:
    mixture = aecore.load(name).mixture
    assert 0.02 < beyond(known, mixture.sample(2000, np.random.default_rng(1))) < 0.08
    for seed in range(10):
        assert beyond(known, mixture.sample(24, np.random.default_rng(seed))) < 0.25


def test_blind_latents_and_the_middle_are_not() -> None:
    known = typicality(aecore.load().mixture, load_atlas())
    assert beyond(known, RNG.standard_normal((500, 16))) > 0.5
    assert known.percentile(np.zeros((1, 16)))[0] > 99
    # The middle of the map with which the page begins, where the average digits are farthest from all.
    atlas, own = load_atlas(), aecore.load().encode(sample_image(3)[None])
    spots = np.stack(np.meshgrid(np.linspace(-1.2, 0.6, 5), np.linspace(-1, -0.2, 4)), -1).reshape(-1, 2)
    middle = atlas.lift(spots, np.repeat(own, len(spots), 0))
    assert beyond(known, middle) > 0.7
    nearest = [atlas.percentile(latent) for latent in middle]
    assert np.mean(np.array(nearest) < 80) > 0.7  # by their distance to real digits they would be typical
    assert known.percentile(atlas.means).max() < 75


def test_what_is_far_away_is_beyond_all(known: Typicality) -> None:
    size = known.mixture.means.shape[1]
    np.testing.assert_array_equal(known.percentile(np.full((2, size), 1e4)), 100)
    assert known.percentile(np.zeros((0, size))).shape == (0,)
    with pytest.raises(ValueError, match=r"wanted latents"):
        known.percentile(np.zeros((1, size + 1)))


def test_a_mixture_weighs_as_the_formula_says() -> None:
    factors = np.array([[[2.0, 0], [1, 0.5]], [[1, 0], [0, 1]]])
    mixture = Mixture(np.array([1.0, 3.0]), np.array([[0.0, 1], [2, -1]]), factors)
    z = RNG.standard_normal((50, 2))
    parts = []
    for weight, mean, factor in zip((0.25, 0.75), mixture.means, factors, strict=True):
        covariance = factor @ factor.T
        square = np.einsum("ni,ij,nj->n", z - mean, np.linalg.inv(covariance), z - mean)
        parts.append(weight * np.exp(-square / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance))))
    density, components = mixture.weigh(z)
    np.testing.assert_allclose(density, np.log(sum(parts)), atol=1e-5)
    np.testing.assert_allclose(components, (np.stack(parts) / sum(parts)).T, atol=1e-5)


def test_a_mixture_without_spread_breaks_nothing() -> None:
    flat = Mixture(np.array([1.0, 0.0]), np.zeros((2, 2)), np.zeros((2, 2, 2)))
    density, components = flat.weigh(np.ones((1, 2)))
    assert np.isfinite(density).all()
    np.testing.assert_array_equal(components, [[1, 0]])
