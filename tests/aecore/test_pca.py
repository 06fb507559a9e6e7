from __future__ import annotations

import numpy as np
import pytest

from aecore import measures
from aecore.data import Mnist
from aecore.pca import Pca, fit_pca


@pytest.fixture(scope="module")
def pca(blobs: np.ndarray) -> Pca:
    return fit_pca(blobs[:400])


def test_it_is_the_best_linear_redrawing(pca: Pca, blobs: np.ndarray) -> None:
    images = blobs[:400]
    # What is left on the images that it was fitted to is known from their singular values.
    x = images.reshape(400, -1).astype(np.float64)
    singular = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    for components in (4, 16):
        model = pca.first(components)
        left = np.sum(singular[components:] ** 2) / x.size
        assert measures.mse(images, model.decode(model.encode(images))) == pytest.approx(left, rel=1e-4)


def test_more_components_redraw_unseen_images_better(pca: Pca, blobs: np.ndarray) -> None:
    few, more = (measures.mse(blobs[400:], m.decode(m.encode(blobs[400:]))) for m in (pca.first(4), pca.first(16)))
    assert more < 0.8 * few


def test_its_latents_are_white_on_the_images_it_was_fitted_to(pca: Pca, blobs: np.ndarray) -> None:
    latents = pca.first(16).encode(blobs[:400])
    assert (latents.shape, latents.dtype) == ((400, 16), np.float32)
    assert measures.whiteness(latents) == pytest.approx((0, 0, 0), abs=1e-4)


def test_it_counts_its_numbers(pca: Pca) -> None:
    assert (pca.first(16).latent_dim, pca.first(16).parameter_count) == (16, 16 * 784 + 784)


def test_on_the_real_digits_it_has_the_known_error(mnist: Mnist) -> None:
    model = fit_pca(mnist.train_images).first(16)
    drawn = model.decode(model.encode(mnist.test_images))
    assert measures.mse(mnist.test_images, drawn) == pytest.approx(0.0269, abs=0.0001)
