"""A mixture of Gaussians for each picture: what its latent may be, given the luminance, and given hints as well.

A network puts out the parameters: a mixture density network (Bishop, 1994) with full covariances. All that is asked of
it is closed form: the mean, random draws, and the mean given linear observations of the latent, for a Gaussian of which
linear combinations are observed is a Gaussian (Bishop, "Pattern recognition and machine learning", 2006, section 2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore.core.color_fields import LATENT

COMPONENTS = 8
_LOWER = np.tril_indices(LATENT, -1)
_BELOW = len(_LOWER[0])
PARAMETERS = COMPONENTS * (1 + 2 * LATENT + _BELOW)  # of the network's output: 1,224


@dataclass(frozen=True)
class ConditionalMixture:
    """K Gaussians for each of N pictures: log weights (N, K), means (N, K, D) and whiteners (N, K, D, D), float64.

    A whitener U is lower triangular, the inverse of the Cholesky factor of the covariance: (Uᵀ U)⁻¹ is the covariance.
    """

    log_weights: np.ndarray
    means: np.ndarray
    whiteners: np.ndarray

    @classmethod
    def from_parameters(cls, parameters: np.ndarray, spread: float = 1.0) -> ConditionalMixture:
        """Return the mixtures of a network's outputs (N, 1224); `spread` is a factor of the standard deviations.

        An output holds, for eight components each: a logit; 16 means; the logarithms of the whitener's diagonal, 16;
        and what is below its diagonal, 120, row by row.
        """
        n, k = len(parameters), COMPONENTS
        parameters = parameters.astype(np.float64)
        logits, means, diagonal, below = np.split(parameters, np.cumsum([k, k * LATENT, k * LATENT]), axis=1)
        whiteners = np.zeros((n, k, LATENT, LATENT))
        whiteners[..., np.arange(LATENT), np.arange(LATENT)] = np.exp(diagonal.reshape(n, k, LATENT))
        whiteners[..., _LOWER[0], _LOWER[1]] = below.reshape(n, k, _BELOW)
        return cls(logits - _log_sum(logits), means.reshape(n, k, LATENT), whiteners / spread)

    def mean(self) -> np.ndarray:
        """Return the mean latents (N, D)."""
        return np.einsum("nk,nkd->nd", np.exp(self.log_weights), self.means)

    def log_density(self, latents: np.ndarray) -> np.ndarray:
        """Return the log density (N,) of a latent for each picture, latents (N, D)."""
        whitened = np.einsum("nkij,nkj->nki", self.whiteners, latents[:, None] - self.means)
        terms = self.log_weights + _log_diagonal(self.whiteners) - np.square(whitened).sum(axis=2) / 2
        return _log_sum(terms)[:, 0] - latents.shape[1] * np.log(2 * np.pi) / 2

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return random latents (N, count, D)."""
        n, _k, d = self.means.shape
        edges = np.exp(self.log_weights).cumsum(axis=1)
        chosen = (rng.random((n, count, 1)) * edges[:, None, -1:] > edges[:, None, :-1]).sum(axis=2)  # (N, count)
        noise = rng.standard_normal((n, count, d))
        rows = np.arange(n)[:, None]
        return self.means[rows, chosen] + np.linalg.solve(self.whiteners[rows, chosen], noise[..., None])[..., 0]

    def given(self, rows: np.ndarray, values: np.ndarray, noises: Sequence[float]) -> ConditionalMixture:
        """Return the mixtures given that values (N, H) are rows (N, H, D) times the latent, plus noise.

        The noise is independent, and its variance is one of `noises`, which are equally likely beforehand: the values
        tell. The result has a Gaussian for each of the K and each of the variances.
        """
        parts = [self._given(rows, values, noise) for noise in noises]
        evidence, means, whiteners = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
        return ConditionalMixture(evidence - _log_sum(evidence), means, whiteners)

    def _given(self, rows: np.ndarray, values: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log evidence (N, K), means and whiteners of the Gaussians once noise of one variance is observed."""
        rows_t = rows.transpose(0, 2, 1)
        precision = self.whiteners.transpose(0, 1, 3, 2) @ self.whiteners + (rows_t @ rows)[:, None] / noise
        errors = values[:, None] - self.means @ rows_t  # (N, K, H)
        pull = errors @ rows / noise  # (N, K, D)
        move = np.linalg.solve(precision, pull[..., None])[..., 0]
        squares = np.square(errors).sum(axis=2) / noise - (pull * move).sum(axis=2)
        # The lower triangular U with Uᵀ U = precision: the Cholesky factor of the matrix read from its last row.
        flipped = np.linalg.cholesky(precision[..., ::-1, ::-1])
        whiteners = flipped[..., ::-1, ::-1].transpose(0, 1, 3, 2)
        change = _log_diagonal(self.whiteners) - _log_diagonal(whiteners) - values.shape[1] * np.log(noise) / 2
        return self.log_weights + change - squares / 2, self.means + move, whiteners


def negative_log_likelihood(ops, latents, parameters):  # type: ignore[no-untyped-def]  # arrays or tensors
    """Return minus the log density (N,) of latents (N, 16), up to a constant, per number. `ops` is `keras.ops`."""
    parameters = ops.cast(parameters, "float32")  # a training in mixed precision puts out less
    n, k = ops.shape(latents)[0], COMPONENTS
    logits, means, diagonal, below = ops.split(parameters, np.cumsum([k, k * LATENT, k * LATENT]).tolist(), axis=1)
    away = ops.expand_dims(latents, 1) - ops.reshape(means, (n, k, LATENT))
    logs = ops.reshape(diagonal, (n, k, LATENT))
    place = np.full((LATENT, LATENT), _BELOW)
    place[_LOWER] = np.arange(_BELOW)
    lower = ops.pad(ops.reshape(below, (n, k, _BELOW)), ((0, 0), (0, 0), (0, 1)))
    lower = ops.reshape(ops.take(lower, place.ravel(), axis=2), (n, k, LATENT, LATENT))
    whitened = ops.exp(logs) * away + ops.sum(lower * ops.expand_dims(away, 2), axis=3)
    terms = ops.log_softmax(logits, axis=1) + ops.sum(logs, axis=2) - ops.sum(whitened * whitened, axis=2) / 2
    return -ops.logsumexp(terms, axis=1) / LATENT


def _log_diagonal(factors: np.ndarray) -> np.ndarray:
    """Return the logarithm of the determinant of triangular factors (..., D, D)."""
    return np.log(np.abs(np.einsum("...dd->...d", factors))).sum(axis=-1)


def _log_sum(terms: np.ndarray) -> np.ndarray:
    """Return the logarithm of the sum of exponentials along the rows of terms (N, K): (N, 1)."""
    largest = terms.max(axis=1, keepdims=True)
    return largest + np.log(np.exp(terms - largest).sum(axis=1, keepdims=True))
