"""Small models and their atlases, for tests."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import safetensors.numpy

from aecore import Autoencoder
from aecore.core import pretrained
from aecore.core.model_file import round_weights
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.core.statistics import measure
from aecore.latent.atlas import NAMES, Atlas
from tests.architectures import random_weights

PRETRAINED = [name for name in NAMES if name in pretrained.available()]


def first_two(latents: np.ndarray) -> np.ndarray:
    """A layout that costs nothing: UMAP takes a minute."""
    return 7 * latents[:, :2] + 3


def make_model(latent_dim: int) -> Autoencoder:
    """Make a small autoencoder with random weights that its file holds exactly."""
    spec = Spec.autoencoder((Flatten(), Dense(latent_dim)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))
    statistics = measure(np.random.default_rng(0).normal(size=(99, latent_dim)), np.ones(latent_dim))
    return Autoencoder(spec, round_weights(random_weights(spec)), statistics, {})


def rebuilt(data: bytes, tensors: dict[str, Any] | None = None, **header: str) -> bytes:
    """An atlas file with some tensors and some entries of its header replaced; None drops a tensor."""
    length = int.from_bytes(data[:8], "little")
    old = json.loads(data[8 : 8 + length])["__metadata__"]
    merged = {**safetensors.numpy.load(data), **(tensors or {})}
    return safetensors.numpy.save({k: v for k, v in merged.items() if v is not None}, {**old, **header})


def same(a: Atlas, b: Atlas) -> bool:
    pairs = [(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(Atlas)]
    return all(np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y for x, y in pairs)
