"""Distil for real. Each training is a process of its own, for TensorFlow is kept out of the tests'."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore import Autoencoder, save_model
from aecore.core import pretrained
from aecore.data.synthetic import synthetic_digits
from aecore.tasks import load, load_model
from tests.conftest import write_strokes
from tests.server import ROOT

DRAWINGS = 200  # 800 digits to train on
SMALL = """
import sys
from aecore import Spec, load_model, save_model
from aecore.core.spec import Conv2D, Dense, Flatten, Reshape
from aecore.data.synthetic import synthetic_digits
from aecore.training.distillation import distill
from aecore.training.presets import Distillation

spec = Spec.autoencoder(
    encoder=(Conv2D(2, 3, 4, "silu"), Flatten(), Dense(8, "silu"), Dense(4)),
    decoder=(Dense(16, "tanh"), Dense(784, "sigmoid"), Reshape((28, 28, 1))),
)
recipe = Distillation(spec, epochs=6, batch=32, learning_rate=0.01, warped_copies=1)
data = synthetic_digits(drawings=int(sys.argv[3]))
save_model(distill(load_model(sys.argv[1]), data, recipe, {"teacher": "tiny"}, 0, print), sys.argv[2])
"""


@pytest.fixture
def small(tiny: Autoencoder, run_python: Callable[..., Any], tmp_path: Path) -> Autoencoder:
    """A student of `tiny`."""
    save_model(tiny, tmp_path / "tiny.safetensors")
    done = run_python(
        "-c", SMALL, str(tmp_path / "tiny.safetensors"), str(tmp_path / "small.safetensors"), f"{DRAWINGS}"
    )
    assert done.returncode == 0, done.stderr
    assert "decoder: epoch 6/6  training error 0." in done.stdout
    return load_model(tmp_path / "small.safetensors")


def test_a_student_comes_near_to_its_teacher(small: Autoencoder, tiny: Autoencoder) -> None:
    for curve in small.card["curves"].values():
        assert len(curve) == 6
        for first, last in zip(curve[0], curve[-1], strict=True):
            assert last < 0.5 * first
    assert small.card["teacher"] == "tiny"
    assert (small.statistics, small.mixture) == (tiny.statistics, None)

    images = synthetic_digits(drawings=DRAWINGS).test.as_float()
    latents, own = tiny.encode(images), small.encode(images)
    wanted, drawn = tiny.decode(latents), small.decode(latents)
    figures = {
        "mse": np.mean((small.decode(own) - images) ** 2),
        "picture_mse": np.mean((drawn - wanted) ** 2),
        "latent_difference": np.mean(np.abs(own - latents)),
    }
    assert figures == pytest.approx({name: small.card["metrics"][f"test_{name}"] for name in figures}, abs=2e-6)
    assert figures["picture_mse"] < 0.25 * wanted.var(axis=0).mean()  # an average picture would have all of it
    assert figures["latent_difference"] < 0.4


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of strokes in Keras' layout: 100 to train on, 5,000 for validation."""
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=100, test=10, seed=6)


def test_the_command_writes_a_student_or_says_why_not(
    file: Path, tiny: Autoencoder, run_python: Callable[..., Any], tmp_path: Path
) -> None:
    save_model(tiny, tmp_path / "tiny.safetensors")
    out, folder = tmp_path / "student.safetensors", tmp_path / "folder.safetensors"
    folder.mkdir()
    brief = ["--data", str(file), "--epochs", "1", "--out"]
    runs = {
        "whole": [*brief, str(out)],
        "not writable": [*brief, str(folder)],
        "no data": ["--data", str(tmp_path / "none.npz")],
        "no model": ["--data", str(file), "--model", str(file)],
        "missing": ["--data", str(file), "--model", str(tmp_path / "none.safetensors")],
        "another size": ["--data", str(file), "--model", str(tmp_path / "tiny.safetensors")],
    }
    code = (
        "import json, sys; from aecore.distill import main\n"
        "for run in json.loads(sys.argv[1]):\n"
        "    print(f'= {main([\"default\", *run])}', file=sys.stderr, flush=True)"
    )
    done = run_python("-c", code, json.dumps(list(runs.values())))
    assert "Traceback" not in done.stderr
    parts = dict(zip(runs, done.stderr.split("\n= "), strict=False))
    assert [text[0] for text in done.stderr.split("\n= ")[1:]] == ["0", "1", "1", "1", "1", "1"], done.stderr
    assert f"{folder} cannot be written: " in parts["not writable"]
    assert "There is no file" in parts["no data"]
    assert "strokes.npz is no safetensors file" in parts["no model"]
    assert "The model file none.safetensors is missing" in parts["missing"]
    assert "A student has the shapes of its teacher; of the encoder it has (16,), not (4,)." in parts["another size"]

    student, teacher = load_model(out), load("default")
    assert student.card["teacher_sha256"] == pretrained.sha256("default")
    assert student.card["command"] == "python -m aecore.distill default --epochs 1 --seed 0"
    assert (student.statistics, student.latent_dim, student.mixture) == (teacher.statistics, 16, None)
    assert f"{out}: validation mse 0." in done.stdout


def test_an_interrupt_leaves_nothing_behind(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "student.safetensors"
    command = ["-m", "aecore.distill", "default", "--data", str(file), "--epochs", "5000", "--out", str(out)]
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("encoder: epoch "):
                process.send_signal(signal.SIGINT)
                break
        assert process.stderr.read().endswith("interrupted: nothing saved; the same command begins again\n")
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
