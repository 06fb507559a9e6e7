from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aecore.data.dataset import Dataset, Split, to_bytes, to_float, with_channels, without_channel


def split(count: int, shape: tuple[int, ...] = (6, 5), start: int = 0) -> Split:
    """Images that are their own number throughout, and their label."""
    numbers = np.arange(start, start + count).astype(np.uint8)
    return Split(np.broadcast_to(numbers.reshape(-1, *[1] * len(shape)), (count, *shape)), numbers)


def dataset(shape: tuple[int, ...] = (6, 5), **changes: Any) -> Dataset:
    splits = {"train": split(1_200 % 250, shape), "validation": split(20, shape), "test": split(30, shape)}
    return Dataset("some", "Numbers", **{**splits, **changes})


@given(arrays(np.uint8, (3, 4, 5)))
def test_bytes_survive_being_floats(images: np.ndarray) -> None:
    floats = to_float(images)
    assert floats.dtype == np.float32
    assert floats.size == 0 or (floats.min() >= 0 and floats.max() <= 1)
    np.testing.assert_array_equal(to_bytes(floats), images)
    np.testing.assert_array_equal(Split(floats).as_bytes(), images)


def test_white_is_one_whatever_the_integer() -> None:
    assert to_float(np.array([[0, 32_767]], np.int16)).tolist() == [[0, 1]]
    assert to_float(np.array([0, 255], np.uint8)).tolist() == [0, 1]


def test_floats_are_used_as_they_are() -> None:
    floats = np.full((2, 3, 3), -7.5, np.float32)  # the samples of a sound, say
    assert to_float(floats) is floats
    assert to_bytes(floats).max() == 0


@pytest.mark.parametrize(
    ("shape", "network"), [((28, 28), (28, 28, 1)), ((8, 4, 3), (8, 4, 3)), ((8, 4, 1), (8, 4, 1))]
)
def test_a_network_sees_channels(shape: tuple[int, ...], network: tuple[int, ...]) -> None:
    assert dataset(shape).shape == network
    images = np.zeros((2, *shape), np.float32)
    assert with_channels(images).shape == (2, *network)
    assert without_channel(with_channels(images)).shape == (2, *shape[:2], *(() if network[2] == 1 else network[2:]))


@given(st.lists(st.integers(0, 19), max_size=30))
def test_labels_go_with_their_images(which: list[int]) -> None:
    some = split(20).take(np.array(which, int))
    assert len(some) == len(which)
    np.testing.assert_array_equal(some.images[:, 0, 0], some.labels)
    np.testing.assert_array_equal(split(20).as_float(np.array(which, int)), some.as_float())


def test_labels_may_be_anything_or_missing() -> None:
    maps = Split(np.zeros((4, 8, 8), np.uint8), np.zeros((4, 8, 8), np.uint8))  # a class per pixel
    assert maps.take(slice(3)).known_labels().shape == (3, 8, 8)
    bare = Split(np.zeros((4, 8, 8), np.uint8))
    assert bare.take(slice(2)).labels is None
    with pytest.raises(ValueError, match="have no labels"):
        bare.known_labels()


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="got 3 labels, 4 images"):
        Split(np.zeros((4, 8, 8)), np.zeros(3))
    with pytest.raises(ValueError, match=r"images of one shape; got \(6, 5\), \(6, 6\)"):
        dataset(test=split(30, (6, 6)))


def test_a_card_says_how_many_there_are() -> None:
    assert dataset().summary == "Numbers: 200 training images, 20 for validation"
    named = dataset(noun="digits", remark="split with seed 3")
    assert named.summary == "Numbers: 200 training digits, 20 for validation, split with seed 3"


def test_the_first_of_each_split() -> None:
    few = dataset().first(25)
    assert [len(part) for part in (few.train, few.validation, few.test)] == [25, 20, 25]
    np.testing.assert_array_equal(few.train.labels, np.arange(25))
