from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import aecore
from aecore import Autoencoder
from aecore.core.refine import refine
from aecore.data.dataset import Dataset

GOOD = np.zeros((2, 28, 28), np.float32), np.zeros((2, 4), np.float32)


def errors(model: Autoencoder, images: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """Return the mean squared error of each image, (N,)."""
    return np.square(images - model.decode(latents)).mean(axis=(1, 2), dtype=np.float64)


@pytest.fixture
def somewhere() -> np.ndarray:
    """Latents (150, 4) spread like those of digits: more than two chunks of them."""
    return np.random.default_rng(2).standard_normal((150, 4), np.float32)


def test_no_error_ever_rises(tiny: Autoencoder, blobs: np.ndarray, somewhere: np.ndarray) -> None:
    images, last = blobs[:150], errors(tiny, blobs[:150], somewhere)
    before = last.mean()
    for steps in range(1, 8):
        now = errors(tiny, images, tiny.refine(images, somewhere, steps))
        assert (now - last).max() < 1e-7  # the same latent, decoded in another batch, may differ in the last digit
        last = now
    assert last.mean() < 0.98 * before


def test_the_end_is_a_minimum(tiny: Autoencoder, blobs: np.ndarray, somewhere: np.ndarray) -> None:
    images = blobs[:20]
    latents = tiny.refine(images, somewhere[:20], 100)
    least = errors(tiny, images, latents)
    for change in np.concatenate([np.eye(4), -np.eye(4)]).astype(np.float32):
        assert (errors(tiny, images, latents + 0.1 * change) > least).all()


def test_a_latent_that_redraws_its_image_stays(tiny: Autoencoder, somewhere: np.ndarray) -> None:
    latents = tiny.refine(tiny.decode(somewhere), somewhere)
    np.testing.assert_allclose(latents, somewhere, atol=1e-4)


def test_from_nearby_the_way_leads_back_to_the_latent_that_drew_the_image(
    tiny: Autoencoder, somewhere: np.ndarray
) -> None:
    start = somewhere + np.random.default_rng(3).uniform(-0.3, 0.3, somewhere.shape).astype(np.float32)
    np.testing.assert_allclose(tiny.refine(tiny.decode(somewhere), start, 10), somewhere, atol=1e-3)


def test_no_steps_change_nothing(tiny: Autoencoder, blobs: np.ndarray, somewhere: np.ndarray) -> None:
    latents = tiny.refine(blobs[:150], somewhere.astype(np.float64), 0)
    np.testing.assert_array_equal(latents, somewhere)
    assert latents.dtype == np.float32


def test_a_latent_does_not_feel_its_neighbours(tiny: Autoencoder, somewhere: np.ndarray) -> None:
    images = tiny.decode(somewhere[::-1])  # nothing else can a decoder with random weights draw well
    together = tiny.refine(images, somewhere)
    for i in (0, 63, 64, 127, 128, 149):
        alone = tiny.refine(images[i : i + 1], somewhere[i : i + 1])
        np.testing.assert_allclose(alone[0], together[i], atol=1e-4)
    assert np.abs(together - somewhere).max(axis=1).min() > 1e-3  # each of them moved


def test_an_empty_batch_gives_an_empty_batch(tiny: Autoencoder) -> None:
    assert tiny.refine(GOOD[0][:0], GOOD[1][:0]).shape == (0, 4)


def test_nothing_handed_in_is_changed(tiny: Autoencoder, blobs: np.ndarray, somewhere: np.ndarray) -> None:
    images, latents = blobs[:150].copy(), somewhere.copy()
    assert not np.array_equal(tiny.refine(images, latents), latents)
    np.testing.assert_array_equal(images, blobs[:150])
    np.testing.assert_array_equal(latents, somewhere)


def test_where_the_decoder_does_not_react_the_latent_stays(somewhere: np.ndarray) -> None:
    images = np.ones((150, 28, 28), np.float32)
    latents = refine(lambda z: np.zeros((len(z), 28, 28), np.float32), images, somewhere, 20)
    np.testing.assert_array_equal(latents, somewhere)


def test_a_latent_that_decodes_to_nan_stays_and_spoils_no_other(tiny: Autoencoder, somewhere: np.ndarray) -> None:
    def decode(latents: np.ndarray) -> np.ndarray:  # what happens near the end of float32
        assert np.isfinite(latents).all()
        return np.where(latents[:, :1, None] > 1e30, np.nan, tiny.decode(latents))

    images, start = tiny.decode(somewhere[:2]), np.zeros((2, 4), np.float32)
    start[0, 0] = 2e30
    latents = refine(decode, images, start, 3)
    np.testing.assert_array_equal(latents[0], start[0])
    np.testing.assert_allclose(latents[1:], tiny.refine(images[1:], start[1:]), atol=1e-4)


@pytest.mark.parametrize(
    ("images", "latents", "steps", "message"),
    [
        (GOOD[0][0], GOOD[1], 3, "wanted images (N, 28, 28), floating point in [0, 1]; got shape (28, 28)"),
        (GOOD[0] + 2, GOOD[1], 3, "wanted images (N, 28, 28), floating point in [0, 1]; got values from 2 to 2"),
        (GOOD[0], GOOD[1][:, :3], 3, "wanted latents (N, 4), floating point; got shape (2, 3)"),
        (GOOD[0], GOOD[1] + np.nan, 3, "wanted latents (N, 4), floating point; got NaN or infinite values"),
        (GOOD[0], GOOD[1].tolist(), 3, "wanted latents (N, 4), floating point; got list, not a NumPy array"),
        (GOOD[0], GOOD[1][:1], 3, "wanted one latent per image; got 2 images and 1 latents"),
        (GOOD[0][:1], GOOD[1], 3, "wanted one latent per image; got 1 images and 2 latents"),
        (*GOOD, -1, "wanted steps, a whole number from 0 to 100; got -1"),
        (*GOOD, 101, "wanted steps, a whole number from 0 to 100; got 101"),
        (*GOOD, 3.0, "wanted steps, a whole number from 0 to 100; got 3.0"),
        (*GOOD, True, "wanted steps, a whole number from 0 to 100; got True"),
        (*GOOD, None, "wanted steps, a whole number from 0 to 100; got None"),
        (*GOOD, "3", "wanted steps, a whole number from 0 to 100; got '3'"),
    ],
)
def test_wrong_input_is_refused_with_what_came_and_what_was_wanted(
    tiny: Autoencoder, images: Any, latents: Any, steps: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        tiny.refine(images, latents, steps)


@pytest.mark.parametrize("steps", [0, np.int64(2), 100])
def test_whole_numbers_of_steps_are_taken(tiny: Autoencoder, steps: int) -> None:
    assert tiny.refine(*GOOD, steps).shape == (2, 4)


def test_the_default_redraws_digits_at_least_a_tenth_better(mnist: Dataset) -> None:
    model, images = aecore.load("default"), mnist.test.as_float(slice(200))
    latents = model.encode(images)
    before, after = errors(model, images, latents), errors(model, images, model.refine(images, latents))
    assert (after - before).max() < 1e-7
    assert after.mean() < 0.9 * before.mean()
