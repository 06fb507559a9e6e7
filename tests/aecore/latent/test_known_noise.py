from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import aecore
from aecore import Autoencoder
from aecore.data.corruption import blurred, corrupt
from aecore.data.dataset import Dataset
from aecore.latent.known_noise import KNOWN, search_clean

# What a search gains at least, in decibels of the validation digits' mean PSNR; about half of what was measured.
GAINS = [
    ("gaussian", 0.25, 0.0, 0.5),
    ("gaussian", 0.5, 0.0, 0.4),
    ("gaussian", 0.5, 0.5, 0.6),
    ("salt_and_pepper", 0.5, None, 2.5),
    ("occlusion", 8 / 28, None, 1.2),
    ("speckle", 0.5, None, 0.5),
    ("shot", 0.5, None, 0.4),
    ("blur", 0.5, None, 0.7),
    ("low_contrast", 0.9, None, 2.5),
    ("scratches", 0.5, None, 0.5),
]


@pytest.mark.parametrize(("kind", "level", "mean", "least"), GAINS)
def test_it_gains_for_each_kind_of_noise(
    mnist: Dataset, kind: str, level: float, mean: float | None, least: float
) -> None:
    model, clean = aecore.load("denoiser"), mnist.validation.as_float(slice(30))
    noisy = corrupt(clean, kind, level, np.random.default_rng(0), mean)
    guess = model.encode(noisy)

    def ratio(latents: np.ndarray) -> float:
        errors = np.square(model.decode(latents) - clean).mean(axis=(1, 2))
        return float(np.mean(-10 * np.log10(errors)))

    assert ratio(search_clean(model, noisy, kind, level, guess, mean)) > ratio(guess) + least


def noisy_images(model: Autoencoder, kind: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the latents of images that the model draws, and these images with noise."""
    latents = np.random.default_rng(0).standard_normal((3, model.latent_dim), np.float32)
    return latents, corrupt(model.decode(latents), kind, level, np.random.default_rng(1))


@pytest.mark.parametrize("kind", KNOWN)
def test_without_noise_it_finds_the_latent_that_drew_the_image(tiny: Autoencoder, kind: str) -> None:
    latents, images = noisy_images(tiny, kind, 0.0)
    mean = 0.0 if kind == "gaussian" else None
    found = search_clean(tiny, images, kind, 0.0, latents + 0.1, mean, steps=10)
    assert np.square(tiny.decode(found) - images).mean() <= np.square(tiny.decode(latents + 0.1) - images).mean()


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_every_level_gives_finite_latents_and_nothing_handed_in_is_changed(
    tiny: Autoencoder, kind: str, level: float
) -> None:
    latents, noisy = noisy_images(tiny, kind, level)
    before = latents.copy(), noisy.copy()
    found = search_clean(tiny, noisy, kind, level, latents)
    assert found.shape == latents.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(latents, before[0])
    np.testing.assert_array_equal(noisy, before[1])


@pytest.mark.parametrize("kind", KNOWN)
def test_where_everything_is_painted_over_the_guess_stays(tiny: Autoencoder, kind: str) -> None:
    latents, noisy = noisy_images(tiny, kind, 0.3)
    found = search_clean(tiny, noisy, kind, 0.3, latents, painted=np.ones(noisy.shape, bool))
    np.testing.assert_array_equal(found, latents)


def test_no_image_feels_its_neighbours(tiny: Autoencoder) -> None:
    latents, noisy = noisy_images(tiny, "occlusion", 0.3)
    together = search_clean(tiny, noisy, "occlusion", 0.3, latents)
    for i in range(len(latents)):
        alone = search_clean(tiny, noisy[i : i + 1], "occlusion", 0.3, latents[i : i + 1])
        np.testing.assert_allclose(alone[0], together[i], atol=1e-4)


def test_a_blurred_image_is_what_the_corruption_makes(blobs: np.ndarray) -> None:
    wanted = corrupt(blobs[:3], "blur", 0.4, np.random.default_rng(0))
    np.testing.assert_allclose(blurred(blobs[:3], 0.4), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "mixture"}, "wanted a kind of noise whose likelihood is known"),
        ({"steps": -1}, "wanted steps, a whole number from 0 to 100; got -1"),
        ({"latents": np.zeros((2, 4), np.float32)}, "wanted one latent per image; got 3 images and 2 latents"),
        ({"latents": np.zeros((3, 5), np.float32)}, "wanted latents (N, 4)"),
    ],
)
def test_wrong_input_is_refused(tiny: Autoencoder, changes: dict[str, Any], message: str) -> None:
    latents, noisy = noisy_images(tiny, "gaussian", 0.3)
    with pytest.raises(ValueError, match=re.escape(message)):
        search_clean(tiny, **{"corrupted": noisy, "kind": "gaussian", "level": 0.3, "latents": latents, **changes})
