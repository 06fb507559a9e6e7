"""Make latents fit for sliders: whiten them, order them, and measure how real digits spread along each."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aecore.core.spec import Spec

BINS = 32
STEP = 0.01  # latents are shown and shared in multiples of this
SAMPLES = 512  # latents around which the decoder is measured
_RANGE_STEP = 0.05  # slider ends are rounded outwards to this
_LIMIT = 32767  # steps; a latent in a link is one int16 per number


@dataclass(frozen=True)
class LatentStatistics:
    """How the latents of the training digits spread, per dimension.

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
    def from_dict(cls, data: Any, latent_dim: int) -> LatentStatistics:
        """Build statistics from `to_dict` data; raises ValueError unless they fit `latent_dim` dimensions."""
        try:
            low, high, effect = (tuple(float(v) for v in data[key]) for key in ("low", "high", "effect"))
            histogram = tuple(tuple(int(v) for v in row) for row in data["histogram"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ValueError("latent statistics need low, high, histogram and effect") from None
        sizes = {len(low), len(high), len(effect), len(histogram)}
        if sizes != {latent_dim} or {len(row) for row in histogram} != {BINS}:
            raise ValueError(f"latent statistics do not describe {latent_dim} dimensions")
        if not all(-1e3 < lo < hi < 1e3 for lo, hi in zip(low, high, strict=True)):
            raise ValueError("latent statistics hold a range that is empty or not finite")
        if not all(0 <= value < 1e3 for value in effect):
            raise ValueError("latent statistics hold an effect that is negative or not finite")
        return cls(low, high, histogram, effect)


def measure(latents: np.ndarray, effect: np.ndarray) -> LatentStatistics:
    """Measure latents (N, latent_dim); `effect` (latent_dim,) is kept as it is."""
    latents = latents.astype(np.float64)
    low = np.floor(np.percentile(latents, 0.1, axis=0) / _RANGE_STEP) * _RANGE_STEP
    high = np.ceil(np.percentile(latents, 99.9, axis=0) / _RANGE_STEP) * _RANGE_STEP
    high = np.maximum(high, low + _RANGE_STEP)  # a dimension that never moves still needs a slider
    rows = []
    for column, lo, hi in zip(latents.T, low, high, strict=True):
        counts = np.histogram(column, BINS, (lo, hi))[0]
        rows.append(tuple(int(c) for c in np.rint(100 * counts / counts.max())))
    return LatentStatistics(
        tuple(low.round(2).tolist()), tuple(high.round(2).tolist()), tuple(rows), tuple(effect.tolist())
    )


def whiten(
    spec: Spec,
    weights: Mapping[str, np.ndarray],
    latents: np.ndarray,
    decode: Callable[[np.ndarray], np.ndarray],
    samples: int = SAMPLES,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fold a change of latent coordinates into the weights; returns (weights, effect), reconstructions unchanged.

    In the new coordinates w, z = w A + mean with latents z (N, latent_dim), the data has zero mean and unit
    covariance (A is a square root of the covariance). That leaves a rotation free: it is turned to the eigenvectors
    of E[J^T J], J the Jacobian of the decoder, so that the dimensions move the image independently of each other,
    then ordered by `effect`, measured over steps from -1 to +1. `decode` maps z to images (N, 28, 28). Jacobian and
    effect are averaged over `samples` of the latents.
    """
    z = latents.astype(np.float64)
    mean = z.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(z, rowvar=False).reshape(z.shape[1], -1))
    root = np.sqrt(np.maximum(variances, 1e-8))[:, None] * axes.T  # rows: where each whitened axis points in z

    some = z[:: max(1, len(z) // samples)][:samples]
    slopes = np.stack([_difference(decode, some, 0.25 * row) for row in root])  # (D, n, 784)
    gram = np.einsum("inp,jnp->ij", slopes, slopes)
    rotation = np.linalg.eigh(gram)[1].T
    root = rotation @ root

    effect, signs = [], []
    for row in root:
        change = _difference(decode, some, row)
        effect.append(np.mean(change**2))
        signs.append(1.0 if change.mean() >= 0 else -1.0)  # to the right means more ink
    order = np.argsort(effect)[::-1]
    root = (np.array(signs)[:, None] * root)[order]

    inverse = np.linalg.inv(root)
    last = len(spec.networks["encoder"].layers) - 1
    out = {name: value.astype(np.float64) for name, value in weights.items()}
    out[f"encoder.{last}.bias"] = (out[f"encoder.{last}.bias"] - mean) @ inverse
    out[f"encoder.{last}.kernel"] = out[f"encoder.{last}.kernel"] @ inverse
    out["decoder.0.bias"] = out["decoder.0.bias"] + mean @ out["decoder.0.kernel"]
    out["decoder.0.kernel"] = root @ out["decoder.0.kernel"]
    return {name: value.astype(np.float32) for name, value in out.items()}, np.array(effect)[order]


def centre(spec: Spec, weights: Mapping[str, np.ndarray], mean: np.ndarray) -> dict[str, np.ndarray]:
    """Fold a shift of the latents by -mean (latent_dim,) into the biases; reconstructions do not change."""
    last = f"encoder.{len(spec.networks['encoder'].layers) - 1}.bias"
    first = weights["decoder.0.bias"] + mean @ weights["decoder.0.kernel"].astype(np.float64)
    moved = {last: weights[last] - mean, "decoder.0.bias": first}
    return {**weights, **{name: value.astype(np.float32) for name, value in moved.items()}}


def _difference(decode: Callable[[np.ndarray], np.ndarray], z: np.ndarray, step: np.ndarray) -> np.ndarray:
    after, before = (decode((z + sign * step).astype(np.float32)) for sign in (1, -1))
    return (after - before).reshape(len(z), -1).astype(np.float64)


def quantise(latent: np.ndarray) -> np.ndarray:
    """Round latents to multiples of 0.01 in [-327.67, 327.67], float32: what is shown is what a link can carry."""
    steps = np.rint(latent.astype(np.float64) / STEP)  # in double precision, as in a browser
    return (np.clip(steps, -_LIMIT, _LIMIT) * STEP).astype(np.float32)


def latent_to_text(latent: np.ndarray) -> str:
    """Write one latent (D,) as base64url text: one little-endian int16 per number, in steps of 0.01."""
    steps = np.clip(np.rint(latent / STEP), -_LIMIT, _LIMIT).astype("<i2")
    return base64.urlsafe_b64encode(steps.tobytes()).decode().rstrip("=")


def latent_from_text(text: str, latent_dim: int) -> np.ndarray:
    """Read `latent_to_text` back, (latent_dim,) float32; raises ValueError for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is not a latent") from None
    if len(data) != 2 * latent_dim:
        raise ValueError(f"a latent of {latent_dim} numbers takes {2 * latent_dim} bytes, got {len(data)}")
    return (np.frombuffer(data, "<i2") * STEP).astype(np.float32)
