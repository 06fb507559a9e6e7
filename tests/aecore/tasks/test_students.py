"""The shipped students: small, and so near to their teachers that they can be exchanged while somebody looks."""

from __future__ import annotations

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.core.model_file import part
from aecore.data.dataset import Dataset
from aecore.data.strokes import sample_image
from aecore.data.synthetic import synthetic_digits
from aecore.evaluation import measures
from aecore.evaluation.students import move_attributes, move_sliders
from aecore.latent.directions import load_directions
from aecore.tasks import Autoencoder, load, load_student
from aecore.training.presets import STUDENTS

NAMES = list(STUDENTS)
ENCODER_BYTES, DECODER_BYTES = 90_000, 110_000


def student_of(name: str) -> Autoencoder:
    student = load_student(name)
    assert student is not None
    return student


def psnr(wanted: np.ndarray, drawn: np.ndarray) -> float:
    return measures.psnr(wanted, drawn)


@pytest.mark.parametrize("name", NAMES)
def test_a_student_has_its_teachers_latent_and_sliders(name: str) -> None:
    teacher, student = load(name), student_of(name)
    assert student.spec == STUDENTS[name].spec
    assert student.latent_dim == teacher.latent_dim
    assert student.image_shape == teacher.image_shape
    assert student.statistics == teacher.statistics
    assert student.card["teacher_sha256"] == pretrained.sha256(name)
    assert {"command", "data", "seed", "epochs", "hyperparameters", "versions", "curves", "metrics"} <= set(
        student.card
    )
    assert f"student of {name}" not in aecore.available()


@pytest.mark.parametrize("name", NAMES)
def test_its_parts_arrive_soon_on_a_slow_line(name: str) -> None:
    path = pretrained.student(name)
    assert path is not None
    assert len(part(path.read_bytes(), "encoder")) <= ENCODER_BYTES
    assert len(part(path.read_bytes(), "decoder")) <= DECODER_BYTES


@pytest.fixture(scope="module")
def drawings() -> np.ndarray:
    """Digits of several pens, which no training has seen, and the samples."""
    return np.concatenate([synthetic_digits(seed=77, drawings=400).train.images, [sample_image(i) for i in range(10)]])


@pytest.mark.parametrize("name", NAMES)
def test_drawings_change_hardly_when_the_teacher_takes_over(name: str, drawings: np.ndarray) -> None:
    teacher, student = load(name), student_of(name)
    latents, own = teacher.encode(drawings), student.encode(drawings)
    rng = np.random.default_rng(0)
    assert np.abs(own - latents).mean() <= 0.15
    assert psnr(teacher.decode(latents), student.decode(latents)) >= 27
    assert psnr(teacher.decode(latents), student.decode(own)) >= 25
    for moved in (
        move_sliders(latents, teacher, rng),
        move_attributes(latents, teacher, load_directions(name), rng),
        teacher.mixture.sample(1000, rng),
    ):
        assert psnr(teacher.decode(moved), student.decode(moved)) >= 27


@pytest.mark.parametrize("name", NAMES)
def test_digits_change_hardly_when_the_teacher_takes_over(name: str, mnist: Dataset) -> None:
    teacher, student, images = load(name), student_of(name), mnist.test.as_float(slice(2000))
    latents, own = teacher.encode(images), student.encode(images)
    assert np.abs(own - latents).mean() <= 0.15
    assert psnr(teacher.decode(latents), student.decode(latents)) >= 27
    assert psnr(teacher.decode(latents), student.decode(own)) >= 25
