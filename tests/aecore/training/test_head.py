"""Train a head for real, beside an autoencoder and on a frozen latent, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aecore
from tests.conftest import write_strokes

TOLD = 0.9  # of all digits, where a guess is right for half of them

CODE = """
import dataclasses, json, sys
from aecore import train
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.tasks import load_model
from aecore.training import command, head_command, presets

folder, data = sys.argv[1:]
small = Spec.autoencoder((Flatten(), Dense(32, "relu"), Dense(16)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))
changes = {"spec": small, "epochs": 2, "warped_copies": 0, "batch": 32, "start_from": None}
command.KNOWN["joint"] = dataclasses.replace(presets.PRESETS["joint"], **changes)
out = {"joint": train.main(["joint", "--data", data, "--out", f"{folder}/joint.safetensors"])}
head_command.load = lambda name: load_model(f"{folder}/joint.safetensors")
head_command.HEAD_RECIPES = {"default_head": dataclasses.replace(presets.HEAD_ALONE, warped_copies=1, batch=32)}
options = ["--data", data, "--epochs", "8", "--out", f"{folder}/default_head.safetensors"]
out["head"] = train.main(["default_head", *options])
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, run_python: Callable[..., Any]) -> Path:
    made: Path = tmp_path_factory.mktemp("heads")
    data = write_strokes(made / "strokes.npz", training=600, test=200, seed=5)
    with np.load(data) as file:
        arrays = dict(file)
    for split in ("train", "test"):  # 0 or 1: on which side there is more ink
        sides = arrays[f"x_{split}"].sum(axis=1, dtype=np.int64).reshape(-1, 2, 14).sum(axis=2)
        arrays[f"y_{split}"] = sides.argmax(axis=1).astype(np.uint8)
    np.savez(data, **arrays)
    done = run_python("-c", CODE, str(made), str(data))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"joint": 0, "head": 0}, done.stderr
    return made


def test_a_head_beside_an_autoencoder_is_left_out_of_its_file(folder: Path) -> None:
    joint = aecore.load_model(folder / "joint.safetensors")
    assert isinstance(joint, aecore.Autoencoder)
    assert list(joint.spec.networks) == ["encoder", "decoder"]
    head = joint.card["hyperparameters"]["head"]
    assert [layer["units"] for layer in head["layers"]] == [128, 10]
    assert head["weight"] > 0
    assert set(joint.card["metrics"]) == {"validation_mse", "test_mse"}


def test_a_head_alone_learns_from_the_latents_of_a_model_and_of_warped_digits(folder: Path) -> None:
    head = aecore.load_model(folder / "default_head.safetensors")
    assert isinstance(head, aecore.Head)
    assert "1,200 training latents of digits" in head.card["data"]
    assert head.card["command"] == "python -m aecore.train default_head --epochs 8 --seed 0"
    assert head.card["of"] == "default"
    assert head.card["metrics"]["test_accuracy"] > TOLD
