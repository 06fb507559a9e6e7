"""Train a colorizer for real, on patches of colour, in a process of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import aecore
from aecore.core.chroma import luminance_of, space_to_depth
from aecore.data import cifar10
from aecore.data.cifar10 import read_scans
from aecore.data.dataset import to_bytes
from aecore.tasks import Colorizer, Recolorer
from tests.aecore.colorizers import smooth_pictures

TRAIN, VALIDATION = 256, 60

# The loss functions against the formulas in the open, then all of a training, interrupted once.
CODE = """
import json, sys
import keras, numpy as np
from aecore import train
from aecore.data import cifar10
from aecore.core import color_fields, conditional
from aecore.core.keras_model import connect, networks_of, set_weights

rng, out = np.random.default_rng(0), {}
fields = rng.normal(0, 0.3, (3, 4, 4, color_fields.CHANNELS)).astype(np.float32)
chroma = rng.normal(0, 0.3, (3, 4, 4, 2)).astype(np.float32)
likeliest, basis = color_fields.parts(fields.astype(np.float64))
wanted = []
for residual, axes in zip(chroma.reshape(3, -1) - likeliest, basis):
    covariance = axes.T @ axes + color_fields.NOISE * np.eye(32)
    wanted.append((residual @ np.linalg.solve(covariance, residual) + np.linalg.slogdet(covariance)[1]) / 64)
out["marginal"] = [np.asarray(color_fields.marginal_loss(keras.ops, chroma, fields)).tolist(), wanted]

parameters = rng.normal(0, 0.3, (5, conditional.PARAMETERS)).astype(np.float32)
latents = rng.normal(size=(5, 16)).astype(np.float32)
mixture = conditional.ConditionalMixture.from_parameters(parameters)
constant = 8 * np.log(2 * np.pi)
out["likelihood"] = [
    np.asarray(conditional.negative_log_likelihood(keras.ops, latents, parameters)).tolist(),
    (-(mixture.log_density(latents) + constant) / 16).tolist(),
]

roots = rng.normal(size=(5, 16, 16)).astype(np.float32)
grams, away = roots @ roots.transpose(0, 2, 1), mixture.mean() - latents
out["mean"] = [
    np.asarray(conditional.mean_error(keras.ops, latents, grams, parameters)).tolist(),
    np.einsum("ni,nij,nj->n", away, grams, away).tolist(),
]

folder, cifar10.VALIDATION = sys.argv[1], int(sys.argv[2])
options = ["--data", f"{folder}/photos.npz", "--epochs", "1", "--seed", "3"]
out["status"] = [
    train.main([name, *options, "--out", f"{folder}/{name}.safetensors"]) for name in ("colorizer", "book_colorizer")
]

import aecore
model = aecore.load_model(f"{folder}/colorizer.safetensors")
given = {"luminance": rng.random((8, 16, 16, 4), np.float32)}
networks = networks_of(model.spec)
set_weights(model.weights, *networks.values())
made = connect(model.spec, networks, ["fields", "prior"])(given)
out["apart"] = {
    name: float(np.abs(np.asarray(made[name]) - model.run(given, name)).max()) for name in ("fields", "prior")
}
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos.npz: patches of colour as JPEG scans, TRAIN of them to train on."""
    made: Path = tmp_path_factory.mktemp("colours")
    arrays: dict[str, np.ndarray] = {}
    for split, count in (("train", TRAIN + VALIDATION), ("test", 20)):
        scans = []
        for picture in to_bytes(smooth_pictures(count, count)):
            out = io.BytesIO()
            Image.fromarray(picture).save(out, "JPEG", quality=75)
            data = out.getvalue()
            start = data.index(b"\xff\xda")
            start += 2 + int.from_bytes(data[start + 2 : start + 4], "big")
            arrays["jpeg_header"] = np.frombuffer(data[:start], np.uint8)
            scans.append(data[start:-2])
        arrays[f"scan_{split}"] = np.frombuffer(b"".join(scans), np.uint8)
        arrays[f"offset_{split}"] = np.cumsum([0, *map(len, scans)])
        arrays[f"y_{split}"] = np.zeros(count, np.uint8)
    np.savez(made / "photos.npz", **arrays)
    return made


@pytest.fixture(scope="module")
def trained(folder: Path, run_python: Callable[..., Any]) -> dict[str, Any]:
    done = run_python("-c", CODE, str(folder), str(VALIDATION))
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert result["status"] == [0, 0], done.stderr
    return result


@pytest.fixture(scope="module")
def model(trained: dict[str, Any], folder: Path) -> Colorizer:
    loaded: Colorizer = aecore.load_model(folder / "colorizer.safetensors")
    return loaded


def test_the_losses_are_what_they_stand_for(trained: dict[str, Any]) -> None:
    for name in ("marginal", "likelihood", "mean"):
        np.testing.assert_allclose(*trained[name], rtol=1e-4, atol=1e-5)


def test_numpy_agrees_with_keras(trained: dict[str, Any]) -> None:
    assert all(apart < 1e-5 for apart in trained["apart"].values())


def test_the_card_tells_of_all_stages(model: Colorizer) -> None:
    card = model.card
    assert (card["preset"], card["seed"], card["command"]) == (
        "colorizer",
        3,
        "python -m aecore.train colorizer --epochs 1 --seed 3",
    )
    assert card["data"] == f"CIFAR-10 as JPEG: {TRAIN} training photos, {VALIDATION} for validation, split with seed 0"
    for stage in ("fields", "prior", "shifted", "centred"):
        assert len(card["stages"][stage]["curve"]) == card["stages"][stage]["epochs"] == 1
    assert set(card["metrics"]) == {
        f"{split}_{kind}_mse" for split in ("validation", "test") for kind in ("own", "likely")
    }


def test_latents_of_the_training_photos_are_white_and_ordered(
    model: Colorizer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar10, "VALIDATION", VALIDATION)
    photos, _ = read_scans(folder / "photos.npz")
    order = np.random.default_rng(0).permutation(len(photos))
    latents = model.encode(photos.as_float(np.sort(order[VALIDATION:])))
    assert np.abs(latents.mean(axis=0)).max() < 0.15
    strongest = np.cov(latents, rowvar=False)[:8, :8]  # NOISE holds back the latents of weaker fields
    np.testing.assert_allclose(strongest, np.eye(8), atol=0.15)
    assert model.statistics.effect[0] > model.statistics.effect[-1]


def test_training_taught_it_colours(model: Colorizer) -> None:
    pictures = smooth_pictures(50, 7)
    luminance = luminance_of(pictures)
    grey = np.mean((luminance[..., None] - pictures) ** 2)
    assert np.mean((model.decode(luminance, model.encode(pictures)) - pictures) ** 2) < 0.7 * grey
    parameters = model.run({"luminance": space_to_depth(luminance)}, "prior")
    assert np.isfinite(parameters).all()


def test_the_book_s_network_is_trained_by_the_same_command(trained: dict[str, Any], folder: Path) -> None:
    model = aecore.load_model(folder / "book_colorizer.safetensors")
    assert isinstance(model, Recolorer)
    assert model.card["remark"] == "The book's recipe, of whose thirty epochs this is 1."
    luminance = luminance_of(smooth_pictures(3))
    pictures = model.colorize(luminance)
    assert pictures.shape == (3, 32, 32, 3)
    assert 0 <= pictures.min() <= pictures.max() <= 1
    with pytest.raises(ValueError, match="wanted images"):
        model.colorize(luminance[..., None])
