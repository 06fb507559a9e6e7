"""A trained autoencoder, as the rest of the project uses it: NumPy in, NumPy out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aecore.core.checks import check_images, check_latents
from aecore.core.forward import run
from aecore.core.latents import LatentStatistics
from aecore.core.mixture import Mixture
from aecore.core.refine import refine
from aecore.core.spec import Spec


@dataclass(frozen=True)
class Autoencoder:
    """An encoder and a decoder with their weights. Immutable, hence safe to share between threads.

    `weights` go by the Spec's names; `statistics` describe the latents of the training digits; `card` is the model
    card: data, seed, library versions, epochs, learning curve and metrics; random digits come from the `mixture`.
    """

    spec: Spec
    weights: Mapping[str, np.ndarray] = field(repr=False)
    statistics: LatentStatistics = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    mixture: Mixture | None = field(default=None, repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return self.spec.latent_dim

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Encode images (N, 28, 28) float in [0, 1] to latents (N, latent_dim) float32; raises ValueError."""
        images = check_images(images)[..., None]
        return run(self.spec, self.weights, {"image": images}, "encoder")

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (N, latent_dim) float to images (N, 28, 28) float32 in [0, 1]; raises ValueError."""
        latents = check_latents(latents, self.latent_dim)
        return run(self.spec, self.weights, {"encoder": latents}, "decoder")[..., 0].clip(0, 1)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Encode and decode images (N, 28, 28) float in [0, 1]; raises ValueError."""
        return self.decode(self.encode(images))

    def refine(self, images: np.ndarray, latents: np.ndarray, steps: int = 3) -> np.ndarray:
        """Move latents (N, latent_dim) float so that they redraw images (N, 28, 28) float in [0, 1] better.

        Returns latents (N, latent_dim) float32. No image's squared error rises; `steps`, from 0 to 100, are about
        latent_dim + 3 decodes each. Raises ValueError.
        """
        images, latents = check_images(images), check_latents(latents, self.latent_dim)
        if len(images) != len(latents):
            raise ValueError(f"wanted one latent per image; got {len(images)} images and {len(latents)} latents")
        if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 0 <= steps <= 100:
            raise ValueError(f"wanted steps, a whole number from 0 to 100; got {steps!r:.40}")
        return refine(self.decode, images, latents, int(steps))
