"""The atlas of a model: the latents of a test set, two maps of them, and how near real images lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aecore.core.checks import check_latents
from aecore.core.model_file import ModelFileError

NAMES = ("default", "plane")  # the models that are shipped with an atlas
QUANTILES = 101


class AtlasError(ModelFileError):
    """An atlas that cannot be used or computed; the message is a sentence that a person can act on."""


@dataclass(frozen=True)
class Atlas:
    """Latents of test images, (N, D) float32, in the order of the test set, with their labels (N,) uint8.

    `means` (K, D): the mean latent of each class.
    `basis` (2, D), orthonormal, and `centre` (D,): the flat map. Latents are whitened: all their principal components
    are alike, so these are the first two of the *means*, the plane of latent space in which the classes lie farthest
    apart. A latent of two numbers is its own map.
    `umap` (N, 2) in [-1, 1]: the nonlinear map (McInnes, Healy and Melville, https://arxiv.org/abs/1802.03426),
    computed beforehand; None for a latent of two numbers, and where nobody had the time.
    `distances` (101,): quantiles, 0 % to 100 %, of how far held-out images lie from the nearest of these latents.
    `model`, `model_sha256`: whose latents they are. `card`: seed, data, library versions, cost of rounding.
    """

    model: str
    model_sha256: str
    latents: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    means: np.ndarray = field(repr=False)
    basis: np.ndarray = field(repr=False)
    centre: np.ndarray = field(repr=False)
    umap: np.ndarray | None = field(repr=False)
    distances: np.ndarray = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return int(self.latents.shape[1])

    def project(self, latents: np.ndarray) -> np.ndarray:
        """Return where latents (N, D) lie on the flat map, (N, 2) float32; raises ValueError."""
        return self._project(check_latents(latents, self.latent_dim)).astype(np.float32)

    def lift(self, points: np.ndarray, latents: np.ndarray) -> np.ndarray:
        """Move latents (N, D) to points (N, 2) of the flat map, (N, D) float32; raises ValueError.

        Only the two coordinates move: whatever of a latent is orthogonal to the map stays.
        """
        points, latents = check_latents(points, 2), check_latents(latents, self.latent_dim)
        if len(points) != len(latents):
            raise ValueError(f"wanted one point per latent; got {len(points)} points and {len(latents)} latents")
        return (latents + (points - self._project(latents)) @ self.basis).astype(np.float32)

    def _project(self, latents: np.ndarray) -> np.ndarray:
        return (latents.astype(np.float64) - self.centre) @ self.basis.T.astype(np.float64)

    def nearest(self, latent: np.ndarray, k: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Find the k images nearest to a latent (D,): (indices (k,), distances (k,)), nearest first.

        Raises ValueError unless the latent fits and k is from 1 to N.
        """
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= len(self.latents):
            raise ValueError(f"wanted k, a whole number from 1 to {len(self.latents)}; got {k!r:.40}")
        distances = self._distances(latent)
        indices = np.argsort(distances, kind="stable")[:k]
        return indices, distances[indices]

    def percentile(self, latent: np.ndarray) -> float:
        """Return what percentage of held-out images lies nearer to a test image than a latent (D,) does.

        Small means amid real images; 100, farther out than any held-out image. Raises ValueError.
        """
        return float(np.interp(self._distances(latent).min(), self.distances, np.linspace(0, 100, QUANTILES)))

    def _distances(self, latent: np.ndarray) -> np.ndarray:
        return distances_to(self.latents, check_latents(np.asarray(latent)[None], self.latent_dim)[0])


def distances_to(latents: np.ndarray, latent: np.ndarray) -> np.ndarray:
    """Return how far a latent (D,) lies from each of many, (N, D): (N,) float64."""
    # In float64, where no finite float32 overflows. One einsum takes a sixth of the time of a square and a sum.
    away = latents - latent.astype(np.float64)
    return np.sqrt(np.einsum("nd,nd->n", away, away))
