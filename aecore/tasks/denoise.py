"""The task of denoising: reconstruct the clean image from a corrupted one; models of it with a spatial latent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aecore.core.checks import check_images
from aecore.core.layers import Shape
from aecore.core.model import Model
from aecore.data.corruption import corrupt
from aecore.data.dataset import with_channels, without_channel
from aecore.tasks.autoencoder import DECODER, IMAGE, Redraw
from aecore.tasks.task import Arrays, Batch

LATENT_MAP = "encoder"  # the network whose output is the latent


@dataclass(frozen=True)
class Denoise(Redraw):
    """A corrupted image in, the clean image out; `corruption` and `level` are those of `corrupt`."""

    name: ClassVar[str] = "denoise"

    corruption: str = "mixture"
    level: float = 1.0

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        given = corrupt(images, self.corruption, self.level, rng)
        return Batch({IMAGE: with_channels(given)}, {DECODER: with_channels(images)})

    def clean_inputs(self, images: np.ndarray, labels: np.ndarray | None) -> Arrays:
        return {IMAGE: with_channels(images)}

    def given_pixels(self, inputs: Arrays) -> np.ndarray:
        return without_channel(inputs[IMAGE])

    def settings(self) -> dict[str, Any]:
        return {"corruption": self.corruption, "corruption_level": self.level}


@dataclass(frozen=True)
class DenoiseSpatially(Denoise):
    """As `Denoise`, for networks whose latent is a map of numbers at places of the image."""

    model: ClassVar[str] = "spatial_denoiser"


@dataclass(frozen=True)
class SpatialDenoiser(Model):
    """A network whose latent is a map (height, width, channels); raises ValueError where the Spec is of another kind.

    Images are (N, 28, 28), or as the Spec says, (N, height, width) where there is one channel.
    """

    def __post_init__(self) -> None:
        spec = self.spec
        fits = list(spec.inputs) == [IMAGE] and spec.latent is None and {LATENT_MAP, DECODER} <= set(spec.networks)
        if not (fits and spec.networks[DECODER].reads == (LATENT_MAP,) and not spec.is_open):
            raise ValueError("its networks are not an encoder of an image and a decoder that reads nothing else")
        if spec.shapes[DECODER] != spec.shapes[IMAGE]:
            raise ValueError("its decoder makes no image of the size that its encoder takes")

    @property
    def image_shape(self) -> Shape:
        """Shape of an image, without the channel where there is only one."""
        *size, channels = self.spec.shapes[IMAGE]
        return (*size, channels) if channels > 1 else tuple(size)

    @property
    def latent_size(self) -> int:
        """Numbers in the latent map."""
        return math.prod(self.spec.shapes[LATENT_MAP])

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return denoised images, float32 in [0, 1], of images (N, 28, 28) float in [0, 1]; raises ValueError."""
        images = check_images(images, self.image_shape)
        given = {IMAGE: images.reshape(-1, *self.spec.shapes[IMAGE])}
        return self.run(given, DECODER).reshape(images.shape).clip(0, 1)
