"""Computes Keras' gradients for the browser's: `python -m tests.aecore.keras_gradients JOBS.npz RESULTS.npz`.

A job is a Spec as JSON under "NAME/spec", with its weights, the inputs by name, and for each network the gradient of a
loss with respect to what that network makes. Runs in its own process, because the tests' process does not import
TensorFlow.
"""

from __future__ import annotations

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from aecore.core.keras_model import connect, get_weights, networks_of, set_weights
from aecore.core.spec import Spec


def main(jobs: str, results: str) -> None:
    with np.load(jobs) as file:
        arrays = dict(file)
    out = {}
    for name in [key.removesuffix("/spec") for key in arrays if key.endswith("/spec")]:
        spec = Spec.from_dict(json.loads(str(arrays[f"{name}/spec"])))
        built = networks_of(spec)
        set_weights({key: arrays[f"{name}/weights/{key}"] for key in spec.weight_shapes}, *built.values())
        model = connect(spec, built, list(spec.networks))
        variables: dict[str, keras.Variable] = {}
        for side in built.values():
            variables |= zip(get_weights(side), side.weights, strict=True)
        with tf.GradientTape() as tape:
            made = model({key: arrays[f"{name}/inputs/{key}"] for key in spec.inputs})
            loss = sum(
                tf.reduce_sum(made[network] * arrays[f"{name}/gradients/{network}"]) for network in spec.networks
            )
        found = tape.gradient(loss, list(variables.values()), unconnected_gradients="zero")
        out |= {f"{name}/made/{network}": np.asarray(value) for network, value in made.items()}
        out |= {f"{name}/{key}": np.asarray(value) for key, value in zip(variables, found, strict=True)}
    np.savez(results, **out)


if __name__ == "__main__":
    main(*sys.argv[1:])
