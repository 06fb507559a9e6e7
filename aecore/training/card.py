"""The model card: the description of its training in a model file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from aecore.data.dataset import Dataset
from aecore.training.checkpoint import Progress
from aecore.training.presets import Preset


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
