"""Run generated Keras scripts: `python -m tests.aecore.keras_scripts JOBS.json RESULTS.json`.

Jobs are Specs by name. Each script is imported, and its model is compared with that of `core.keras_model` with the same
weights. Runs in its own process, because the tests' process does not import TensorFlow.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from aecore.core.keras_model import connect, networks_of
from aecore.core.spec import Spec
from aecore.export.keras_code import keras_code

_COMPARED = ("units", "filters", "kernel_size", "strides", "padding", "activation", "target_shape", "dims")


def main(jobs: str, results: str) -> None:
    out: dict[str, Any] = {}
    for name, data in json.loads(Path(jobs).read_text()).items():
        spec = Spec.from_dict(data)
        script = Path(results).with_name("script.py")
        script.write_text(keras_code(spec, name))
        ran = runpy.run_path(str(script), run_name="imported")
        out[name] = _autoencoder(spec, ran) if "autoencoder" in ran else _model(spec, ran["model"])
        keras.backend.clear_session()
    Path(results).write_text(json.dumps(out))


def _autoencoder(spec: Spec, ran: Mapping[str, Any]) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    networks = networks_of(spec)
    given = {"encoder": rng.random((4, 28, 28, 1)), "decoder": rng.standard_normal((4, spec.latent_dim))}
    # The same weights, then the same pictures: also where they go into each other must be the same.
    ran["autoencoder"].set_weights([weight for network in networks.values() for weight in network.get_weights()])
    image = given["encoder"]
    pairs = [(ran[name](x), networks[name](x)) for name, x in given.items()]
    pairs.append((ran["autoencoder"](image), networks["decoder"](networks["encoder"](image))))
    return {
        "parameters": ran["autoencoder"].count_params(),
        "layers": [[_layers(models[name].layers) for name in given] for models in (ran, networks)],
        "apart": max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in pairs),
    }


def _model(spec: Spec, ran: keras.Model) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    size = [spec.total_stride * int(n) for n in rng.integers(1, 4, 2)]
    inputs = {
        name: rng.random((2, *(size[i] if n is None else n for i, n in enumerate(shape))), np.float32)
        for name, shape in spec.inputs.items()
    }
    networks = networks_of(spec)
    wanted = connect(spec, networks, [name for name in networks if not spec.readers(name)])
    mine = _in_order(ran.layers)
    theirs = _by_kind(layer for network in networks.values() for layer in network.layers)
    for a, b in zip(mine, theirs, strict=True):
        a.set_weights(b.get_weights())
    outputs = ran([inputs[name] for name in spec.inputs])
    apart = [np.abs(np.asarray(outputs[name]) - np.asarray(value)) for name, value in wanted(inputs).items()]
    return {
        "parameters": ran.count_params(),
        "layers": [_layers(mine), _layers(theirs)],
        "apart": max(float(difference.max()) for difference in apart),
    }


def _in_order(layers: Iterable[keras.Layer]) -> list[keras.Layer]:
    """Return layers with weights by kind, and as the script made them: Keras numbers their names."""
    return _by_kind(sorted(layers, key=lambda layer: (len(layer.name), layer.name)))


def _by_kind(layers: Iterable[keras.Layer]) -> list[keras.Layer]:
    return sorted((layer for layer in layers if layer.weights), key=lambda layer: type(layer).__name__)


def _layers(layers: Iterable[keras.Layer]) -> list[Any]:
    """Describe what computes: kind, settings and output shape of each layer, without the input."""
    return [
        [type(layer).__name__, {k: layer.get_config().get(k) for k in _COMPARED}, list(layer.output.shape)]
        for layer in layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
