"""A small model of scenes with random weights, and scenes of boxes, for tests."""

from __future__ import annotations

import numpy as np

from aecore.core.model_file import round_weights
from aecore.core.spec import Conv2D, DepthToSpace, Network, Spec
from aecore.data.scenes import Placed, Scene, compose
from aecore.tasks import SceneReader
from tests.architectures import random_weights

SPEC = Spec(
    {"scene": (None, None, 1)},
    {
        "look": Network(("scene",), (Conv2D(6, 3, 4, "tanh"), Conv2D(8, 3, 2, "tanh"), DepthToSpace(2))),
        "spots": Network(("look",), (Conv2D(50, 1),)),
        "classes": Network(("look",), (Conv2D(160, 1), DepthToSpace(4))),
    },
)


def small_reader(seed: int = 0) -> SceneReader:
    """Return a model of scenes that reads nothing, but reads it always in the same way."""
    weights = round_weights(random_weights(SPEC, seed))
    weights["spots.0.bias"] = weights["spots.0.bias"] - np.array([3] * 10 + [0] * 40, np.float32)  # it finds little
    return SceneReader(SPEC, weights, None, {"seed": seed}, None, "scene")


def frame_of(level: int, height: int = 20, width: int = 12) -> np.ndarray:
    """Return a digit's image (28, 28) uint8: the outline of a box of this brightness, height and width."""
    tile = np.zeros((28, 28), np.uint8)
    top, left = (28 - height) // 2, (28 - width) // 2
    tile[top : top + height, left : left + width] = level
    tile[top + 3 : top + height - 3, left + 3 : left + width - 3] = 0
    return tile


def two_frames(gap: int = 5) -> Scene:
    """Return a scene, 64 x 64, of a 3 and a brighter 7, with a gap of so many columns; below 0 they cross."""
    return compose((64, 64), [Placed(frame_of(200), 3, 8, 2, 0), Placed(frame_of(250), 7, 12, 2 + 12 + gap, 1)])
