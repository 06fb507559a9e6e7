"""What tests of every folder share."""

from __future__ import annotations

import os

# Two threads of OpenBLAS on two busy cores wait for each other: 0.9 ms for a decode become 16 ms.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest
from hypothesis import settings

from aecore.data import HOW_TO_GET, Mnist, load_mnist

# derandomize: the same examples on every machine; deadline: a busy machine is not a failure.
settings.register_profile("aecore", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("aecore")


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    """Load the real digits; tests that ask for them are skipped where $AECORE_MNIST names no file."""
    if not os.environ.get("AECORE_MNIST"):
        pytest.skip(f"needs MNIST, and $AECORE_MNIST is not set. {HOW_TO_GET}")
    return load_mnist()


@pytest.fixture(scope="session")
def blobs() -> np.ndarray:
    """Draw 600 images (600, 28, 28) that look a little like digits: thick pen strokes through random points."""
    return draw_strokes(600, np.random.default_rng(0))


def draw_strokes(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw strokes through three random points each: (count, 28, 28) float32 in [0, 1]."""
    points = rng.uniform(6, 22, (count, 3, 1, 2))
    along = np.linspace(0, 1, 24).reshape(1, 24, 1)
    a, b, c = points[:, 0], points[:, 1], points[:, 2]
    curve = (1 - along) ** 2 * a + 2 * along * (1 - along) * b + along**2 * c  # a quadratic Bezier, (count, 24, 2)
    rows = np.exp(-((np.arange(28) - curve[..., :1]) ** 2) / 3)  # (count, 24, 28)
    columns = np.exp(-((np.arange(28) - curve[..., 1:]) ** 2) / 3)
    return np.clip(np.einsum("npy,npx->nyx", rows, columns) * 0.8, 0, 1).astype(np.float32)
