from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import aecore
from aecore import Autoencoder
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.core.statistics import measure
from tests.architectures import COLOUR, random_weights

GOOD = np.zeros((2, 28, 28), np.float32)


def with_value(value: float, like: np.ndarray) -> np.ndarray:
    array = like.copy()
    array.flat[7 % array.size] = value
    return array


@pytest.mark.parametrize(
    ("images", "got"),
    [
        (np.zeros((28, 28), np.float32), "got shape (28, 28)"),
        (np.zeros((2, 28, 28, 1), np.float32), "got shape (2, 28, 28, 1)"),
        (np.zeros((2, 27, 28), np.float32), "got shape (2, 27, 28)"),
        (np.zeros((2, 28, 28), np.uint8), "got dtype uint8"),
        (np.zeros((2, 28, 28), bool), "got dtype bool"),
        (np.zeros((2, 28, 28), complex), "got dtype complex128"),
        (np.full((2, 28, 28), None), "got dtype object"),
        (GOOD.tolist(), "got list, not a NumPy array"),
        (None, "got NoneType, not a NumPy array"),
        (with_value(np.nan, GOOD), "got NaN or infinite values"),
        (with_value(np.inf, GOOD), "got NaN or infinite values"),
        (with_value(1e300, GOOD.astype(np.float64)), "got NaN or infinite values"),
        (with_value(1.5, GOOD), "got values from 0 to 1.5"),
        (with_value(-0.25, GOOD), "got values from -0.25 to 0"),
        (GOOD + 255, "got values from 255 to 255"),
    ],
)
def test_wrong_images_are_refused_with_what_came_and_what_was_wanted(tiny: Autoencoder, images: Any, got: str) -> None:
    for use in (tiny.encode, tiny.reconstruct):
        with pytest.raises(ValueError, match=re.escape("wanted images (N, 28, 28), floating point in [0, 1]; " + got)):
            use(images)


@pytest.mark.parametrize(
    ("latents", "got"),
    [
        (np.zeros(4, np.float32), "got shape (4,)"),
        (np.zeros((2, 16), np.float32), "got shape (2, 16)"),
        (np.zeros((2, 4), np.int64), "got dtype int64"),
        ([[0.0] * 4], "got list, not a NumPy array"),
        (with_value(np.nan, np.zeros((2, 4), np.float32)), "got NaN or infinite values"),
        (with_value(-np.inf, np.zeros((2, 4), np.float32)), "got NaN or infinite values"),
    ],
)
def test_wrong_latents_are_refused_with_what_came_and_what_was_wanted(
    tiny: Autoencoder, latents: Any, got: str
) -> None:
    with pytest.raises(ValueError, match=re.escape("wanted latents (N, 4), floating point; " + got)):
        tiny.decode(latents)


def test_shapes_and_types(tiny: Autoencoder, blobs: np.ndarray) -> None:
    for dtype in (np.float16, np.float32, np.float64):
        latents = tiny.encode(blobs[:3].astype(dtype))
        images = tiny.decode(latents.astype(dtype))
        assert latents.shape == (3, tiny.latent_dim)
        assert images.shape == (3, 28, 28)
        assert latents.dtype == images.dtype == np.float32


def test_an_empty_batch_gives_an_empty_batch(tiny: Autoencoder) -> None:
    assert tiny.encode(GOOD[:0]).shape == (0, 4)
    assert tiny.decode(np.zeros((0, 4), np.float32)).shape == (0, 28, 28)
    assert tiny.reconstruct(GOOD[:0]).shape == (0, 28, 28)


@pytest.mark.parametrize("name", aecore.available())
def test_an_empty_batch_of_a_shipped_model_gives_an_empty_batch(name: str) -> None:
    model = aecore.load(name)
    latents = np.zeros((0, model.latent_dim), np.float32)
    assert model.encode(GOOD[:0]).shape == model.refine(GOOD[:0], latents).shape == latents.shape
    assert model.decode(latents).shape == model.reconstruct(GOOD[:0]).shape == (0, 28, 28)


def test_images_of_other_shapes_and_in_colour_are_redrawn() -> None:
    for shape, visible in (((6, 9, 3), (6, 9, 3)), ((5, 7, 1), (5, 7))):
        spec = Spec.autoencoder((Flatten(), Dense(4)), (Dense(math.prod(shape)), Reshape(shape)), shape)
        statistics = measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4))
        model = Autoencoder(spec, random_weights(spec), statistics, {})
        images = np.full((3, *visible), 0.5, np.float32)
        assert model.reconstruct(images).shape == images.shape
        with pytest.raises(ValueError, match=re.escape(f"wanted images (N, {', '.join(map(str, visible))})")):
            model.encode(GOOD)


def test_a_model_of_other_networks_is_no_autoencoder() -> None:
    with pytest.raises(ValueError, match="not an encoder of an image and a decoder back to it"):
        Autoencoder(COLOUR, random_weights(COLOUR), None, {})


def test_an_image_does_not_feel_its_neighbours(tiny: Autoencoder, blobs: np.ndarray) -> None:
    latents = tiny.encode(blobs)  # 600 images: more than two chunks
    for i in (0, 255, 256, 511, 512, 599):
        np.testing.assert_allclose(tiny.encode(blobs[i : i + 1])[0], latents[i], atol=1e-6)
    assert np.abs(latents[0] - latents[599]).max() > 1e-3


def test_reconstructing_is_decoding_what_was_encoded(tiny: Autoencoder, blobs: np.ndarray) -> None:
    np.testing.assert_array_equal(tiny.reconstruct(blobs), tiny.decode(tiny.encode(blobs)))


def test_decoded_images_stay_in_range_however_far_the_latent_goes(tiny: Autoencoder) -> None:
    latents = np.array([[1e4, -1e4, 1e4, -1e4], [3e38, 0, 0, 0]], np.float32)
    images = tiny.decode(latents)
    assert images.min() >= 0
    assert images.max() <= 1


def test_nothing_handed_in_is_changed(tiny: Autoencoder, blobs: np.ndarray) -> None:
    images, latents = blobs[:5].copy(), np.ones((2, 4), np.float32)
    tiny.reconstruct(images)
    tiny.decode(latents)
    np.testing.assert_array_equal(images, blobs[:5])
    np.testing.assert_array_equal(latents, np.ones((2, 4)))
