from __future__ import annotations

import numpy as np
import pytest

from aecore import corrupt
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, Flatten, Network, Reshape, Spec
from aecore.tasks.autoencoder import Redraw
from aecore.tasks.denoise import Denoise, DenoiseSpatially, SpatialDenoiser
from tests.architectures import random_weights


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


def spatial(*decoder: Conv2D | Conv2DTranspose, reads: tuple[str, ...] = ("encoder",)) -> Spec:
    """Return a Spec whose latent is a map of 14 x 14 x 2."""
    layers = decoder or (Conv2DTranspose(1, 3, 2),)
    return Spec(
        {"image": (28, 28, 1)},
        {"encoder": Network(("image",), (Conv2D(2, 3, 2),)), "decoder": Network(reads, layers)},
    )


def test_a_spatial_latent_is_the_same_task_with_models_of_their_own(blobs: np.ndarray) -> None:
    one, other = DenoiseSpatially("gaussian", 0.4), Denoise("gaussian", 0.4)
    assert (one.name, one.settings()) == (other.name, other.settings())
    assert one.model != other.model
    np.testing.assert_array_equal(*(t.examples(blobs[:5], None, rng()).inputs["image"] for t in (one, other)))


def test_a_spatial_denoiser_redraws_images_within_black_and_white(blobs: np.ndarray) -> None:
    weights = {name: 3 * value for name, value in random_weights(spatial()).items()}
    model = SpatialDenoiser(spatial(), weights, None, {}, task="spatial_denoiser")
    assert (model.image_shape, model.latent_size) == ((28, 28), 14 * 14 * 2)
    drawn = model.reconstruct(blobs[:4])
    assert (drawn.shape, drawn.dtype) == ((4, 28, 28), np.float32)
    raw = model.run({"image": blobs[:4, ..., None]}, "decoder")[..., 0]
    assert raw.min() < 0 < 1 < raw.max()
    np.testing.assert_array_equal(drawn, raw.clip(0, 1))
    with pytest.raises(ValueError, match="28"):
        model.reconstruct(blobs[:4, :20])


@pytest.mark.parametrize(
    "spec",
    [
        Spec.autoencoder((Flatten(), Dense(4)), (Dense(784), Reshape((28, 28, 1)))),  # its latent is a vector
        spatial(Conv2D(1, 3, 1), reads=("image",)),  # around the latent
        spatial(Conv2D(1, 3, 1)),  # too small an image
        Spec(
            {"image": (None, None, 1)},
            {"encoder": Network(("image",), (Conv2D(2, 3),)), "decoder": Network(("encoder",), (Conv2D(1, 3),))},
        ),
    ],
)
def test_networks_of_another_kind_are_no_spatial_denoiser(spec: Spec) -> None:
    with pytest.raises(ValueError, match=r"its (networks are|decoder makes)"):
        SpatialDenoiser(spec, random_weights(spec), None, {}, task="spatial_denoiser")
