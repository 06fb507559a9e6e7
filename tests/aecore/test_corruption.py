from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore import corrupt
from aecore.corruption import KINDS

GREY = np.full((400, 28, 28), 0.5, np.float32)
kinds = pytest.mark.parametrize("kind", KINDS)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_kinds_people_know_are_there() -> None:
    assert {"gaussian", "salt_and_pepper", "occlusion"} <= set(KINDS)


@kinds
def test_level_zero_changes_nothing(kind: str, blobs: np.ndarray) -> None:
    np.testing.assert_array_equal(corrupt(blobs, kind, 0.0, rng()), blobs)
    np.testing.assert_array_equal(corrupt(blobs, kind, np.zeros(len(blobs)), rng()), blobs)


@kinds
def test_the_same_seed_gives_the_same_corruption_and_another_seed_another(kind: str, blobs: np.ndarray) -> None:
    first, again, other = (corrupt(blobs, kind, 0.4, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.mean(first != other) > 0.01


@kinds
def test_a_level_above_zero_changes_something_and_the_input_stays(kind: str, blobs: np.ndarray) -> None:
    before = blobs.copy()
    corrupted = corrupt(blobs, kind, 0.4, rng())
    np.testing.assert_array_equal(blobs, before)
    changed = (corrupted != blobs).any(axis=(1, 2))
    assert changed.mean() > 0.5


@pytest.mark.parametrize("kind", KINDS)
@given(level=st.floats(0, 1), seed=st.integers(0, 1000), count=st.integers(0, 3))
def test_images_stay_images(kind: str, level: float, seed: int, count: int) -> None:
    images = rng(seed).random((count, 28, 28))
    corrupted = corrupt(images, kind, level, rng(seed))
    assert corrupted.shape == images.shape
    assert corrupted.dtype == np.float32
    assert ((corrupted >= 0) & (corrupted <= 1)).all()
    assert not np.shares_memory(corrupted, images)


@kinds
def test_each_image_has_its_own_level(kind: str) -> None:
    levels = np.where(np.arange(len(GREY)) % 2, 0.8, 0.0)
    changed = (corrupt(GREY, kind, levels, rng()) != GREY).any(axis=(1, 2))
    assert not changed[levels == 0].any()
    assert changed[levels > 0].mean() > 0.8


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_gaussian_noise_has_mean_and_deviation_of_its_level(level: float) -> None:
    noise = corrupt(GREY, "gaussian", level, rng()) - GREY  # 0.5 + level is 4 deviations from the next clip
    assert noise.mean() == pytest.approx(level, abs=0.002)
    assert noise.std() == pytest.approx(level, rel=0.01)


def test_gaussian_noise_at_a_half_is_the_articles() -> None:
    corrupted = corrupt(np.zeros_like(GREY), "gaussian", 0.5, rng())
    wanted = np.clip(rng(9).normal(0.5, 0.5, GREY.shape), 0, 1)
    assert corrupted.mean() == pytest.approx(wanted.mean(), abs=0.003)
    assert np.mean(corrupted == 0) == pytest.approx(0.159, abs=0.003)  # below one deviation
    assert np.mean(corrupted == 1) == pytest.approx(0.159, abs=0.003)


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_zero_mean_noise_has_no_mean(level: float) -> None:
    noise = corrupt(GREY, "zero_mean_gaussian", level, rng()) - GREY
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.std() == pytest.approx(level, rel=0.01)


@pytest.mark.parametrize("level", [0.1, 0.5, 1.0])
def test_salt_and_pepper_is_half_black_half_white(level: float) -> None:
    corrupted = corrupt(GREY, "salt_and_pepper", level, rng())
    assert np.mean(corrupted == 0) == pytest.approx(level / 2, abs=0.005)
    assert np.mean(corrupted == 1) == pytest.approx(level / 2, abs=0.005)
    assert np.mean(corrupted == 0.5) == pytest.approx(1 - level, abs=0.005)


@pytest.mark.parametrize(("level", "side"), [(0.02, 1), (0.25, 7), (0.5, 14), (1.0, 28)])
def test_an_occlusion_is_one_black_square_inside_the_image(level: float, side: int) -> None:
    black = corrupt(GREY, "occlusion", level, rng()) == 0
    assert (black.sum(axis=(1, 2)) == side * side).all()
    assert (black.any(axis=1).sum(axis=1) == side).all()
    assert (black.any(axis=2).sum(axis=1) == side).all()
    first = black.any(axis=2).argmax(axis=1)
    assert (first.min(), first.max()) == (0, 28 - side)  # every place can be hit, up to the edge


def test_the_mixture_mixes() -> None:
    changed = corrupt(GREY, "mixture", 1.0, rng()) != GREY
    share = changed.mean(axis=(1, 2))
    assert 0.03 < np.mean(share == 0) < 0.15  # some digits stay clean
    assert np.mean(share > 0.99) > 0.5  # most meet noise everywhere
    assert np.mean((share > 0) & (share < 0.6)) > 0.2  # the rest salt, pepper, or a square


@pytest.mark.parametrize(
    ("kind", "level", "says"),
    [
        ("blur", 0.5, "unknown corruption 'blur'; known: gaussian"),
        ("", 0.5, "unknown corruption ''"),
        ("gaussian", -0.1, "level must be one number in [0, 1] or one per image, got -0.1"),
        ("gaussian", 1.01, "got 1.01"),
        ("gaussian", np.nan, "got nan"),
        ("gaussian", np.inf, "got inf"),
        ("gaussian", None, "got None"),
        ("gaussian", [0.1, 0.2, 0.3], "got [0.1, 0.2, 0.3]"),
        ("gaussian", np.full((2, 28, 28), 0.1), "level must be one number"),
    ],
)
def test_a_wrong_kind_or_level_is_refused(kind: str, level: Any, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        corrupt(GREY[:2], kind, level, rng())


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (GREY[0], "got shape (28, 28)"),
        ((GREY * 255).astype(np.uint8), "got dtype uint8"),
        (GREY * np.nan, "got NaN or infinite values"),
        (GREY * 3, "got values from 1.5 to 1.5"),
    ],
)
def test_wrong_images_are_refused(images: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape("wanted images (N, 28, 28), floating point in [0, 1]; " + says)):
        corrupt(images, "gaussian", 0.5, rng())
