"""Train an encoder on while its decoder stays, through the command, on strokes and a few pen trajectories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import aecore
from aecore.data.mnist import load_mnist
from aecore.tasks import load_model
from tests.conftest import write_strokes
from tests.pens import write_pens

CODE = """
import dataclasses, os, sys
from aecore.training import command, presets
recipe, end_weight = presets.ENCODERS["default_encoder"], float(os.environ.get("END_WEIGHT", 1))
changes = {"drawings": 0, "warped_copies": 1, "epochs": 3, "end_weight": end_weight}  # warped from the second one on
command.KNOWN["default_encoder"] = dataclasses.replace(recipe, **changes)
sys.exit(command.main(sys.argv[1:]))
"""


def test_the_encoder_learns_and_every_latent_keeps_its_image(tmp_path: Path, run_python: Callable[..., Any]) -> None:
    data = write_strokes(tmp_path / "strokes.npz", training=300, test=10, seed=3)
    write_pens(tmp_path, (1, 2, 3, 30))
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    base = ["-c", CODE, "default_encoder", "--data", str(data), "--seed", "1", "--out"]
    for out, start in ((first, []), (second, ["--start", str(first)])):
        done = run_python(*base, str(out), *start, AECORE_DATA=str(tmp_path))
        assert done.returncode == 0, done.stderr

    shipped, model, further = aecore.load("default"), load_model(first), load_model(second)
    images = load_mnist(data).validation.as_float(slice(200))
    latents = np.random.default_rng(0).standard_normal((50, 16), np.float32)
    np.testing.assert_array_equal(model.decode(latents), shipped.decode(latents))
    assert not np.array_equal(model.encode(images), shipped.encode(images))
    errors = [np.square(one.reconstruct(images) - images).mean() for one in (shipped, model, further)]
    assert errors[1] < 0.9 * errors[0]
    assert errors[2] < errors[1]
    assert model.statistics.effect == shipped.statistics.effect
    assert model.mixture is not None

    known = len(shipped.card.get("further", []))
    assert {key: model.card[key] for key in ("preset", "seed", "epochs")} == {
        key: shipped.card[key] for key in ("preset", "seed", "epochs")
    }
    assert len(model.card["further"]) == known + 1
    assert len(further.card["further"]) == known + 2
    own = model.card["further"][-1]
    assert own["command"] == "python -m aecore.train default_encoder --seed 1"
    assert own["hyperparameters"]["frozen"] == ["decoder"]
    assert model.card["seconds"] == shipped.card["seconds"] + own["seconds"]
    assert model.card["metrics"]["validation_mse"] != shipped.card["metrics"]["validation_mse"]


def test_the_weights_can_be_an_average_with_those_before(tmp_path: Path, run_python: Callable[..., Any]) -> None:
    data, out = write_strokes(tmp_path / "strokes.npz", training=100, test=10, seed=3), tmp_path / "same.safetensors"
    write_pens(tmp_path, (1, 2, 3, 30))
    given = ["-c", CODE, "default_encoder", "--data", str(data), "--epochs", "1", "--out", str(out)]
    done = run_python(*given, AECORE_DATA=str(tmp_path), END_WEIGHT="0")
    assert done.returncode == 0, done.stderr
    images = load_mnist(data).validation.as_float(slice(50))
    np.testing.assert_allclose(load_model(out).encode(images), aecore.load("default").encode(images), atol=0.02)


def test_without_trajectories_it_is_said_how_to_get_them(tmp_path: Path, run_python: Callable[..., Any]) -> None:
    data = write_strokes(tmp_path / "strokes.npz", training=20, test=10, seed=3)
    out = tmp_path / "encoder.safetensors"
    done = run_python("-c", CODE, "default_encoder", "--data", str(data), "--out", str(out), AECORE_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "Pen trajectories are read from pen_strokes.npz" in done.stderr
    assert not out.exists()
