from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core.statistics import BINS, LatentStatistics, measure
from aecore.core.whitening import centre, whiten
from aecore.data.dataset import Dataset
from aecore.tasks import Autoencoder
from tests.aecore.conftest import TINY


@pytest.fixture
def whitened(tiny: Autoencoder, blobs: np.ndarray) -> tuple[Autoencoder, np.ndarray]:
    """A model with skewed latents, whitened on the blobs, and its effects."""
    weights, effect = whiten(TINY, tiny.weights, tiny.encode(blobs), tiny.decode)
    return Autoencoder(TINY, weights, tiny.statistics, {}), effect


def test_the_latents_were_not_white_before(tiny: Autoencoder, blobs: np.ndarray) -> None:
    latents = tiny.encode(blobs)
    assert np.abs(latents.mean(axis=0)).max() > 0.1
    assert np.abs(np.cov(latents, rowvar=False) - np.eye(4)).max() > 0.1


def test_whitening_leaves_reconstructions_alone(tiny: Autoencoder, whitened: Any, blobs: np.ndarray) -> None:
    np.testing.assert_allclose(whitened[0].reconstruct(blobs), tiny.reconstruct(blobs), atol=1e-4)


def test_whitened_latents_have_zero_mean_and_unit_covariance(whitened: Any, blobs: np.ndarray) -> None:
    latents = whitened[0].encode(blobs).astype(np.float64)
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(4), atol=1e-3)


def test_effects_fall_and_are_what_a_step_does(whitened: Any, blobs: np.ndarray) -> None:
    model, effect = whitened
    assert (np.diff(effect) <= 0).all()
    assert effect[0] > 2 * effect[-1]
    latents = model.encode(blobs)
    for i, wanted in enumerate(effect):
        step = np.eye(4, dtype=np.float32)[i]
        change = model.decode(latents + step) - model.decode(latents - step)
        assert np.mean(change**2) == pytest.approx(wanted, rel=0.1)  # `effect` looks at fewer digits
        assert change[:512].mean() > -1e-6  # to the right means more ink


def test_dimensions_move_the_image_independently_of_each_other(whitened: Any, blobs: np.ndarray) -> None:
    model, _ = whitened
    latents = model.encode(blobs[:512])
    slopes = []
    for step in 0.25 * np.eye(4, dtype=np.float32):
        slopes.append((model.decode(latents + step) - model.decode(latents - step)).ravel().astype(np.float64))
    gram = np.array(slopes) @ np.array(slopes).T
    assert np.abs(gram - np.diag(np.diag(gram))).max() < 0.02 * gram.max()


def test_measured_ranges_hold_the_data_and_end_on_round_numbers() -> None:
    rng = np.random.default_rng(0)
    latents = rng.standard_normal((20_000, 3)) * [1, 2, 0.1] + [0, 5, -3]
    statistics = measure(latents.astype(np.float32), np.array([3.0, 2.0, 1.0]))
    low, high = np.array(statistics.low), np.array(statistics.high)
    share_inside = np.mean((latents >= low) & (latents <= high), axis=0)
    assert (share_inside >= 0.998).all()
    assert (share_inside < 1).all()  # an outlier does not stretch a slider
    np.testing.assert_allclose(np.array([low, high]) / 0.05, np.rint(np.array([low, high]) / 0.05), atol=1e-9)
    np.testing.assert_allclose(low, [-3.1, -1.2, -3.31], atol=0.4)
    np.testing.assert_allclose(high, [3.1, 11.2, -2.69], atol=0.4)
    assert statistics.effect == (3.0, 2.0, 1.0)


def test_histograms_show_where_the_data_is() -> None:
    latents = np.concatenate([np.full(900, -1.0), np.full(100, 1.0)])[:, None]
    statistics = measure(latents, np.ones(1))
    histogram = statistics.histogram[0]
    assert len(histogram) == BINS
    assert histogram[0] == 100  # the largest count is 100
    assert histogram[-1] == 11
    assert sum(histogram) == 111


def test_statistics_survive_json(tiny: Autoencoder) -> None:
    data = json.loads(json.dumps(tiny.statistics.to_dict()))
    assert LatentStatistics.from_dict(data, 4) == tiny.statistics


@pytest.mark.parametrize(
    "change",
    [
        {"low": [0, 0, 0]},
        {"low": [0, 0, 0, "x"]},
        {"low": [0, 0, 0, None]},
        {"low": None},
        {"low": [0, 0, 0, float("nan")]},
        {"high": [1, 1, 1, float("inf")]},
        {"high": [1, 1, 1, 0]},  # empty range
        {"high": [1, 1, 1, 10**400]},
        {"histogram": [[1] * BINS] * 3},
        {"histogram": [[1] * (BINS - 1)] * 4},
        {"histogram": [[float("inf")] * BINS] * 4},
        {"histogram": 5},
        {"effect": [1, 1, 1]},
        {"effect": [1, 1, 1, float("nan")]},
    ],
)
def test_wrong_statistics_are_refused(change: dict[str, Any]) -> None:
    good = {"low": [0] * 4, "high": [1] * 4, "histogram": [[1] * BINS] * 4, "effect": [1] * 4}
    LatentStatistics.from_dict(good, 4)
    with pytest.raises(ValueError, match="latent statistics"):
        LatentStatistics.from_dict({**good, **change}, 4)
    for key in good:
        with pytest.raises(ValueError, match="latent statistics"):
            LatentStatistics.from_dict({k: v for k, v in good.items() if k != key}, 4)


@pytest.mark.parametrize("data", [None, [], "low", 7])
def test_statistics_of_another_kind_are_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="latent statistics"):
        LatentStatistics.from_dict(data, 4)


@pytest.mark.parametrize("name", aecore.available())
def test_latents_of_shipped_models_are_made_for_sliders(name: str, mnist: Dataset) -> None:
    model = aecore.load(name)
    latents = model.encode(mnist.train.as_float()).astype(np.float64)
    statistics = model.statistics
    # Weights rounded to one byte: hence the tolerance.
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.001)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(model.latent_dim), atol=0.01)
    assert (np.diff(statistics.effect) <= 0).all()
    inside = (latents >= np.array(statistics.low)) & (latents <= np.array(statistics.high))
    assert (inside.mean(axis=0) >= 0.997).all()


def test_centring_moves_latents_and_leaves_pictures(tiny: Autoencoder, blobs: np.ndarray) -> None:
    mean = np.array([0.5, -1.0, 0.0, 2.0])
    moved = dataclasses.replace(tiny, weights=centre(tiny.spec, tiny.weights, mean))
    np.testing.assert_allclose(moved.encode(blobs), tiny.encode(blobs) - mean, atol=1e-5)
    np.testing.assert_allclose(moved.reconstruct(blobs), tiny.reconstruct(blobs), atol=1e-5)
