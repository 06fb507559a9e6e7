"""Small colorizers with random weights, and coloured pictures without much detail, for tests."""

from __future__ import annotations

import numpy as np

from aecore.core.chroma import upsample
from aecore.core.color_fields import CHANNELS
from aecore.core.conditional import PARAMETERS
from aecore.core.model_file import round_weights
from aecore.core.spec import Conv2D, Dense, Flatten, Network, Spec
from aecore.core.statistics import measure
from aecore.tasks import Colorizer
from tests.architectures import random_weights

SPEC = Spec(
    {"luminance": (16, 16, 4)},
    {
        "look": Network(("luminance",), (Conv2D(12, 5, 1, "tanh"),)),
        "fields": Network(("look",), (Conv2D(CHANNELS, 3),)),
        "glance": Network(("luminance",), (Conv2D(8, 4, 4, "tanh"), Flatten())),
        "prior": Network(("glance",), (Dense(PARAMETERS),)),
    },
)


def small_colorizer(seed: int = 0) -> Colorizer:
    """Return a colorizer whose fields are so strong that latents can be read off its pictures."""
    weights = random_weights(SPEC, seed)
    weights["fields.0.kernel"] *= 0.2
    weights["fields.0.bias"] *= 0.02
    for part in ("kernel", "bias"):
        weights[f"prior.0.{part}"] *= 0.2
    statistics = measure(np.random.default_rng(seed).normal(size=(99, 16)), np.ones(16))
    return Colorizer(SPEC, round_weights(weights), statistics, {"seed": seed}, None, "colorizer")


def smooth_pictures(count: int, seed: int = 0) -> np.ndarray:
    """Return pictures (count, 32, 32, 3) float32 of soft patches of colour, none of them near black or white."""
    maps = np.random.default_rng(seed).uniform(0.3, 0.7, (count, 4, 4, 3)).astype(np.float32)
    for _ in range(3):
        maps = upsample(maps)
    return maps
