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
_POWERS = 30  # iterations that find a direction: the power method
_GROUP, _POOL = 32, 1_024  # draws in a group of neighbours, and in all groups together, at most
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
        """Return random latents (N, count, D), which are independent."""
        n, k, d = self.means.shape
        edges = np.exp(self.log_weights).cumsum(axis=1)
        chosen = (rng.random((n, count, 1)) * edges[:, None, -1:] > edges[:, None, :-1]).sum(axis=2)  # (N, count)
        noise, out = rng.standard_normal((n, count, d)), np.empty((n, count, d))
        for i in range(k):
            deviations = np.linalg.inv(self.whiteners[:, i]).transpose(0, 2, 1)
            out = np.where((chosen == i)[..., None], self.means[:, None, i] + noise @ deviations, out)
        return out

    def spread_sample(self, count: int, gram: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return random latents (N, count, D) that are spread out over the mixture; each by itself is a random draw.

        This is stratified sampling: of many independent draws, `count` groups of equal size are made, of neighbours in
        the metric of `gram` (N, D, D), and one draw of each group is taken, in random order. Groups are made by
        cutting, again and again, across the direction in which draws differ most.
        """
        each = max(1, min(_GROUP, _POOL // max(1, count)))
        pool = self.sample(count * each, rng)
        taken = rng.integers(each, size=(len(pool), count))
        order = rng.permuted(np.tile(np.arange(count), (len(pool), 1)), axis=1)
        if count == 0:
            return pool
        groups = _neighbours(pool @ np.linalg.cholesky(gram + 1e-9 * np.eye(gram.shape[-1])), count)  # (N, count, each)
        rows = np.arange(len(pool))[:, None]
        return pool[rows, groups[rows, order, taken]]

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


def mean_error(ops, latents, grams, parameters):  # type: ignore[no-untyped-def]  # arrays or tensors
    """Return the squared error (N,) of a mixture's mean, in a metric of each picture's own, grams (N, 16, 16)."""
    parameters = ops.cast(parameters, "float32")
    n, k = ops.shape(latents)[0], COMPONENTS
    weights = ops.expand_dims(ops.softmax(parameters[:, :k], axis=1), 2)
    means = ops.reshape(parameters[:, k : k * (1 + LATENT)], (n, k, LATENT))
    away = ops.expand_dims(ops.sum(weights * means, axis=1) - latents, 2)
    return ops.sum(away * ops.matmul(grams, away), axis=(1, 2))


def _neighbours(points: np.ndarray, count: int) -> np.ndarray:
    """Return the places (N, count, M / count) of points (N, M, D) in `count` groups of neighbours of equal size."""
    n, size, d = points.shape
    each = size // count

    def cut(places: np.ndarray, groups: int) -> list[np.ndarray]:
        if groups == 1:
            return [places]
        some = np.take_along_axis(points, places[..., None], axis=1)
        along = np.ones((n, d, 1))
        some = some - some.mean(axis=1, keepdims=True)
        scatter = some.transpose(0, 2, 1) @ some
        for _ in range(_POWERS):
            along = scatter @ along
            along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-30
        places = np.take_along_axis(places, np.argsort((some @ along)[..., 0], axis=1), axis=1)
        left = groups // 2
        return cut(places[:, : left * each], left) + cut(places[:, left * each :], groups - left)

    return np.stack(cut(np.tile(np.arange(size), (n, 1)), count), axis=1)


def _log_diagonal(factors: np.ndarray) -> np.ndarray:
    """Return the logarithm of the determinant of triangular factors (..., D, D)."""
    return np.log(np.abs(np.einsum("...dd->...d", factors))).sum(axis=-1)


def _log_sum(terms: np.ndarray) -> np.ndarray:
    """Return the logarithm of the sum of exponentials along the rows of terms (N, K): (N, 1)."""
    largest = terms.max(axis=1, keepdims=True)
    return largest + np.log(np.exp(terms - largest).sum(axis=1, keepdims=True))
