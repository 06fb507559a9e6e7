"""The book's colouriser: grey pictures in, pictures in colour out, with a single answer for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from aecore.core.checks import check_images
from aecore.core.chroma import luminance_of
from aecore.core.model import Model
from aecore.data.dataset import with_channels, without_channel
from aecore.tasks.autoencoder import DECODER, BySquaredError
from aecore.tasks.task import Arrays, Batch

PHOTO = "photo"  # what goes in


@dataclass(frozen=True)
class Recolorer(Model):
    """A network from luminance to a picture in colour; raises ValueError where the Spec is of another kind."""

    def __post_init__(self) -> None:
        shape = self.spec.inputs.get(PHOTO)
        if len(self.spec.inputs) != 1 or not shape or None in shape or shape[-1] != 1:
            raise ValueError("its networks do not read a grey photo")
        if self.spec.shapes.get(DECODER) != (*shape[:2], 3):
            raise ValueError("its networks do not end with a picture in colour, of the photo's size")

    def colorize(self, luminance: np.ndarray) -> np.ndarray:
        """Return pictures (N, 32, 32, 3) float32 in [0, 1] for luminance (N, 32, 32) float in [0, 1].

        Their luminance is the network's own, not the given one. Raises ValueError.
        """
        luminance = check_images(luminance, self.spec.shapes[PHOTO][:2])
        return self.run({PHOTO: luminance[..., None]}, DECODER).clip(0, 1)


@dataclass(frozen=True)
class Recolor(BySquaredError):
    """Luminance in, the picture in colour out, by squared error."""

    name: ClassVar[str] = "recolor"
    model: ClassVar[str] = "recolorer"

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return Batch({PHOTO: with_channels(luminance_of(images))}, {DECODER: images})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return outputs[DECODER].clip(0, 1)

    def given_pixels(self, inputs: Arrays) -> np.ndarray:
        return without_channel(inputs[PHOTO])
