"""Principal components: what the best linear encoder and decoder of the same size make of the digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_STEP = 1000  # images at once, because float64 doubles the memory


@dataclass(frozen=True)
class Pca:
    """Components fitted to images: mean (784,), axes (784, D), and the deviations (D,) of the data along them.

    Latents are whitened, as an Autoencoder's are.
    """

    mean: np.ndarray
    axes: np.ndarray
    deviations: np.ndarray

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return len(self.deviations)

    @property
    def parameter_count(self) -> int:
        """Numbers needed to encode and decode."""
        return self.axes.size + self.mean.size

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Encode images (N, 28, 28) to latents (N, D) float32."""
        return ((images.reshape(len(images), -1) - self.mean) @ self.axes / self.deviations).astype(np.float32)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (N, D) to images (N, 28, 28) float32; not clipped: nothing that is linear ends at 0 or 1."""
        return ((latents * self.deviations) @ self.axes.T + self.mean).reshape(-1, 28, 28).astype(np.float32)

    def first(self, components: int) -> Pca:
        """Keep the components that matter most."""
        return Pca(self.mean, self.axes[:, :components], self.deviations[:components])


def fit_pca(images: np.ndarray) -> Pca:
    """Fit all components to images (N, 28, 28), the one that matters most first."""
    flat = images.reshape(len(images), -1)
    mean = flat.mean(axis=0, dtype=np.float64)
    products = np.zeros((mean.size, mean.size))
    for start in range(0, len(flat), _STEP):
        part = flat[start : start + _STEP] - mean
        products += part.T @ part
    variances, axes = np.linalg.eigh(products / len(flat))
    # Pixels that are always black vary along no axis; a deviation of zero would divide by zero.
    return Pca(mean, axes[:, ::-1], np.sqrt(np.maximum(variances[::-1], 1e-12)))
