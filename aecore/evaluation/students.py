"""The evaluation of students: how well each replaces its teacher."""

from __future__ import annotations

import numpy as np

from aecore.core.model_file import part
from aecore.core.progress import Say
from aecore.evaluation import measures
from aecore.evaluation.findings import Student
from aecore.evaluation.measure import SEED, Judge
from aecore.latent.directions import Directions
from aecore.tasks import Autoencoder

REACH = 2  # standard deviations of an attribute, from its mean: the ends of its slider, as on the page


def evaluate_student(
    name: str,
    student: Autoencoder,
    file: bytes,
    teacher: Autoencoder,
    directions: Directions | None,
    images: np.ndarray,
    judge: Judge,
    say: Say,
) -> Student:
    """Return the results of the student, with this model file, of a teacher with these directions, on test images."""
    latents, own = teacher.encode(images), student.encode(images)
    say(f"student of {name}: images encoded")

    def compare(latents: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
        wanted, drawn = teacher.decode(latents), student.decode(theirs)
        agreement = np.mean(judge(wanted).argmax(axis=1) == judge(drawn).argmax(axis=1))
        say(f"student of {name}: {len(wanted):,} images compared")
        return measures.psnr(wanted, drawn), float(agreement)

    moved = move_sliders(latents, teacher, np.random.default_rng(SEED))
    decoded, slider, reconstruction = compare(latents, latents), compare(moved, moved), compare(latents, own)
    attribute: tuple[float | None, float | None] = (None, None)
    if directions:
        moved = move_attributes(latents, teacher, directions, np.random.default_rng(SEED))
        attribute = compare(moved, moved)
    return Student(
        name=name,
        weights=student.spec.parameter_count,
        encoder_bytes=len(part(file, "encoder")),
        decoder_bytes=len(part(file, "decoder")),
        decoded_psnr=decoded[0],
        decoded_agreement=decoded[1],
        slider_psnr=slider[0],
        slider_agreement=slider[1],
        attribute_psnr=attribute[0],
        attribute_agreement=attribute[1],
        reconstruction_psnr=reconstruction[0],
        reconstruction_agreement=reconstruction[1],
        latent_difference=float(np.mean(np.abs(own - latents), dtype=np.float64)),
        test_mse=measures.mse(images, student.decode(own)),
        teacher_mse=measures.mse(images, teacher.decode(latents)),
    )


def move_sliders(latents: np.ndarray, model: Autoencoder, rng: np.random.Generator) -> np.ndarray:
    """Return latents (N, D), in each of which one random number has any value of its slider."""
    low, high = (np.array(ends, np.float32) for ends in (model.statistics.low, model.statistics.high))
    moved, which = latents.copy(), rng.integers(latents.shape[1], size=len(latents))
    moved[np.arange(len(moved)), which] = rng.uniform(low[which], high[which])
    return moved


def move_attributes(
    latents: np.ndarray, model: Autoencoder, directions: Directions, rng: np.random.Generator
) -> np.ndarray:
    """Return latents (N, D), each moved along one random direction to any value of its slider, as on the page.

    The slider of an attribute that the latent does not tell moves by up to one standard deviation. No number leaves
    the range of its own slider.
    """
    which = rng.integers(len(directions.attributes), size=len(latents))
    now = directions.estimate(latents)
    moved = latents.copy()
    for i, direction in enumerate(directions.attributes):
        rows = np.flatnonzero(which == i)
        places = rng.uniform(size=len(rows))
        if direction.known:
            reach = REACH * direction.deviation
            low, high = max(direction.low, direction.mean - reach), min(direction.high, direction.mean + reach)
            amounts = low + places * (high - low) - now[rows, i]
        else:
            amounts = (2 * places - 1) * direction.deviation
        moved[rows] += amounts[:, None] * np.array(direction.direction)
    return np.clip(moved, model.statistics.low, model.statistics.high).astype(np.float32)
