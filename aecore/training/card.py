"""The model card: the description of its training in a model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from aecore.data.dataset import Dataset
from aecore.training.checkpoint import Progress
from aecore.training.presets import Preset

_KEPT = ("data", "seed", "epochs", "seconds", "hyperparameters", "versions", "curve")


def model_card(preset: Preset, name: str, data: Dataset, progress: Progress, seed: int) -> dict[str, Any]:
    """Return the model card of a training with a preset, or a changed preset, called `name`."""
    return {
        "preset": name,
        "data": data.summary,
        "seed": seed,
        "epochs": progress.epoch,
        "seconds": round(progress.seconds),
        "hyperparameters": preset.hyperparameters,
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
        "curve": [[round(training, 6), round(validation, 6)] for training, validation in progress.curve],
    }


def after(before: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the card of a model one of whose networks was trained on: its own, and that training as `further`."""
    kept = {key: card[key] for key in ("preset", "command", *_KEPT)}
    seconds = before.get("seconds", 0) + card["seconds"]
    return {**before, "seconds": seconds, "further": [*before.get("further", []), kept]}
