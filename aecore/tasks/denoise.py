"""The task of denoising: reconstruct the clean image from a corrupted one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aecore.data.corruption import corrupt
from aecore.data.dataset import with_channels, without_channel
from aecore.tasks.autoencoder import DECODER, IMAGE, Redraw
from aecore.tasks.task import Arrays, Batch


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
