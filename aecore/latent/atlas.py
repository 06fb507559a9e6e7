"""The atlas of a model: the latents of a test set, two maps of them, and distances to real images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aecore.core.checks import check_latents, check_whole
from aecore.core.model_file import ModelFileError

NAMES = ("default", "plane")  # the pretrained models that have an atlas
QUANTILES = 101


class AtlasError(ModelFileError):
    """An atlas cannot be used or computed; the message says why, in a sentence for a person who can act on it."""


@dataclass(frozen=True)
class Atlas:
    """Latents of test images, (N, D) float32, in the order of the test set, with their labels (N,) uint8.

    `means` (K, D): the mean latent of each class.
    `basis` (2, D), orthonormal, and `centre` (D,): the linear map. Whitened latents have equal variance in every
    direction, so these are the first two principal components of the *means*: the plane in which the classes are
    farthest apart. A latent of two numbers is its own map.
    `umap` (N, 2) in [-1, 1]: the nonlinear map (McInnes, Healy and Melville, https://arxiv.org/abs/1802.03426); None
    for a latent of two numbers, and where it was not computed.
    `distances` (101,): quantiles, 0 % to 100 %, of the distance from held-out images to the nearest of these latents.
    `model`, `model_sha256`: the model of the latents. `card`: seed, data, library versions, cost of rounding.
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
        """Return the points (N, 2) float32 of latents (N, D) on the linear map; raises ValueError."""
        return self._project(check_latents(latents, self.latent_dim)).astype(np.float32)

    def lift(self, points: np.ndarray, latents: np.ndarray) -> np.ndarray:
        """Return latents (N, D) float32 moved to points (N, 2) of the linear map; raises ValueError.

        Only the two coordinates on the map change: the components orthogonal to it stay.
        """
        points, latents = check_latents(points, 2), check_latents(latents, self.latent_dim)
        if len(points) != len(latents):
            raise ValueError(f"wanted one point per latent; got {len(points)} points and {len(latents)} latents")
        return (latents + (points - self._project(latents)) @ self.basis).astype(np.float32)

    def _project(self, latents: np.ndarray) -> np.ndarray:
        return (latents.astype(np.float64) - self.centre) @ self.basis.T.astype(np.float64)

    def nearest(self, latent: np.ndarray, k: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Return the k images nearest to a latent (D,): (indices (k,), distances (k,)), nearest first.

        Raises ValueError unless the latent fits and k is from 1 to N.
        """
        k = check_whole(k, "k", 1, len(self.latents))
        distances = self._distances(latent)
        indices = np.argsort(distances, kind="stable")[:k]
        return indices, distances[indices]

    def percentile(self, latent: np.ndarray) -> float:
        """Return the percentage of held-out images that are nearer to a test image than a latent (D,) is.

        A small value means that the latent is among real images; 100, that it is farther away than any held-out image.
        Raises ValueError.
        """
        return float(np.interp(self._distances(latent).min(), self.distances, np.linspace(0, 100, QUANTILES)))

    def _distances(self, latent: np.ndarray) -> np.ndarray:
        return distances_to(self.latents, check_latents(np.asarray(latent)[None], self.latent_dim)[0])


def distances_to(latents: np.ndarray, latent: np.ndarray) -> np.ndarray:
    """Return the distances (N,) float64 of a latent (D,) to each of (N, D)."""
    # In float64, where no finite float32 overflows. One einsum takes a sixth of the time of a square and a sum.
    away = latents - latent.astype(np.float64)
    return np.sqrt(np.einsum("nd,nd->n", away, away))
