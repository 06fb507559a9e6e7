"""The shipped denoiser with a spatial latent: its file and card, and what the bottleneck of the other one costs."""

from __future__ import annotations

import json

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.core.tensor_file import read_header
from aecore.data.dataset import Split
from aecore.data.mnist import HOW_TO_GET, load_mnist, mnist_path
from aecore.evaluation.measures import psnr
from aecore.tasks import SpatialDenoiser
from aecore.training.spatial_presets import SPATIAL_MODELS

NAME = "denoiser_wide"
FIGURES = pretrained.MODELS.parent / "evaluation.json"


@pytest.fixture(scope="module")
def model() -> SpatialDenoiser:
    loaded: SpatialDenoiser = aecore.load(NAME)
    return loaded


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Return 200 validation digits; tests are skipped where there is no MNIST."""
    if mnist_path() is None:
        pytest.skip(HOW_TO_GET)
    held_out: Split = load_mnist().validation
    return held_out.as_float(slice(200))


def test_it_is_listed_apart_from_models_of_sixteen_numbers_and_at_most_two_megabytes() -> None:
    assert aecore.available("spatial_denoiser") == [NAME]
    assert NAME not in aecore.available()
    assert pretrained.path(NAME).stat().st_size <= 2_000_000
    assert read_header(pretrained.path(NAME).read_bytes())["task"] == "spatial_denoiser"


def test_it_is_what_the_preset_trains_and_nothing_leads_around_the_latent(model: SpatialDenoiser) -> None:
    preset = SPATIAL_MODELS[NAME]
    assert model.spec == preset.spec
    assert model.latent_size == 7 * 7 * 8
    assert model.spec.needed("decoder", ("encoder",)) == ["decoder"]
    card = model.card
    assert card["command"].startswith(f"python -m aecore.train {NAME}")
    assert card["epochs"] == preset.epochs == len(card["curve"])
    assert {"data", "seed", "seconds", "versions", "metrics"} <= set(card)
    assert card["denoising"] == json.loads(FIGURES.read_text(encoding="utf-8"))["denoising"]


@pytest.mark.parametrize(
    ("kind", "level", "mean", "gain"),
    [("gaussian", 0.25, 0, 2.0), ("gaussian", 0.5, 0, 0.8), ("gaussian", 0.5, 0.5, 0.9), ("occlusion", 2 / 7, None, 3)],
)
def test_it_denoises_better_than_sixteen_numbers_can(
    model: SpatialDenoiser, digits: np.ndarray, kind: str, level: float, mean: float | None, gain: float
) -> None:
    noisy = aecore.corrupt(digits, kind, level, np.random.default_rng(0), mean)
    wide, narrow = (psnr(digits, one.reconstruct(noisy)) for one in (model, aecore.load("denoiser")))
    assert wide > narrow + gain


def test_a_clean_digit_stays_as_it_is(model: SpatialDenoiser, digits: np.ndarray) -> None:
    assert psnr(digits, model.reconstruct(digits)) > 28
