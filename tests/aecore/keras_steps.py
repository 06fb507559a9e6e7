"""Trains a few steps with Keras, for the browser's: `python -m tests.aecore.keras_steps JOB.npz RESULTS.npz`.

A job has a Spec as JSON under "spec", its weights, batches (steps, N, 28, 28), the loss by Keras' name, and "settings":
learning rate, decay of weights, and steps in which the rate rises.
"""

from __future__ import annotations

import json
import sys

import keras
import numpy as np

from aecore.core.keras_model import connect, get_weights, networks_of, set_weights
from aecore.core.spec import Spec


def main(job: str, results: str) -> None:
    with np.load(job) as file:
        arrays = dict(file)
    spec = Spec.from_dict(json.loads(str(arrays["spec"])))
    built = networks_of(spec)
    set_weights({key: arrays[f"weights/{key}"] for key in spec.weight_shapes}, *built.values())
    model = connect(spec, built, ["decoder"])
    batches, (rate, decay, warmup) = arrays["batches"][..., None], arrays["settings"].tolist()
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 100, len(batches) - int(warmup), alpha=0.01, warmup_target=rate, warmup_steps=int(warmup)
    )
    model.compile(keras.optimizers.AdamW(schedule, beta_2=0.99, weight_decay=decay), {"decoder": str(arrays["loss"])})
    losses = [float(model.train_on_batch({"image": batch}, {"decoder": batch})) for batch in batches]
    last = float(model.test_on_batch({"image": batches[0]}, {"decoder": batches[0]}))
    np.savez(results, losses=losses, last=last, **get_weights(*built.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
