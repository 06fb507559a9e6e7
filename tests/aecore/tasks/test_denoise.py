from __future__ import annotations

import numpy as np
import pytest

from aecore import corrupt
from aecore.tasks.autoencoder import Redraw
from aecore.tasks.denoise import Denoise


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("task", [Denoise("gaussian", 0.5), Denoise("occlusion", 0.3), Denoise()])
def test_the_corrupted_goes_in_and_the_clean_is_to_come_out(task: Denoise, blobs: np.ndarray) -> None:
    images = blobs[:20]
    batch = task.examples(images, None, rng(3))
    given = corrupt(images, task.corruption, task.level, rng(3))
    np.testing.assert_array_equal(batch.inputs["image"][..., 0], given)
    np.testing.assert_array_equal(batch.targets["decoder"][..., 0], images)
    np.testing.assert_array_equal(task.given_pixels(batch.inputs), given)


def test_latents_are_measured_on_clean_images(blobs: np.ndarray) -> None:
    np.testing.assert_array_equal(Denoise("gaussian", 0.5).clean_inputs(blobs[:5], None)["image"][..., 0], blobs[:5])


def test_no_level_is_no_denoising(blobs: np.ndarray) -> None:
    clean, plain = (task.examples(blobs[:5], None, rng()) for task in (Denoise("gaussian", 0.0), Redraw()))
    np.testing.assert_array_equal(clean.inputs["image"], plain.inputs["image"])


def test_a_card_says_what_is_undone_and_a_denoiser_is_an_autoencoder() -> None:
    task = Denoise("scratches", 0.4)
    assert task.settings() == {"corruption": "scratches", "corruption_level": 0.4}
    assert (task.name, task.model) == ("denoise", Redraw.model)


def test_colour_pictures_are_denoised_too() -> None:
    images = rng(1).random((4, 8, 8, 3), np.float32)
    batch = Denoise("gaussian", 0.2).examples(images, None, rng())
    assert batch.inputs["image"].shape == batch.targets["decoder"].shape == images.shape
