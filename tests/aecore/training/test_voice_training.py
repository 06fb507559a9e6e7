"""Train the models of voices for real, on tones, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aecore
from aecore.data import noises, spoken_digits
from aecore.tasks import Voice, VoiceDenoiser
from aecore.training.voice_presets import VOICE, VOICE_DENOISER
from tests.aecore.voices import write_noises, write_spoken_digits, write_spoken_words

# The losses in Keras against NumPy, two trainings, and the networks in Keras against NumPy.
CODE = """
import dataclasses, json, sys
import keras, numpy as np
from aecore import train
from aecore.core.keras_model import connect, networks_of, set_weights
from aecore.tasks import voice_stage
from aecore.training import voice_command
from tests.aecore.voices import SPEC, VOICE_SPEC

out, rng = {}, np.random.default_rng(0)
wanted, made = rng.normal(size=(2, 9, 128, 4)).astype(np.float32), rng.random((2, 9, 128, 1), np.float32)
for name in ("wave", "loudness"):
    loss = getattr(voice_stage, f"{name}_loss")
    out[name] = float(np.abs(np.asarray(loss(keras.ops, wanted, made)) - loss(np, wanted, made)).max())

folder = sys.argv[1]
changes = {"epochs": 2, "steps": 2, "batch": 8, "jit": False}  # compiling takes longer than training
voice_command.VOICE_DENOISER = dataclasses.replace(voice_command.VOICE_DENOISER, spec=SPEC, **changes)
voice_command.VOICE = dataclasses.replace(voice_command.VOICE, spec=VOICE_SPEC, **changes)
out["apart"] = {}
import aecore
for preset, given, want in (("voice_denoiser", "sound", "mask"), ("voice", "image", "decoder")):
    options = ["--out", f"{folder}/{preset}.safetensors", "--epochs", "2", "--seed", "3"]
    out[preset] = train.main([preset, *options])
    model = aecore.load_model(f"{folder}/{preset}.safetensors")
    networks = networks_of(model.spec)
    set_weights(model.weights, *networks.values())
    inputs = {given: rng.random((3, 64, 64, 1), np.float32)}
    kept = connect(model.spec, networks, [want])(inputs)[want]
    out["apart"][preset] = float(np.abs(np.asarray(kept) - model.run(inputs, want)).max())
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("voices")
    write_spoken_digits(made / spoken_digits.FILE)
    write_spoken_words(made / spoken_digits.WORDS)
    write_noises(made / noises.FILE)
    return made


@pytest.fixture(scope="module")
def trained(folder: Path, run_python: Callable[..., Any]) -> dict[str, Any]:
    done = run_python("-c", CODE, str(folder), AECORE_DATA=str(folder))
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert result["voice_denoiser"] == result["voice"] == 0, done.stderr
    return result


def test_the_losses_are_the_same_in_keras_and_in_numpy(trained: dict[str, Any]) -> None:
    assert trained["wave"] < 1e-4
    assert trained["loudness"] < 1e-4


def test_numpy_agrees_with_keras(trained: dict[str, Any]) -> None:
    assert max(trained["apart"].values()) < 1e-4


@pytest.mark.usefixtures("trained")
def test_the_cards_say_how_the_models_were_trained(folder: Path) -> None:
    denoiser = aecore.load_model(folder / "voice_denoiser.safetensors")
    assert isinstance(denoiser, VoiceDenoiser)
    assert denoiser.card["command"] == "python -m aecore.train voice_denoiser --epochs 2 --seed 3"
    assert "Speech Commands" in denoiser.card["data"]
    assert denoiser.card["hyperparameters"]["recorded_noises"] == 4
    assert set(denoiser.card["metrics"]) == {"validation_db", "test_db"}
    voice = aecore.load_model(folder / "voice.safetensors")
    assert isinstance(voice, Voice)
    assert "CC BY-SA 4.0" in voice.card["data"]
    assert set(voice.card["metrics"]) == {"validation_mse", "test_mse"}
    assert voice.mixture is not None
    assert list(folder.glob("*.checkpoint*")) == []


def test_the_presets_fit_into_one_and_three_megabytes() -> None:
    assert VOICE_DENOISER.spec.parameter_count < 960_000
    assert VOICE.spec.parameter_count < 2_900_000
    VOICE_DENOISER.spec.at(128, 128)  # raises where a layer would be too large
