from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from aecore import corrupt
from aecore.data.corruption import KINDS

GREY = np.full((400, 28, 28), 0.5, np.float32)
kinds = pytest.mark.parametrize("kind", KINDS)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_kinds_people_know_are_there() -> None:
    wanted = {"gaussian", "salt_and_pepper", "speckle", "shot", "blur", "low_contrast", "occlusion", "scratches"}
    assert wanted <= set(KINDS)


@kinds
def test_level_zero_changes_nothing(kind: str, blobs: np.ndarray) -> None:
    np.testing.assert_array_equal(corrupt(blobs, kind, 0.0, rng()), blobs)
    np.testing.assert_array_equal(corrupt(blobs, kind, np.zeros(len(blobs)), rng()), blobs)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"blur", "low_contrast"}))
def test_the_same_seed_gives_the_same_corruption_and_another_seed_another(kind: str, blobs: np.ndarray) -> None:
    first, again, other = (corrupt(blobs, kind, 0.4, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.mean(first != other) > 0.01


@pytest.mark.parametrize("kind", ["blur", "low_contrast"])
def test_some_kinds_leave_nothing_to_chance(kind: str, blobs: np.ndarray) -> None:
    np.testing.assert_array_equal(corrupt(blobs, kind, 0.4, rng(1)), corrupt(blobs, kind, 0.4, rng(2)))


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
    light = GREY + np.float32(0.2)  # nothing changes the contrast of plain grey
    changed = (corrupt(light, kind, levels, rng()) != light).any(axis=(1, 2))
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


@pytest.mark.parametrize("mean", [-0.1, 0.0, 0.2])
def test_the_mean_of_gaussian_noise_can_be_set_apart(mean: float) -> None:
    noise = corrupt(GREY, "gaussian", 0.05, rng(), mean) - GREY
    assert noise.mean() == pytest.approx(mean, abs=0.002)
    assert noise.std() == pytest.approx(0.05, rel=0.01)
    shifted = corrupt(GREY, "gaussian", 0.0, rng(), np.full(len(GREY), mean))
    np.testing.assert_allclose(shifted, 0.5 + mean, atol=1e-6)


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


@pytest.mark.parametrize("brightness", [0.25, 0.5])
def test_speckle_is_proportional_to_the_light(brightness: float) -> None:
    noise = corrupt(np.full_like(GREY, brightness), "speckle", 0.2, rng()) - brightness
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.std() == pytest.approx(0.2 * brightness, rel=0.01)
    assert not corrupt(np.zeros_like(GREY), "speckle", 1.0, rng()).any()


@pytest.mark.parametrize(("brightness", "level"), [(0.25, 0.1), (0.5, 0.1), (0.5, 0.2)])
def test_shot_noise_counts_photons(brightness: float, level: float) -> None:
    seen = corrupt(np.full_like(GREY, brightness), "shot", level, rng())
    photons = seen / level**2
    np.testing.assert_allclose(photons, np.rint(photons), atol=1e-3)
    assert seen.mean() == pytest.approx(brightness, rel=0.01)
    assert photons.var() == pytest.approx(photons.mean(), rel=0.02)  # Poisson's mark


@pytest.mark.parametrize("level", [0.1, 0.3, 0.5])
def test_blur_is_scipys_gaussian_filter(level: float, blobs: np.ndarray) -> None:
    wanted = [gaussian_filter(image, 4 * level, mode="constant", radius=27) for image in blobs]
    np.testing.assert_allclose(corrupt(blobs, "blur", level, rng()), wanted, atol=1e-5)


def test_low_contrast_ends_in_grey(blobs: np.ndarray) -> None:
    np.testing.assert_allclose(corrupt(blobs, "low_contrast", 1.0, rng()), 0.5)
    half = corrupt(blobs, "low_contrast", 0.5, rng())
    np.testing.assert_allclose(half, 0.25 + blobs / 2, atol=1e-6)


@pytest.mark.parametrize(("level", "lines"), [(0.08, 1), (0.5, 6), (1.0, 12)])
def test_scratches_are_straight_lines_black_or_white(level: float, lines: int) -> None:
    scratched = corrupt(GREY, "scratches", level, rng())
    changed = (scratched != 0.5).mean(axis=(1, 2))
    assert 0.02 * lines * (1 - lines / 30) < changed.mean() < 0.08 * lines
    assert (scratched > 0.5).sum() == pytest.approx((scratched < 0.5).sum(), rel=0.3)
    if lines == 1:
        for image in scratched[:50]:
            y, x = np.nonzero(np.abs(image - 0.5) > 0.25)
            if len(y) > 5:
                spread = np.linalg.eigvalsh(np.cov(np.stack([y, x])))
                assert spread[0] < 0.5, "thin across"


def test_the_mixture_mixes() -> None:
    light = np.repeat(GREY + np.float32(0.2), 5, axis=0)
    changed = corrupt(light, "mixture", 1.0, rng()) != light
    share = changed.mean(axis=(1, 2))
    assert 0.03 < np.mean(share == 0) < 0.15  # some digits stay clean
    assert np.mean(share > 0.99) > 0.4  # many meet noise everywhere
    assert np.mean((share > 0) & (share < 0.6)) > 0.2  # others salt, pepper, scratches, or a square


@pytest.mark.parametrize(
    ("kind", "level", "says"),
    [
        ("fog", 0.5, "unknown corruption 'fog'; known: gaussian"),
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
    ("kind", "mean", "says"),
    [
        ("gaussian", 1.1, "mean must be one number in [-1, 1] or one per image, got 1.1"),
        ("gaussian", np.nan, "got nan"),
        ("gaussian", [0.1] * 3, "got [0.1, 0.1, 0.1]"),
        ("occlusion", 0.5, "only gaussian noise has a mean, not occlusion"),
    ],
)
def test_a_wrong_mean_is_refused(kind: str, mean: Any, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        corrupt(GREY[:2], kind, 0.5, rng(), mean)


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
    with pytest.raises(
        ValueError, match=re.escape("wanted images (N, H, W) or (N, H, W, channels), floating point in [0, 1]; " + says)
    ):
        corrupt(images, "gaussian", 0.5, rng())


@pytest.mark.parametrize("wrong", [0, None, np.random.RandomState(0), "seed"])
def test_a_seed_is_no_generator(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^wanted rng, such as np\.random\.default_rng\(0\); got "):
        corrupt(GREY[:2], "gaussian", 0.5, wrong)


@kinds
@pytest.mark.parametrize("shape", [(32, 32, 3), (16, 40), (9, 9, 1)])
def test_images_of_any_size_and_in_colour_are_corrupted(kind: str, shape: tuple[int, ...]) -> None:
    images = rng(3).random((30, *shape), np.float32)
    np.testing.assert_array_equal(corrupt(images, kind, 0.0, rng()), images)
    corrupted = corrupt(images, kind, 0.5, rng())
    assert corrupted.shape == images.shape
    assert (corrupted != images).reshape(30, -1).any(axis=1).mean() > 0.5


@pytest.mark.parametrize("kind", ["salt_and_pepper", "occlusion", "scratches", "blur"])
def test_what_hits_a_pixel_hits_all_its_colours(kind: str) -> None:
    grey = rng(4).random((20, 24, 24), np.float32)
    colour = corrupt(np.repeat(grey[..., None], 3, axis=-1), kind, 0.6, rng(1))
    np.testing.assert_allclose(colour[..., 0], corrupt(grey, kind, 0.6, rng(1)), atol=1e-6)
    np.testing.assert_array_equal(colour[..., 0], colour[..., 2])


def test_lengths_grow_with_the_image(blobs: np.ndarray) -> None:
    large = blobs[:20].repeat(2, axis=1).repeat(2, axis=2)
    blurred = corrupt(large, "blur", 0.3, rng()).reshape(20, 28, 2, 28, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(blurred, corrupt(blobs[:20], "blur", 0.3, rng()), atol=0.02)
    black = corrupt(np.full((9, 40, 60), 0.5, np.float32), "occlusion", 0.5, rng()) == 0
    assert (black.sum(axis=(1, 2)) == 20 * 20).all()
