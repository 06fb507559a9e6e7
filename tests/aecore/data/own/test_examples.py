"""Which pictures of a data set are shown as examples, and whether a person can draw such ones."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.data.dataset import Dataset, Split
from aecore.data.own.examples import examples_of, look_drawn
from aecore.data.strokes import sample_image


def split(count: int, label: int) -> Split:
    return Split(np.full((count, 8, 8), label, np.uint8), np.full(count, label))


def test_test_pictures_come_first_and_absent_classes_are_left_out() -> None:
    data = Dataset(
        "own", "Own", split(2000, 4), split(30, 2), split(20, 1), "pictures", classes=("a", "b", "c", "d", "e")
    )
    found = examples_of(data)
    assert found is not None
    shown, classes = found
    assert (len(shown), classes) == (1000, ("b", "c", "e"))
    np.testing.assert_array_equal(shown.images[:, 0, 0], [1] * 20 + [2] * 30 + [4] * 950)
    np.testing.assert_array_equal(shown.labels, [0] * 20 + [1] * 30 + [2] * 950)


def test_digits_have_none_and_pictures_without_classes_have_one_label() -> None:
    plain = Split(np.zeros((30, 8, 8), np.uint8))
    digits = Dataset("mnist", "MNIST", plain, plain, plain, "digits")
    assert examples_of(digits) is None
    found = examples_of(Dataset("own", "Own", plain, plain, plain, "pictures"))
    assert found is not None
    assert found[1] == ()
    assert not found[0].known_labels().any()


def test_strokes_are_told_from_surfaces_and_colours() -> None:
    digits = np.stack([sample_image(i % 10) for i in range(40)])
    assert look_drawn(digits)
    assert look_drawn(np.rint(digits * 255).astype(np.uint8))
    rows = np.arange(28)
    discs = np.hypot(rows[:, None] - 14, rows - 14) < np.linspace(8, 12, 40)[:, None, None]
    assert not look_drawn(discs.astype(np.float32))
    assert not look_drawn(np.repeat(digits[..., None], 3, axis=-1))
    assert not look_drawn(np.zeros((40, 28, 28), np.uint8))


@pytest.mark.parametrize("factor", [1, 2])
def test_the_size_of_a_picture_does_not_matter(factor: int) -> None:
    assert look_drawn(np.stack([sample_image(i % 10) for i in range(40)]).repeat(factor, 1).repeat(factor, 2))
