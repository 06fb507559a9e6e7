"""Train a model of scenes for real, on outlines of boxes, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.data.pen_strokes import FILE
from aecore.tasks import SceneReader
from aecore.training.scene_presets import SCENES
from tests.aecore.readers import frame_of

# The losses in Keras against NumPy, an update of Muon, a training, and its networks in Keras against NumPy.
CODE = """
import dataclasses, json, sys
import keras, numpy as np
from aecore import train
from aecore.core.keras_model import connect, networks_of, set_weights
from aecore.data import mnist
from aecore.tasks import scene_targets
from aecore.training import scene_command
from aecore.training.muon import ConvolutionMuon
from tests.aecore.readers import SPEC, two_frames

out, rng = {}, np.random.default_rng(0)
for name in ("class", "spot"):
    wanted = getattr(scene_targets, f"{name}_targets")([two_frames(), two_frames(-4)])
    made = rng.normal(size=(*wanted.shape[:3], 10 if name == "class" else 50)).astype(np.float32)
    loss = getattr(scene_targets, f"{name}_loss")
    out[name] = float(np.abs(np.asarray(loss(keras.ops, wanted, made)) - loss(np, wanted, made)).max())

kernel = keras.Variable(np.zeros((3, 3, 20, 24), np.float32))
optimizer = ConvolutionMuon(0.1, weight_decay=0.0, adam_weight_decay=0.0)
optimizer.build([kernel])
optimizer.apply([rng.normal(size=kernel.shape).astype(np.float32)])
out["singular"] = np.linalg.svd(np.asarray(kernel).reshape(180, 24), compute_uv=False).tolist()

folder, mnist.VALIDATION = sys.argv[1], 40
small = {"spec": SPEC, "steps": 3, "batch": 12, "warped_copies": 1}
scene_command.SCENE_STAGES = {k: dataclasses.replace(v, **small) for k, v in scene_command.SCENE_STAGES.items()}
options = ["--data", f"{folder}/digits.npz", "--out", f"{folder}/scene.safetensors", "--epochs", "2", "--seed", "3"]
out["status"] = train.main(["scene", *options])

import aecore
model = aecore.load_model(f"{folder}/scene.safetensors")
networks = networks_of(model.spec)
set_weights(model.weights, *networks.values())
given = {"scene": rng.random((3, 40, 56, 1), np.float32)}
made = connect(model.spec, networks, ["classes", "spots"])(given)
out["apart"] = [float(np.abs(np.asarray(made[name]) - model.run(given, name)).max()) for name in made]
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("scenes")
    labels = np.arange(220) % 10
    tiles = np.stack([frame_of(250, 20, 7 + label) for label in labels])
    np.savez(made / "digits.npz", x_train=tiles[20:], y_train=labels[20:], x_test=tiles[:20], y_test=labels[:20])
    points = np.stack([np.full(60, 25), np.linspace(0, 100, 60)], axis=1)
    np.savez(
        made / FILE,
        points=np.tile(points, (4, 1)).astype(np.int16),
        stroke_offsets=np.arange(0, 241, 60, dtype=np.int32),
        digit_offsets=np.arange(5, dtype=np.int32),
        labels=np.ones(4, np.uint8),
        writers=np.arange(1, 5, dtype=np.uint8),
    )
    return made


@pytest.fixture(scope="module")
def trained(folder: Path, run_python: Callable[..., Any]) -> dict[str, Any]:
    done = run_python("-c", CODE, str(folder), AECORE_DATA=str(folder))
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert result["status"] == 0, done.stderr
    return result


def test_the_losses_are_the_same_in_keras_and_in_numpy(trained: dict[str, Any]) -> None:
    assert trained["class"] < 1e-3  # of up to 80
    assert trained["spot"] < 1e-2  # of up to 800


def test_muon_makes_the_updates_of_kernels_nearly_orthogonal(trained: dict[str, Any]) -> None:
    singular = trained["singular"]
    assert max(singular) / min(singular) < 2.5
    assert np.mean(singular) == pytest.approx(0.1 * 0.2 * np.sqrt(180), rel=0.25)


def test_numpy_agrees_with_keras(trained: dict[str, Any]) -> None:
    assert max(trained["apart"]) < 1e-4


@pytest.mark.usefixtures("trained")
def test_the_card_says_how_the_model_was_trained(folder: Path) -> None:
    model = aecore.load_model(folder / "scene.safetensors")
    assert isinstance(model, SceneReader)
    card = model.card
    assert card["command"] == "python -m aecore.train scene --epochs 2 --seed 3"
    assert [len(card["stages"][stage]["curve"]) for stage in ("first", "again")] == [2, 2]
    assert "pen trajectories" in card["data"]
    assert set(card["metrics"]) == {"validation_pixels_wrong", "test_pixels_wrong"}
    assert [path for path in folder.iterdir() if path.suffix not in (".npz", ".safetensors")] == []


def test_the_preset_reads_canvases_of_any_allowed_size() -> None:
    assert SCENES.spec.parameter_count < 1_900_000  # one byte each, in two megabytes
    assert SCENES.spec.total_stride == 16
    SCENES.spec.at(256, 256)  # raises where a layer would be too large
