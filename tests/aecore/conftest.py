"""Fixtures of the model package's tests. TensorFlow lives in processes of its own, each started once."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aecore.autoencoder import Autoencoder
from aecore.latents import measure
from aecore.spec import Conv2D, Dense, Flatten, Reshape, Spec

ROOT = Path(__file__).parent.parent.parent

TINY = Spec(
    encoder=(Conv2D(2, 3, 4, "silu"), Flatten(), Dense(4)),
    decoder=(Dense(49, "tanh"), Reshape((7, 7, 1)), Flatten(), Dense(784, "sigmoid"), Reshape((28, 28, 1))),
)


def random_weights(spec: Spec, seed: int = 0) -> dict[str, np.ndarray]:
    """Make weights for a Spec of the size that training would start from: activations stay near 1."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) / math.sqrt(math.prod(shape[:-1]))).astype(np.float32)
        for name, shape in spec.weight_shapes.items()
    }


@pytest.fixture
def tiny(blobs: np.ndarray) -> Autoencoder:
    """Make a small autoencoder with random weights that float16 holds exactly."""
    weights = {k: v.astype(np.float16).astype(np.float32) for k, v in random_weights(TINY).items()}
    draft = Autoencoder(TINY, weights, measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4)), {"seed": 3})
    return Autoencoder(TINY, weights, measure(draft.encode(blobs), np.array([0.4, 0.3, 0.2, 0.1])), {"seed": 3})


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs python in a process of its own, from the project's folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=240,
        )

    return run
