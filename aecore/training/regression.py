"""Trains a small dense network that tells numbers from numbers, such as a shape network (`aecore/latent/shape.py`)."""

from __future__ import annotations

import os
from collections.abc import Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

_BATCH = 1024
_RATE, _DECAY = 3e-3, 1e-4


def fit(
    inputs: np.ndarray, targets: np.ndarray, widths: Sequence[int], epochs: int, seed: int | None
) -> tuple[tuple[np.ndarray, ...], float]:
    """Return kernels and biases, rounded to float16, of a network trained on inputs (N, D) and targets (N, A).

    It has hidden layers of these widths, with silu. NaN in a target does not count. The second value is the error of
    the last epoch: the sum over the targets of their mean squared errors. Without a seed, the random numbers go on.
    """
    if seed is not None:
        keras.utils.set_random_seed(seed)
    known = np.isfinite(targets).astype(np.float32)
    wanted = np.stack([np.nan_to_num(targets).astype(np.float32), known / known.mean(axis=0)], axis=2)  # (N, A, 2)
    layers = [keras.layers.Dense(width, "silu") for width in widths]
    net = keras.Sequential([keras.Input((inputs.shape[1],)), *layers, keras.layers.Dense(targets.shape[1])])
    rate = keras.optimizers.schedules.CosineDecay(_RATE, epochs * (len(inputs) // _BATCH + 1))
    net.compile(keras.optimizers.AdamW(rate, weight_decay=_DECAY), _error, jit_compile=True)
    history = net.fit(inputs, wanted, _BATCH, epochs, verbose=0)
    weights = tuple(weight.astype(np.float16).astype(np.float32) for weight in net.get_weights())
    return weights, float(history.history["loss"][-1])


def _error(wanted: keras.KerasTensor, told: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.sum(keras.ops.square(told - wanted[..., 0]) * wanted[..., 1], axis=-1)
