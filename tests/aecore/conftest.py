"""Fixtures of the model package's tests. TensorFlow lives in processes of its own, each started once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aecore.core import manifest, pretrained
from aecore.core.mixture import fit_mixture
from aecore.core.model_file import round_weights, save_model
from aecore.core.spec import Conv2D, Dense, Flatten, Reshape, Spec
from aecore.core.statistics import measure
from aecore.tasks import Autoencoder
from tests.architectures import random_weights

TINY = Spec.autoencoder(
    encoder=(Conv2D(2, 3, 4, "silu"), Flatten(), Dense(4)),
    decoder=(Dense(49, "tanh"), Reshape((7, 7, 1)), Flatten(), Dense(784, "sigmoid"), Reshape((28, 28, 1))),
)


@pytest.fixture
def tiny(blobs: np.ndarray) -> Autoencoder:
    """Return a small autoencoder with random weights, already rounded as in a file."""
    weights = round_weights(random_weights(TINY))
    draft = Autoencoder(TINY, weights, measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4)), {"seed": 3})
    latents = draft.encode(blobs)
    statistics = measure(latents, np.array([0.4, 0.3, 0.2, 0.1]))
    return Autoencoder(TINY, weights, statistics, {"seed": 3}, fit_mixture(latents, 0))


@pytest.fixture
def ship(tmp_path: Path, tiny: Autoencoder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that ships `tiny` under the names it is given, instead of the real models; returns their folder."""
    models = tmp_path / "models"
    models.mkdir()
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", models)
        monkeypatch.setattr(module, "MANIFEST", models / "manifest.json")

    def ship_(*names: str) -> Path:
        for name in names:
            save_model(tiny, models / f"{name}.safetensors")
        manifest.write()
        return models

    return ship_
