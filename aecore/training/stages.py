"""Trains a model in stages: each has a preset and a checkpoint of its own, and can start from another's weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from aecore.data.dataset import Dataset
from aecore.training.card import model_card
from aecore.training.checkpoint import Progress
from aecore.training.fit import Trained, train
from aecore.training.presets import Preset

Weights = Mapping[str, np.ndarray]
OnEpoch = Callable[[str, int, Progress], None]  # gets the stage, its number of epochs, and the progress

_KEPT = ("epochs", "seconds", "hyperparameters", "curve")  # of each stage, in the card


def stage_checkpoint(checkpoint: Path, stage: str) -> Path:
    """Return the path of a stage's checkpoint."""
    return checkpoint.with_suffix(f".{stage}")


class Stages:
    """The stages of one training, by name; `epochs` replaces the number of each, `on_epoch` is called after each."""

    def __init__(
        self,
        presets: Mapping[str, Preset],
        checkpoint: Path,
        seed: int = 0,
        resume: bool = False,
        epochs: int | None = None,
        on_epoch: OnEpoch = lambda stage, epochs, progress: None,
    ) -> None:
        self.presets = {name: dataclasses.replace(one, epochs=epochs or one.epochs) for name, one in presets.items()}
        self._checkpoint, self._seed, self._resume, self._on_epoch = checkpoint, seed, resume, on_epoch
        self._done: dict[str, Trained] = {}

    def train(self, stage: str, data: Dataset, initial: Weights | None = None) -> Weights:
        """Return the weights of a stage, trained from `initial` on, or from its checkpoint.

        Raises ValueError, and KeyboardInterrupt where it was interrupted: half a stage is no basis for the next.
        """
        preset, path = self.presets[stage], stage_checkpoint(self._checkpoint, stage)
        trained = train(
            preset,
            data,
            path,
            self._seed,
            self._resume and path.exists(),
            lambda progress: self._on_epoch(stage, preset.epochs, progress),
            initial=initial,
        )
        if trained.progress.epoch < preset.epochs:
            raise KeyboardInterrupt
        self._done[stage] = trained
        return trained.weights

    def card(self, preset: str, data: Dataset, described_by: str) -> dict[str, Any]:
        """Return the model card of all stages; data, seed and versions are those of one of them."""
        stages = {
            name: model_card(self.presets[name], name, data, trained.progress, self._seed)
            for name, trained in self._done.items()
        }
        return {
            "preset": preset,
            **{key: stages[described_by][key] for key in ("data", "seed", "versions")},
            "seconds": sum(stage["seconds"] for stage in stages.values()),
            "stages": {name: {key: stage[key] for key in _KEPT} for name, stage in stages.items()},
        }
