from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.latent.interpolation import interpolate

seeds = st.integers(0, 10_000)
kinds = st.booleans()


def stops(seed: int, count: int = 4, dim: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim))


@given(seeds, st.integers(1, 6), kinds)
def test_a_path_meets_its_stops(seed: int, count: int, spherical: bool) -> None:
    given_stops = stops(seed, count)
    np.testing.assert_allclose(interpolate(given_stops, np.arange(count), spherical), given_stops, atol=1e-6)


@given(seeds, st.floats(0, 1))
def test_straight_is_the_weighted_mean(seed: int, t: float) -> None:
    a, b = stops(seed, 2)
    np.testing.assert_allclose(interpolate(np.stack([a, b]), np.array([t]))[0], (1 - t) * a + t * b, atol=1e-6)


@given(seeds, st.floats(0, 1), st.floats(-3, 3))
def test_spherical_equals_straight_for_parallel_latents(seed: int, t: float, factor: float) -> None:
    a = stops(seed, 1)[0]
    line = np.stack([a, factor * a])
    np.testing.assert_allclose(interpolate(line, np.array([t]), True), interpolate(line, np.array([t])), atol=1e-6)


@given(seeds, st.floats(0, 1))
def test_spherical_keeps_the_length_of_latents_of_one_length(seed: int, t: float) -> None:
    a, b = stops(seed, 2)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    between = interpolate(np.stack([a, b]), np.array([t]), True)
    assert np.linalg.norm(between) == pytest.approx(np.linalg.norm(a), rel=1e-5)


@given(seeds, kinds, st.floats(0, 3))
def test_the_way_back_is_the_same_way(seed: int, spherical: bool, place: float) -> None:
    there = interpolate(stops(seed), np.array([place]), spherical)
    back = interpolate(stops(seed)[::-1], np.array([3 - place]), spherical)
    np.testing.assert_allclose(there, back, atol=1e-5)


@pytest.mark.parametrize("places", [[-0.1], [3.1], [np.nan], [[0.5]], 0.5])
def test_places_beyond_the_ends_are_refused(places: object) -> None:
    with pytest.raises(ValueError, match="wanted places"):
        interpolate(stops(0), np.array(places))


@pytest.mark.parametrize("wrong", [np.zeros((0, 16)), np.zeros(16), np.full((2, 16), np.inf)])
def test_stops_are_checked(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="wanted finite latents"):
        interpolate(wrong, np.array([0.0]))
