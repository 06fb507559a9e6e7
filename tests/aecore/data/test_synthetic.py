"""The drawn digits: the same for the same seed, of every kind, and no drawing on both sides of a split."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.core.checks import check_images
from aecore.data.dataset import Dataset
from aecore.data.synthetic import synthetic_digits


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return synthetic_digits(3, 100)


def test_the_seed_makes_the_digits(digits: Dataset) -> None:
    again = synthetic_digits(3, 100)
    np.testing.assert_array_equal(again.train.images, digits.train.images)
    assert not np.array_equal(synthetic_digits(4, 100).test.images, digits.test.images)


def test_every_digit_is_there_and_fits_a_model(digits: Dataset) -> None:
    for split, count in ((digits.train, 400), (digits.validation, 50), (digits.test, 50)):
        images = split.as_float()
        assert images.shape == (count, 28, 28)
        check_images(images)
        assert (np.bincount(split.known_labels()) == count // 10).all()
        assert (images.sum(axis=(1, 2)) > 20).all()  # none is empty


def test_no_drawing_is_both_learnt_from_and_measured_on(digits: Dataset) -> None:
    learnt = {image.tobytes() for image in digits.train.images}
    for held_out in (*digits.validation.images, *digits.test.images):
        assert held_out.tobytes() not in learnt
