"""What becomes of trained weights, on random ones: no training is needed, and no Keras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aecore import corrupt
from aecore.core.model import Model
from aecore.data.dataset import Dataset, Split
from aecore.tasks.denoise import Denoise
from aecore.training import finish as module
from aecore.training.finish import finish
from aecore.training.presets import PRESETS, Preset
from tests.aecore.conftest import TINY
from tests.aecore.tasks.examples import COLORIZE, OUTLINE, patches, squares
from tests.architectures import random_weights

PRESET = replace(PRESETS["mlp"], spec=TINY)


@pytest.fixture(scope="module")
def data(blobs: np.ndarray) -> Dataset:
    stored = np.rint(blobs * 255).astype(np.uint8)
    return Dataset("strokes", "Strokes", Split(stored[:400]), Split(stored[400:500]), Split(stored[500:]), "strokes")


def finished(preset: Preset, data: Dataset) -> tuple[Model, Model]:
    """The model of random weights, and what `finish` makes of it."""
    weights = random_weights(preset.spec, seed=3)
    return Model(preset.spec, weights, None, {}), finish(preset, weights, data, {"seed": 0}, samples=64)


@pytest.mark.parametrize("kind", ["redraw", "colour"])
def test_latents_become_white_and_outputs_stay(kind: str, data: Dataset) -> None:
    preset, data = (PRESET, data) if kind == "redraw" else (COLORIZE, patches(200))
    before, after = finished(preset, data)
    inputs = preset.task.clean_inputs(data.train.as_float(), None)
    latents = after.run(inputs, "encoder")
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(4), atol=0.05)
    np.testing.assert_allclose(after.run(inputs, "decoder"), before.run(inputs, "decoder"), atol=0.01)  # rounding
    assert after.statistics is not None
    assert (np.diff(after.statistics.effect) <= 0).all()


def test_the_card_has_the_figures_of_the_finished_model(data: Dataset) -> None:
    _, after = finished(PRESET, data)
    for name, split in (("validation", data.validation), ("test", data.test)):
        images = split.as_float()
        drawn = after.run({"image": images[..., None]}, "decoder")[..., 0].clip(0, 1)
        assert after.card["metrics"][f"{name}_mse"] == pytest.approx(np.mean((drawn - images) ** 2), abs=1e-6)
    assert after.card["seed"] == 0


def test_a_denoiser_is_measured_on_corrupted_images_and_encodes_clean_ones(data: Dataset) -> None:
    _, after = finished(replace(PRESET, task=Denoise("gaussian", 0.5)), data)
    _, plain = finished(PRESET, data)
    given = corrupt(data.test.as_float(), "gaussian", 0.5, np.random.default_rng(0))
    drawn = after.run({"image": given[..., None]}, "decoder")[..., 0].clip(0, 1)
    assert after.card["metrics"]["test_mse"] == pytest.approx(np.mean((drawn - data.test.as_float()) ** 2), abs=1e-6)
    for name, weights in plain.weights.items():
        np.testing.assert_array_equal(after.weights[name], weights)


def test_without_a_latent_weights_are_rounded_and_measured() -> None:
    before, after = finished(OUTLINE, squares(80))
    assert (after.statistics, after.mixture, after.task) == (None, None, "scene")
    assert set(after.card["metrics"]) == {
        f"{split}_{name}" for split in ("validation", "test") for name in ("right", "heat")
    }
    for name, weights in before.weights.items():
        np.testing.assert_allclose(after.weights[name], weights, atol=2e-3)


def test_large_pictures_are_looked_at_in_fewer_samples(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOPES", 8 * 4 * 784)  # eight samples
    _, after = finished(PRESET, data)
    latents = after.run({"image": data.train.as_float()[..., None]}, "encoder")
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(4), atol=0.05)


def test_large_data_are_encoded_in_parts(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = finished(PRESET, data)
    monkeypatch.setattr(module, "AT_ONCE", 256)
    _, parts = finished(PRESET, data)
    for name, weights in whole.weights.items():
        np.testing.assert_array_equal(parts.weights[name], weights)
