"""What a model file says of the training it comes from."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from aecore.data.dataset import Dataset
from aecore.training.checkpoint import Progress
from aecore.training.presets import Preset


def model_card(preset: Preset, name: str, data: Dataset, progress: Progress, seed: int) -> dict[str, Any]:
    """Return what a model file says of a training with a preset, or a changed one, that is called `name`."""
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
