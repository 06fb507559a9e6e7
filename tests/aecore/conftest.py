"""Fixtures of the model package's tests. TensorFlow lives in processes of its own, each started once."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.autoencoder import Autoencoder
from aecore.latents import measure
from aecore.spec import Conv2D, Dense, Flatten, Reshape, Spec
from tests.architectures import random_weights

TINY = Spec(
    encoder=(Conv2D(2, 3, 4, "silu"), Flatten(), Dense(4)),
    decoder=(Dense(49, "tanh"), Reshape((7, 7, 1)), Flatten(), Dense(784, "sigmoid"), Reshape((28, 28, 1))),
)


@pytest.fixture
def tiny(blobs: np.ndarray) -> Autoencoder:
    """Make a small autoencoder with random weights that float16 holds exactly."""
    weights = {k: v.astype(np.float16).astype(np.float32) for k, v in random_weights(TINY).items()}
    draft = Autoencoder(TINY, weights, measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4)), {"seed": 3})
    return Autoencoder(TINY, weights, measure(draft.encode(blobs), np.array([0.4, 0.3, 0.2, 0.1])), {"seed": 3})
