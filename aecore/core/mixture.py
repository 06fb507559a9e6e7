"""A mixture of Gaussians fitted to the latents of real digits, from which random digits are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aecore.core.checks import check_floats, check_rng, check_some, check_whole

MAX_COMPONENTS = 256
_COMPONENTS = 60
_ENOUGH = 30_000  # latents to fit on, at most
_LEAST = 150  # latents per component, at least
_LEAST_SPREAD = 1e-6  # of a component along an axis
_FACTORS = 16_384  # numbers in all Cholesky factors: a mixture stays far smaller than its model


@dataclass(frozen=True)
class Mixture:
    """K Gaussians: weights (K,), means (K, D) and lower Cholesky factors (K, D, D) of the covariances, L Lᵀ."""

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return random latents (count, D) float32; raises ValueError for a count below 0, or a seed as `rng`."""
        count, rng = check_whole(count, "count", 0), check_rng(rng)
        chosen = rng.choice(len(self.weights), count, p=self.weights / self.weights.sum())
        noise = rng.standard_normal((count, self.means.shape[1]), np.float32)
        latents: np.ndarray = self.means[chosen] + np.einsum("nij,nj->ni", self.factors[chosen], noise)
        return latents

    def weigh(self, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log density (N,) of latents (N, D) float, and the probability (N, K) of each component for each.

        Both are float64. Raises ValueError.
        """
        latents = check_floats(latents, self.means.shape[1:], "latents")
        factors = np.tril(self.factors.astype(np.float64))
        own = np.einsum("kii->ki", factors)
        own[np.abs(own) < _LEAST_SPREAD] = _LEAST_SPREAD  # in a file from elsewhere
        away = latents[:, None] - self.means.astype(np.float64)  # (N, K, D)
        whitened = np.einsum("kij,nkj->nki", np.linalg.inv(factors), away)
        with np.errstate(divide="ignore"):
            known = np.log(self.weights / self.weights.sum(dtype=np.float64)) - np.log(np.abs(own)).sum(axis=1)
        exponents = known - np.square(whitened).sum(axis=2) / 2
        largest = exponents.max(axis=1, keepdims=True)
        powers = np.exp(exponents - largest)
        total = powers.sum(axis=1, keepdims=True)
        constant = self.means.shape[1] * np.log(2 * np.pi) / 2
        return (largest + np.log(total))[:, 0] - constant, powers / total

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Return the tensors in a model file; there the factors are called "roots"."""
        return {"weights": self.weights, "means": self.means, "roots": self.factors}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray], latent_dim: int) -> Mixture:
        """Return the mixture in `to_tensors` data; raises ValueError unless it is one in `latent_dim` dimensions."""
        if set(tensors) != {"weights", "means", "roots"}:
            raise ValueError("a mixture holds weights, means and roots")
        weights, means, factors = (np.array(tensors[name], np.float32) for name in ("weights", "means", "roots"))
        k = len(weights) if weights.ndim == 1 else 0
        if not 1 <= k <= MAX_COMPONENTS:
            raise ValueError(f"a mixture has 1 to {MAX_COMPONENTS} weights")
        if means.shape != (k, latent_dim) or factors.shape != (k, latent_dim, latent_dim):
            raise ValueError(f"the mixture does not describe {latent_dim} dimensions")
        if not all(np.isfinite(a).all() for a in (weights, means, factors)) or (weights < 0).any() or not weights.sum():
            raise ValueError("the mixture holds numbers that are not finite, or no positive weight")
        return cls(weights, means, factors)


def fit_mixture(latents: np.ndarray, seed: int) -> Mixture:
    """Fit a mixture to latents (N, D) by expectation maximisation: at most 60 components with full covariances.

    Raises ValueError unless they are two latents or more, of finite numbers.
    """
    latents = check_floats(latents, (None,), "latents")
    check_some(latents, "latents", 2)
    from sklearn.mixture import GaussianMixture  # here: takes a second to import, and the server never fits

    some = latents[np.random.default_rng(seed).permutation(len(latents))[:_ENOUGH]]
    dim = latents.shape[1]
    components = max(1, min(_COMPONENTS, _FACTORS // dim**2, len(some) // max(_LEAST, 10 * dim)))
    fitted = GaussianMixture(components, reg_covar=1e-3, max_iter=60, tol=5e-3, random_state=seed).fit(some)
    factors = np.linalg.cholesky(fitted.covariances_)
    as_stored = (np.asarray(a, np.float16).astype(np.float32) for a in (fitted.weights_, fitted.means_, factors))
    return Mixture(*as_stored)
