"""The training of the autoencoder of spoken digits: recordings go in, spectrograms of them are redrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from aecore.core import bands
from aecore.core.bands import LENGTH
from aecore.data.dataset import with_channels, without_channel
from aecore.data.voice_examples import varied
from aecore.tasks.autoencoder import DECODER, IMAGE, BySquaredError
from aecore.tasks.task import Arrays, Batch
from aecore.tasks.voice import centred

_SHIFT = 500  # samples by which training moves recordings, at most


@dataclass(frozen=True)
class RedrawVoices(BySquaredError):
    """Images are clips (N, 8192) with labels (digit, speaker, number, samples); their spectrograms go in and out.

    In training, recordings are faster or slower, of other colours, and not quite in the middle.
    """

    name: ClassVar[str] = "voice"
    model: ClassVar[str] = "voice"

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        rows = _rows(labels)
        return _batch([centred(clip[: row[3]]) for clip, row in zip(images, rows, strict=True)])

    def batch_examples(
        self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator, number: int
    ) -> Batch:
        sounds, rows = [], _rows(labels)
        for clip, row in zip(images, rows, strict=True):
            shift = int(rng.integers(-_SHIFT, _SHIFT + 1))
            sounds.append(centred(varied(clip[: row[3]], rng), shift))
        return _batch(sounds)

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return without_channel(outputs[DECODER]).clip(0, 1)


def _batch(sounds: list[np.ndarray]) -> Batch:
    shown = with_channels(bands.pictures(np.stack(sounds) if sounds else np.zeros((0, LENGTH), np.float32)))
    return Batch({IMAGE: shown}, {DECODER: shown})


def _rows(labels: np.ndarray | None) -> np.ndarray:
    if labels is None:
        raise ValueError("wanted digit, speaker, number and samples of these recordings as labels; got none")
    return labels
