"""Autoencoders, which reconstruct an image from the few numbers of its latent: the task and the model class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from aecore.core.checks import check_images, check_latents, check_whole
from aecore.core.forward import run
from aecore.core.layers import Shape
from aecore.core.model import Model
from aecore.core.refine import refine
from aecore.core.statistics import LatentStatistics
from aecore.data.dataset import with_channels, without_channel
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term

IMAGE, DECODER = "image", "decoder"  # as `Spec.autoencoder` calls what goes in and what comes out


@dataclass(frozen=True)
class Autoencoder(Model):
    """An encoder and a decoder of images with their weights; raises ValueError where the Spec is of another kind.

    Images are (N, 28, 28), or as the Spec says, (N, height, width) where there is one channel.
    """

    statistics: LatentStatistics = field(repr=False)

    def __post_init__(self) -> None:
        if not self.spec.is_autoencoder:
            raise ValueError("its networks are not an encoder of an image and a decoder back to it")

    @property
    def image_shape(self) -> Shape:
        """Shape of an image, without the channel where there is only one."""
        *size, channels = self.spec.shapes["image"]
        return (*size, channels) if channels > 1 else tuple(size)

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Encode images (N, 28, 28) float in [0, 1] to latents (N, latent_dim) float32; raises ValueError."""
        images = check_images(images, self.image_shape).reshape(-1, *self.spec.shapes["image"])
        return run(self.spec, self.weights, {"image": images}, "encoder")

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (N, latent_dim) float to images (N, 28, 28) float32 in [0, 1]; raises ValueError."""
        latents = check_latents(latents, self.latent_dim)
        images = run(self.spec, self.weights, {"encoder": latents}, "decoder")
        return images.reshape(len(latents), *self.image_shape).clip(0, 1)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Encode and decode images (N, 28, 28) float in [0, 1]; raises ValueError."""
        return self.decode(self.encode(images))

    def refine(self, images: np.ndarray, latents: np.ndarray, steps: int = 3) -> np.ndarray:
        """Return latents (N, latent_dim) float32 that reconstruct images (N, 28, 28) float in [0, 1] better than given.

        No image's squared error grows. `steps`, from 0 to 100, take about latent_dim + 3 decodes each. Raises
        ValueError.
        """
        images, latents = check_images(images, self.image_shape), check_latents(latents, self.latent_dim)
        if len(images) != len(latents):
            raise ValueError(f"wanted one latent per image; got {len(images)} images and {len(latents)} latents")
        return refine(self.decode, images, latents, check_whole(steps, "steps", 0, 100))


@dataclass(frozen=True)
class BySquaredError(Task):
    """A task whose decoder puts out numbers in [0, 1], by squared error."""

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(DECODER, "mse"),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"mse": squared_error}


@dataclass(frozen=True)
class Redraw(BySquaredError):
    """An image in, the same image out."""

    name: ClassVar[str] = "autoencoder"
    model: ClassVar[str] = "autoencoder"

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return Batch({IMAGE: with_channels(images)}, {DECODER: with_channels(images)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return without_channel(outputs[DECODER]).clip(0, 1)


def squared_error(batch: Batch, outputs: Arrays) -> float:
    """Return the squared error per pixel."""
    return float(np.mean((outputs[DECODER].clip(0, 1) - batch.targets[DECODER]) ** 2))
