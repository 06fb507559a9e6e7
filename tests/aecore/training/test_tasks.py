"""Train what is no autoencoder: two inputs and a latent in colour, two outputs without a latent, a mask for sound.

All in one process of its own, through the same functions as every preset.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore import ModelFileError, load_model, save_model
from aecore.core.model import Model
from aecore.core.model_file import parse_model
from tests.aecore.tasks.examples import COLORIZE, patches, squares

TRAIN = """
import json, sys
from pathlib import Path
from aecore.core.model_file import save_model
from aecore.training.card import model_card
from aecore.training.finish import finish
from aecore.training.fit import train
from aecore.training.presets import PRESETS
from aecore.training.preview import Preview
from tests.aecore.tasks.examples import CLEAN, COLORIZE, OUTLINE, patches, squares, tones

folder, out = Path(sys.argv[1]), {}
for name, preset, data in (("colour", COLORIZE, patches()), ("scene", OUTLINE, squares()), ("sound", CLEAN, tones())):
    def stop(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt
    train(preset, data, folder / name, 0, on_epoch=stop)
    trained = train(preset, data, folder / name, 0, resume=True)
    preview = Preview(preset, data, 0)
    preview.connect(trained)
    card = model_card(preset, name, data, trained.progress, 0)
    save_model(finish(preset, trained.weights, data, card), folder / f"{name}.safetensors")
    out[name] = preview.draw()
try:
    train(PRESETS["mlp"], patches(), folder / "wrong", 0)
except ValueError as error:
    out["wrong"] = str(error)
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("tasks")
    return made


@pytest.fixture(scope="module")
def previews(folder: Path, run_python: Callable[..., Any]) -> dict[str, Any]:
    done = run_python("-c", TRAIN, str(folder))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def model(folder: Path, name: str) -> Model:
    return parse_model((folder / f"{name}.safetensors").read_bytes(), name)


@pytest.mark.parametrize("name", ["colour", "scene", "sound"])
def test_the_error_falls_over_an_interrupt(folder: Path, previews: dict[str, Any], name: str) -> None:
    training, validation = np.array(model(folder, name).card["curve"]).T
    assert len(training) >= 10
    assert training[-1] < 0.6 * training[0]
    assert validation[-1] < 0.7 * validation[0]


def test_a_few_numbers_hold_the_colours(folder: Path, previews: dict[str, Any]) -> None:
    colour, data, task = model(folder, "colour"), patches(), COLORIZE.task
    assert (colour.task, colour.latent_dim) == ("painter", 4)
    batch = task.examples(data.test.as_float(), None, np.random.default_rng(0))
    grey = task.metrics["mse"](batch, {"decoder": np.zeros_like(batch.targets["decoder"])})
    assert colour.card["metrics"]["test_mse"] < 0.3 * grey
    # Its latents are white, and ordered by what they do to the picture.
    latents = colour.run(task.clean_inputs(data.train.as_float(), None), "encoder")
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(4), atol=0.05)
    assert colour.statistics is not None
    assert (np.diff(colour.statistics.effect) <= 0).all()
    assert colour.mixture is not None
    # The latent of one picture gives its colours to another, whose luminance stays.
    luminance = batch.inputs["luminance"][:1].repeat(5, axis=0)
    some = {name: array[:5] for name, array in batch.inputs.items()}
    palettes = colour.run({"luminance": luminance, "encoder": colour.run(some, "encoder")}, "decoder")
    assert np.std(palettes, axis=0).mean() > 0.01


def test_a_network_without_a_latent_finds_things_on_any_canvas(folder: Path, previews: dict[str, Any]) -> None:
    scene = model(folder, "scene")
    assert (scene.latent_dim, scene.statistics, scene.mixture) == (0, None, None)
    assert scene.card["metrics"]["test_right"] > 0.9
    large = squares(40, seed=1).train.as_float().repeat(1, axis=1)
    canvas = np.concatenate([large[:10], large[10:20]], axis=2)[..., None]  # (10, 24, 40, 1)
    found = scene.run({"image": canvas}, "classes").argmax(axis=-1)
    assert found.shape == (10, 24, 40)
    assert (found[canvas[..., 0] == 0] == 0).mean() > 0.9


def test_a_mask_is_learned_from_sounds(folder: Path, previews: dict[str, Any]) -> None:
    sound = model(folder, "sound")
    assert sound.card["metrics"]["test_error"] < 0.1
    assert sound.card["data"] == "Tones: 400 training tones, 200 for validation"
    assert sound.card["hyperparameters"]["task"] == "clean"


def test_a_preview_shows_what_goes_in_and_what_comes_out(previews: dict[str, Any]) -> None:
    assert previews["colour"]["shape"] == [16, 16, 3]
    assert len({len(previews["colour"][name]) for name in ("clean", "given", "redrawn")}) == 1
    assert previews["colour"]["axes"] == 3
    assert np.array(previews["colour"]["points"]).shape == (200, 2)
    assert previews["scene"]["given"] is None
    assert (previews["scene"]["points"], previews["scene"]["axes"]) == ([], 0)


def test_data_that_do_not_fit_are_refused_before_training(previews: dict[str, Any]) -> None:
    assert previews["wrong"] == "The input image is 28 x 28 x 1 in these networks, and 16 x 16 x 3 in patches."


def test_readers_of_models_say_which_task_they_do_not_know(folder: Path, previews: dict[str, Any]) -> None:
    with pytest.raises(ModelFileError, match="'painter'"):
        load_model(folder / "colour.safetensors")


@pytest.mark.parametrize("name", ["colour", "scene", "sound"])
def test_models_of_other_tasks_survive_their_file(
    folder: Path, previews: dict[str, Any], name: str, tmp_path: Path
) -> None:
    before = model(folder, name)
    save_model(before, tmp_path / f"{name}.safetensors")
    after = model(tmp_path, name)
    assert (after.spec, after.task, after.statistics) == (before.spec, before.task, before.statistics)
    assert dict(after.card) == dict(before.card)
    for key, weights in before.weights.items():
        np.testing.assert_array_equal(after.weights[key], weights)
