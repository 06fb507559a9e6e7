"""Statistics of the training data's latents, by dimension: the ranges and histograms of the sliders."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aecore.core.checks import check_floats, check_some

BINS = 32
_RANGE_STEP = 0.05  # slider ends are rounded outwards to this


@dataclass(frozen=True)
class LatentStatistics:
    """The distribution of the training digits' latents, by dimension.

    `low`, `high`: the 0.1th and 99.9th percentile, rounded outwards; the range of a slider.
    `histogram`: counts in 32 equal bins from low to high, scaled so that the largest is 100.
    `effect`: mean squared change of the decoded image, per pixel, when this dimension alone moves from -1 to +1.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    histogram: tuple[tuple[int, ...], ...]
    effect: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the statistics as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Any, latent_dim: int | None = None) -> LatentStatistics:
        """Build statistics from `to_dict` data; raises ValueError unless they fit `latent_dim` dimensions, or some."""
        try:
            low, high, effect = (tuple(float(v) for v in data[key]) for key in ("low", "high", "effect"))
            histogram = tuple(tuple(int(v) for v in row) for row in data["histogram"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ValueError("latent statistics need low, high, histogram and effect") from None
        latent_dim = latent_dim or max(len(low), 1)
        sizes = {len(low), len(high), len(effect), len(histogram)}
        if sizes != {latent_dim} or {len(row) for row in histogram} != {BINS}:
            raise ValueError(f"latent statistics do not describe {latent_dim} dimensions")
        if not all(-1e3 < lo < hi < 1e3 for lo, hi in zip(low, high, strict=True)):
            raise ValueError("latent statistics hold a range that is empty or not finite")
        if not all(0 <= value < 1e3 for value in effect):
            raise ValueError("latent statistics hold an effect that is negative or not finite")
        return cls(low, high, histogram, effect)


def measure(latents: np.ndarray, effect: np.ndarray) -> LatentStatistics:
    """Return the statistics of latents (N, latent_dim), with `effect` (latent_dim,) as it is given.

    Raises ValueError unless the latents are finite, and one at least.
    """
    latents = check_floats(latents, (len(effect),), "latents").astype(np.float64)
    check_some(latents, "latents")
    low = np.floor(np.percentile(latents, 0.1, axis=0) / _RANGE_STEP) * _RANGE_STEP
    high = np.ceil(np.percentile(latents, 99.9, axis=0) / _RANGE_STEP) * _RANGE_STEP
    high = np.maximum(high, low + _RANGE_STEP)  # a constant dimension needs a slider, too
    rows = []
    for column, lo, hi in zip(latents.T, low, high, strict=True):
        counts = np.histogram(column, BINS, (lo, hi))[0]
        rows.append(tuple(int(c) for c in np.rint(100 * counts / counts.max())))
    return LatentStatistics(
        tuple(low.round(2).tolist()), tuple(high.round(2).tolist()), tuple(rows), tuple(effect.tolist())
    )
