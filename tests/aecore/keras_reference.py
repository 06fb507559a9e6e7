"""Computes Keras' outputs, which NumPy must reproduce: `python -m tests.aecore.keras_reference JOBS.npz RESULTS.npz`.

A job is a Spec as JSON under "NAME/spec", with its weights, and images and latents for an autoencoder, or the inputs of
any Spec by name. Runs in its own process, because the tests' process does not import TensorFlow.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from aecore.core.keras_model import connect, networks_of, set_weights
from aecore.core.spec import Spec
from tests.architectures import WATCHED

Arrays = Mapping[str, np.ndarray]


def main(jobs: str, results: str) -> None:
    with np.load(jobs) as file:
        arrays = dict(file)
    out = {}
    for name in [key.removesuffix("/spec") for key in arrays if key.endswith("/spec")]:
        spec = Spec.from_dict(json.loads(str(arrays[f"{name}/spec"])))
        weights = {key: arrays[f"{name}/weights/{key}"] for key in spec.weight_shapes}
        if f"{name}/images" not in arrays:
            inputs = {key: arrays[f"{name}/inputs/{key}"] for key in spec.inputs}
            out |= {f"{name}/{network}": value for network, value in _networks(spec, weights, inputs).items()}
            continue
        built = networks_of(spec)
        set_weights(weights, *built.values())
        encoder, decoder = built.values()
        out[f"{name}/latents"] = _run(encoder, arrays[f"{name}/images"][..., None])
        out[f"{name}/decoded"] = _run(decoder, arrays[f"{name}/given_latents"])[..., 0]
        out |= _layers(name, encoder, arrays[f"{name}/images"][:WATCHED, ..., None])
        out |= _layers(name, decoder, arrays[f"{name}/given_latents"][:WATCHED])
    np.savez(results, **out)


def _networks(spec: Spec, weights: Arrays, inputs: Arrays) -> dict[str, np.ndarray]:
    """Return each network's output; open inputs are padded to a multiple of its stride, and outputs cropped."""
    built = networks_of(spec)
    set_weights(weights, *built.values())
    sizes = {value.shape[1:3] for name, value in inputs.items() if name in spec.scales}
    for height, width in sizes:
        grow = [(0, 0), (0, -height % spec.total_stride), (0, -width % spec.total_stride), (0, 0)]
        inputs = {name: np.pad(value, grow) if name in spec.scales else value for name, value in inputs.items()}
    model = connect(spec, built, list(spec.networks))
    out = {name: np.asarray(value) for name, value in model(inputs).items()}
    for height, width in sizes:
        for name in out.keys() & spec.scales.keys():
            scale = spec.scales[name]
            out[name] = out[name][:, : math.ceil(height * scale), : math.ceil(width * scale)]
    return out


def _run(model: Any, x: np.ndarray) -> np.ndarray:
    return np.concatenate([np.asarray(model(x[i : i + 100])) for i in range(0, len(x), 100)])


def _layers(name: str, side: Any, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return each layer's output for x, by "NAME/encoder.0", ...; a depth_to_space has its last one."""
    out = {}
    for layer in side.layers:
        x = layer(x)
        out[f"{name}/{side.name}.{layer.name.split('_')[0]}"] = np.asarray(x)
    return out


if __name__ == "__main__":
    main(*sys.argv[1:])
