from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from aecore.core.statistics import BINS, LatentStatistics, measure
from aecore.tasks import Autoencoder


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
