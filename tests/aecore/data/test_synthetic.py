"""The drawn digits: the same for the same seed, of every kind, and no drawing on both sides of a split."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.core.checks import check_images
from aecore.data.mnist import Mnist
from aecore.data.synthetic import synthetic_digits


@pytest.fixture(scope="module")
def digits() -> Mnist:
    return synthetic_digits(3, 100)


def test_the_seed_makes_the_digits(digits: Mnist) -> None:
    again = synthetic_digits(3, 100)
    np.testing.assert_array_equal(again.train_images, digits.train_images)
    assert not np.array_equal(synthetic_digits(4, 100).test_images, digits.test_images)


def test_every_digit_is_there_and_fits_a_model(digits: Mnist) -> None:
    for images, labels, count in (
        (digits.train_images, digits.train_labels, 400),
        (digits.validation_images, digits.validation_labels, 50),
        (digits.test_images, digits.test_labels, 50),
    ):
        assert images.shape == (count, 28, 28)
        check_images(images)
        assert (np.bincount(labels) == count // 10).all()
        assert (images.sum(axis=(1, 2)) > 20).all()  # none is empty


def test_no_drawing_is_both_learnt_from_and_measured_on(digits: Mnist) -> None:
    learnt = {image.tobytes() for image in digits.train_images}
    for held_out in (*digits.validation_images, *digits.test_images):
        assert held_out.tobytes() not in learnt
