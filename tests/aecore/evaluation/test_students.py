from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aecore import Autoencoder
from aecore.core import pretrained
from aecore.core.model_file import part
from aecore.data.synthetic import synthetic_digits
from aecore.evaluation import measures
from aecore.evaluation.students import evaluate_student, move_attributes, move_sliders
from aecore.latent.directions import load_directions
from aecore.tasks import load


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return synthetic_digits(drawings=50).train.images  # 200


def judge(images: np.ndarray) -> np.ndarray:
    """Tell images with much ink from the others."""
    much = images.mean(axis=(1, 2)) > 0.1
    return np.stack([much, ~much], axis=1).astype(np.float32)


def test_it_measures_how_far_a_student_is_from_its_teacher(images: np.ndarray) -> None:
    teacher = load()
    rng = np.random.default_rng(0)
    weights = {
        name: value + 0.01 * value.std() * rng.standard_normal(value.shape, np.float32)
        for name, value in teacher.weights.items()
    }
    student = dataclasses.replace(teacher, weights=weights)
    file = pretrained.path("default").read_bytes()
    found = evaluate_student("default", student, file, teacher, load_directions(), images, judge, lambda line: None)
    latents, own = teacher.encode(images), student.encode(images)
    assert found.decoded_psnr == pytest.approx(measures.psnr(teacher.decode(latents), student.decode(latents)))
    assert found.reconstruction_psnr == pytest.approx(measures.psnr(teacher.decode(latents), student.decode(own)))
    assert found.latent_difference == pytest.approx(np.abs(own - latents).mean(), rel=1e-4)
    assert found.test_mse == pytest.approx(np.mean((student.decode(own) - images) ** 2), rel=1e-4)
    assert found.teacher_mse == pytest.approx(np.mean((teacher.reconstruct(images) - images) ** 2), rel=1e-4)
    assert found.decoder_bytes == len(part(file, "decoder"))
    for key in ("decoded", "slider", "attribute", "reconstruction"):
        assert getattr(found, f"{key}_psnr") > 30
        assert 0.9 <= getattr(found, f"{key}_agreement") <= 1

    far = dataclasses.replace(student, weights={name: 0.8 * value for name, value in weights.items()})
    farther = evaluate_student("default", far, file, teacher, None, images, judge, lambda line: None)
    assert (farther.attribute_psnr, farther.attribute_agreement) == (None, None)
    for key in ("decoded", "slider", "reconstruction"):
        assert getattr(farther, f"{key}_psnr") < getattr(found, f"{key}_psnr") - 5
        assert getattr(farther, f"{key}_agreement") < getattr(found, f"{key}_agreement")
    assert farther.latent_difference > 2 * found.latent_difference


def test_sliders_move_within_their_ranges(images: np.ndarray) -> None:
    teacher: Autoencoder = load()
    low, high = np.array(teacher.statistics.low, np.float32), np.array(teacher.statistics.high, np.float32)
    latents = teacher.encode(images).clip(low, high)
    one = move_sliders(latents, teacher, np.random.default_rng(0))
    assert ((one != latents).sum(axis=1) == 1).all()
    several = move_attributes(latents, teacher, load_directions(), np.random.default_rng(0))
    assert several.dtype == np.float32
    assert ((several != latents).sum(axis=1) > 8).all()
    for moved in (one, several):
        assert ((moved >= low) & (moved <= high)).all()


def test_a_slider_of_an_attribute_gives_what_it_says(images: np.ndarray) -> None:
    teacher, directions = load(), load_directions()
    far = dataclasses.replace(teacher.statistics, low=(-999,) * 16, high=(999,) * 16)  # so that nothing is cut off
    latents = teacher.encode(images)
    moved = move_attributes(latents, dataclasses.replace(teacher, statistics=far), directions, np.random.default_rng(0))
    change = directions.estimate(moved) - directions.estimate(latents)
    deviations = np.array([direction.deviation for direction in directions.attributes])
    which = (np.abs(change) / deviations).argmax(axis=1)
    others = np.abs(change / deviations)[np.arange(5) != which[:, None]]
    assert others.max() < 1e-2  # one attribute each
    for i, direction in enumerate(directions.attributes):
        values = directions.estimate(moved)[which == i, i]
        assert len(values) > 10
        if direction.known:
            assert values.min() >= max(direction.low, direction.mean - 2 * direction.deviation) - 0.01
            assert values.max() <= min(direction.high, direction.mean + 2 * direction.deviation) + 0.01
        else:
            assert np.abs(change[which == i, i]).max() <= direction.deviation * 1.001
