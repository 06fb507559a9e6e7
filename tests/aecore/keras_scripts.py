"""Run generated Keras scripts: `python -m tests.aecore.keras_scripts JOBS.json RESULTS.json`.

Jobs are Specs by name. Each script is imported, and what it built is compared with what `aecore.keras_model` builds,
once both have the same weights. Runs in a process of its own, because TensorFlow has no place in that of the tests.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from aecore.core.keras_model import build
from aecore.core.spec import Spec
from aecore.export.keras_code import keras_code

_COMPARED = ("units", "filters", "kernel_size", "strides", "padding", "activation", "target_shape", "dims")


def main(jobs: str, results: str) -> None:
    rng = np.random.default_rng(0)
    out: dict[str, Any] = {}
    for name, spec in json.loads(Path(jobs).read_text()).items():
        script = Path(results).with_name("script.py")
        script.write_text(keras_code(Spec.from_dict(spec), name))
        ran = runpy.run_path(str(script), run_name="imported")
        sides = {"encoder": rng.random((4, 28, 28, 1)), "decoder": rng.standard_normal((4, ran["z"].shape[1]))}
        wanted = dict(zip(("autoencoder", *sides), build(Spec.from_dict(spec)), strict=True))
        row: dict[str, Any] = {
            "parameters": [ran["autoencoder"].count_params(), wanted["autoencoder"].count_params()],
            "layers": [[_layers(models[side]) for side in sides] for models in (ran, wanted)],
        }
        # The same weights, then the same pictures: also where they go into each other must be the same.
        ran["autoencoder"].set_weights(wanted["autoencoder"].get_weights())
        for side, x in sides.items():
            apart = np.abs(np.asarray(ran[side](x)) - np.asarray(wanted[side](x)))
            row[side] = float(apart.max())
        x = sides["encoder"]
        row["autoencoder"] = float(
            np.abs(np.asarray(ran["autoencoder"](x)) - np.asarray(wanted["autoencoder"](x))).max()
        )
        out[name] = row
        keras.backend.clear_session()
    Path(results).write_text(json.dumps(out))


def _layers(side: keras.Model) -> list[Any]:
    """Describe what computes: kind, settings and output shape of each layer, without the input."""
    return [
        [type(layer).__name__, {k: layer.get_config().get(k) for k in _COMPARED}, list(layer.output.shape)]
        for layer in side.layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
