from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore import Autoencoder
from aecore.data.dataset import Dataset
from aecore.latent.atlas import Atlas
from aecore.latent.atlas_build import build_atlas
from aecore.latent.atlas_file import load_atlas, parse_atlas, save_atlas
from tests.aecore.latent.atlases import PRETRAINED, make_model, same

SEEDS = st.integers(0, 2**32 - 1)


def test_means_are_the_means_of_latents_by_label(real: Atlas) -> None:
    for digit, mean in enumerate(real.means):
        np.testing.assert_allclose(real.latents[real.labels == digit].mean(axis=0), mean, atol=1e-5)


def test_the_flat_map_spreads_the_means_as_wide_as_any_plane_can(small: Atlas) -> None:
    np.testing.assert_allclose(small.basis @ small.basis.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(small.project(small.means).mean(axis=0), 0, atol=1e-6)
    spread = np.square(small.project(small.means)).sum()
    rng = np.random.default_rng(0)
    for _ in range(200):
        plane = np.linalg.qr(rng.normal(size=(4, 2)))[0]
        assert np.square((small.means - small.centre) @ plane).sum() <= spread * (1 + 1e-6)


@given(SEEDS)
def test_lifting_and_projecting_is_a_round_trip_and_moves_nothing_else(real: Atlas, seed: int) -> None:
    rng = np.random.default_rng(seed)
    latents = 3 * rng.standard_normal((9, real.latent_dim), np.float32)
    points = 3 * rng.standard_normal((9, 2), np.float32)
    lifted = real.lift(points, latents)
    np.testing.assert_allclose(real.project(lifted), points, atol=5e-6)
    moved = lifted - latents
    np.testing.assert_allclose(moved - moved @ real.basis.T @ real.basis, 0, atol=5e-6)  # nothing off the map
    np.testing.assert_allclose(real.lift(real.project(latents), latents), latents, atol=2e-6)
    np.testing.assert_allclose(real.lift(real.project(latents), lifted), latents, atol=5e-6)  # and back again


def test_a_latent_of_two_numbers_is_its_own_map(digits: Dataset, tmp_path: Path) -> None:
    def never(latents: np.ndarray) -> np.ndarray:
        raise AssertionError("a map was drawn")

    built = build_atlas("flat", "0" * 64, make_model(2), digits, never)
    save_atlas(built, tmp_path / "flat.safetensors")
    loaded = parse_atlas((tmp_path / "flat.safetensors").read_bytes(), "flat")
    assert same(loaded, built)
    np.testing.assert_array_equal(loaded.latents, make_model(2).encode(digits.test.as_float()))  # not rounded at all
    assert loaded.umap is None
    np.testing.assert_array_equal(loaded.project(loaded.latents), loaded.latents)
    np.testing.assert_array_equal(loaded.lift(loaded.means, loaded.latents[:10]), loaded.means)


@given(SEEDS, st.integers(1, 400))
def test_nearest_agrees_with_sorting_everything(small: Atlas, seed: int, k: int) -> None:
    latent = np.random.default_rng(seed).normal(size=4).astype(np.float32)
    indices, distances = small.nearest(latent, k)
    everything = [float(np.linalg.norm(row.astype(np.float64) - latent)) for row in small.latents]
    np.testing.assert_allclose(distances, sorted(everything)[:k])
    np.testing.assert_allclose(distances, [everything[i] for i in indices])
    assert len(set(indices.tolist())) == k


def test_the_nearest_of_a_digit_is_itself(real: Atlas) -> None:
    for i in range(0, len(real.latents), 997):
        indices, distances = real.nearest(real.latents[i])
        assert i in indices[distances == 0]
        assert real.percentile(real.latents[i]) == 0


def test_percentiles_rise_with_the_distance_and_end_at_a_hundred(real: Atlas) -> None:
    start = real.means[3]
    far = [start + reach * real.basis[0] for reach in np.linspace(0, 40, 100, dtype=np.float32)]
    pairs = sorted((real.nearest(latent, 1)[1][0], real.percentile(latent)) for latent in far)
    percentiles = [percentile for _, percentile in pairs]
    assert percentiles == sorted(percentiles)
    assert percentiles[-1] == 100
    assert real.percentile(np.full(real.latent_dim, np.finfo(np.float32).max)) == 100


def test_percentiles_of_held_out_digits_are_uniform(small: Atlas, model: Autoencoder, digits: Dataset) -> None:
    percentiles = [small.percentile(latent) for latent in model.encode(digits.validation.as_float())]
    np.testing.assert_allclose(np.quantile(percentiles, np.linspace(0, 1, 101)), np.arange(101), atol=1)


@pytest.mark.parametrize("name", PRETRAINED)
def test_percentiles_of_some_held_out_digits_are_about_uniform(name: str, mnist: Dataset) -> None:
    held_out = aecore.load(name).encode(mnist.validation.as_float(slice(1000)))
    percentiles = [load_atlas(name).percentile(latent) for latent in held_out]
    np.testing.assert_allclose(np.quantile(percentiles, np.linspace(0, 1, 11)), np.arange(0, 101, 10), atol=5)


def test_a_latent_drawn_blindly_is_on_thinner_ground_than_a_digit() -> None:
    blind = np.random.default_rng(0).standard_normal((200, 16), np.float32)
    assert np.median([load_atlas().percentile(latent) for latent in blind]) > 60


@pytest.mark.parametrize("k", [0, -1, 401, 2.0, True, None])
def test_an_odd_count_of_neighbours_is_refused(small: Atlas, k: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 400"):
        small.nearest(small.means[0], k)


@pytest.mark.parametrize("latent", [np.zeros(3), np.zeros((1, 4)), np.full(4, np.nan), np.zeros(4, int), 0.0])
def test_odd_latents_are_refused(small: Atlas, latent: Any) -> None:
    for use in (small.nearest, small.percentile):
        with pytest.raises(ValueError, match=r"wanted latents \(N, 4\)"):
            use(latent)


def test_odd_points_are_refused(small: Atlas) -> None:
    with pytest.raises(ValueError, match="one point per latent"):
        small.lift(np.zeros((2, 2)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"wanted latents \(N, 2\)"):
        small.lift(np.zeros((3, 3)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"wanted latents \(N, 4\)"):
        small.project(np.zeros((3, 2)))
