"""Measures how many images a second Keras learns from in one thread: `python -m tests.aecore.keras_speed PRESET`."""

from __future__ import annotations

import json
import statistics
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from aecore.core.keras_model import connect, networks_of
from aecore.training.presets import PRESETS

BATCH, STEPS = 64, 30


def main(*names: str) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    images = np.random.default_rng(0).random((BATCH, 28, 28, 1), np.float32)
    speeds = {}
    for name in names:
        spec = PRESETS[name].spec
        model = connect(spec, networks_of(spec), ["decoder"])
        model.compile(keras.optimizers.AdamW(1e-3), {"decoder": "mse"})
        times = []
        for _ in range(STEPS):
            start = time.perf_counter()
            model.train_on_batch({"image": images}, {"decoder": images})
            times.append(time.perf_counter() - start)
        speeds[name] = BATCH / statistics.median(times[5:])  # the first ones compile
    print(json.dumps(speeds))


if __name__ == "__main__":
    main(*sys.argv[1:])
