"""The task of plain autoencoders: reconstruct an image from its latent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from aecore.data.dataset import with_channels, without_channel
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term

IMAGE, ENCODER, DECODER = "image", "encoder", "decoder"  # as `Spec.autoencoder` calls its input and its networks


@dataclass(frozen=True)
class Redraw(Task):
    """An image in, the same image out."""

    name: ClassVar[str] = "autoencoder"
    model: ClassVar[str] = "autoencoder"

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(DECODER, "mse"),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"mse": _squared_error}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return Batch({IMAGE: with_channels(images)}, {DECODER: with_channels(images)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return without_channel(outputs[DECODER]).clip(0, 1)


def _squared_error(batch: Batch, outputs: Arrays) -> float:
    """Return the squared error per pixel."""
    return float(np.mean((outputs[DECODER].clip(0, 1) - batch.targets[DECODER]) ** 2))
