from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aecore import Autoencoder
from aecore.data.dataset import Dataset, to_float
from aecore.data.synthetic import synthetic_digits
from aecore.training.lessons import Lesson, Run, held_out_lessons, lessons, slider_moves
from aecore.training.presets import Distillation
from tests.aecore.conftest import TINY


def run_by(model: Autoencoder) -> Run:
    """Run the networks of a model in NumPy."""
    return lambda name, given: model.run({model.spec.networks[name].reads[0]: given}, name)


RECIPE = Distillation(TINY, warped_copies=2, drawings=0.25, draws=0.5, moves=1.5)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return synthetic_digits(drawings=50)  # 200 to train on


def test_networks_learn_their_teachers_outputs(tiny: Autoencoder, data: Dataset) -> None:
    for found in (
        lessons(tiny, run_by(tiny), data.train, RECIPE, 0, lambda line: None),
        held_out_lessons(run_by(tiny), data.validation, lambda line: None),
    ):
        encoder, decoder = found["encoder"], found["decoder"]
        np.testing.assert_allclose(tiny.encode(to_float(encoder.given)), encoder.wanted, atol=1e-5)
        np.testing.assert_allclose(tiny.decode(decoder.given), to_float(decoder.wanted), atol=0.6 / 255)
        np.testing.assert_array_equal(decoder.given[: len(encoder.wanted)], encoder.wanted)


def test_there_are_as_many_as_the_recipe_says(tiny: Autoencoder, data: Dataset) -> None:
    found = lessons(tiny, run_by(tiny), data.train, RECIPE, 0, lambda line: None)
    images = 3 * (200 + 50)
    assert len(found["encoder"].given) == len(found["encoder"].wanted) == images
    assert len(found["decoder"].given) == len(found["decoder"].wanted) == images + 100 + 300
    plain = lessons(dataclasses.replace(tiny, mixture=None), run_by(tiny), data.train, RECIPE, 0, lambda line: None)
    assert len(plain["decoder"].given) == images + 300


def test_the_same_seed_gives_the_same_lessons(tiny: Autoencoder, data: Dataset) -> None:
    one, same, other = (lessons(tiny, run_by(tiny), data.train, RECIPE, seed, lambda line: None) for seed in (1, 1, 2))
    for name in ("encoder", "decoder"):
        np.testing.assert_array_equal(one[name].given, same[name].given)
        assert (one[name].given != other[name].given).any()


def test_an_epoch_has_every_example_once(tiny: Autoencoder, data: Dataset) -> None:
    lesson = held_out_lessons(run_by(tiny), data.train, lambda line: None)["decoder"]
    batches = list(lesson.batches(64, np.random.default_rng(0)))
    assert [len(given) for given, _ in batches] == [64, 64, 64, 8]
    assert {wanted.shape[1:] for _, wanted in batches} == {(28, 28, 1)}
    found = np.concatenate([given for given, _ in batches])
    assert (found != lesson.given).any()
    np.testing.assert_array_equal(np.sort(found, axis=0), np.sort(lesson.given, axis=0))
    given, wanted = Lesson(lesson.wanted, lesson.given).as_floats()
    assert (given.shape[1:], given.dtype, float(given.max()) <= 1) == ((28, 28, 1), np.float32, True)
    assert wanted is lesson.given


def test_sliders_move_one_number_or_all_within_their_ranges(tiny: Autoencoder, blobs: np.ndarray) -> None:
    low, high = (np.array(ends, np.float32) for ends in (tiny.statistics.low, tiny.statistics.high))
    latents = tiny.encode(blobs).clip(low, high)
    moved = slider_moves(tiny.statistics, latents, 401, np.random.default_rng(0))
    assert (moved.shape, moved.dtype) == ((401, 4), np.float32)
    assert ((moved >= low) & (moved <= high)).all()
    same = (moved[:, None, :] == latents[None]).sum(axis=2).max(axis=1)  # numbers that one of the latents has, too
    assert (same[:200] >= 3).all()
    assert (same[200:] < 3).mean() > 0.9
    assert ((moved - low) / (high - low)).min() < 0.02  # up to the ends
    assert ((moved - low) / (high - low)).max() > 0.98
