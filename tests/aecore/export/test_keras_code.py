from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from aecore.core.spec import Conv2D, Network, Spec
from aecore.export.keras_code import keras_code
from aecore.training.presets import PRESETS
from tests.architectures import LAYERS, RANDOM, random_spec_of

SPECS: dict[str, Spec] = {name: preset.spec for name, preset in PRESETS.items()} | {
    name: LAYERS[name]
    for name in (
        "conv2d-kernel4-stride3-5x8",
        "conv2d_transpose-kernel2-stride3-5x8",
        "conv2d-tanh",
        "dense-relu",
        "depth_to_space-3",
        "depth_to_space-1",
        "reshape",
        "flatten",
        "odd-image",
    )
}
SPECS |= {name: random_spec_of(name) for name in RANDOM[:10]}

# Run as a person would run it, on a few random images instead of a download.
TRAIN = """
import runpy, sys
import keras, numpy as np
images = np.random.default_rng(0).integers(0, 256, (256, 28, 28)).astype("uint8")
keras.datasets.mnist.load_data = lambda: ((images, None), (images[:10], None))
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture(scope="module")
def ran(run_python: Callable[..., CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("scripts")
    (folder / "jobs.json").write_text(json.dumps({name: spec.to_dict() for name, spec in SPECS.items()}))
    paths = [str(folder / name) for name in ("jobs.json", "results.json")]
    done = run_python("-m", "tests.aecore.keras_scripts", *paths)
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return results


@pytest.mark.parametrize("name", SPECS)
def test_the_script_builds_the_same_model(name: str, ran: dict[str, Any]) -> None:
    row = ran[name]
    assert row["parameters"] == SPECS[name].parameter_count
    mine, wanted = row["layers"]
    assert mine == wanted
    assert row["apart"] < 1e-6


def test_the_script_trains_when_it_is_run(run_python: Callable[..., CompletedProcess[str]], tmp_path: Path) -> None:
    script = tmp_path / "autoencoder.py"
    script.write_text(keras_code(LAYERS["dense-relu"]).replace('"autoencoder.keras"', repr(str(tmp_path / "a.keras"))))
    done = run_python("-c", TRAIN, str(script))
    assert done.returncode == 0, done.stderr
    assert "Epoch 10/10" in done.stdout
    assert (tmp_path / "a.keras").stat().st_size > 10_000


def test_a_title_stays_a_comment() -> None:
    code = keras_code(LAYERS["flatten"], "mine\nimport os  # \r\n")
    assert code.startswith("# mine import os #\n")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(keras_code(LAYERS["flatten"])))


@pytest.mark.parametrize("name", SPECS)
def test_every_line_shows_its_shape_and_fits_on_the_page(name: str) -> None:
    lines = keras_code(SPECS[name]).splitlines()
    layers = [line for line in lines if line.startswith(("x = layers.", "x = keras.ops"))]
    assert all("  # (" in line for line in layers)
    assert max(map(len, lines)) <= (100 if SPECS[name].is_autoencoder else 120)


def test_names_that_python_keeps_for_itself_stay_out_of_the_script() -> None:
    networks = {"lambda": Network(("class",), (Conv2D(2, 3),)), "x": Network(("lambda", "class"), (Conv2D(1, 1),))}
    ast.parse(keras_code(Spec({"class": (None, None, 3)}, networks)))
