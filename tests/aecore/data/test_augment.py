from __future__ import annotations

import os

import numpy as np
import pytest

from aecore.data.augment import ink_pool, nudged, redraw, scribble, shifted, warp_pool

COPIES = 3


@pytest.fixture(scope="module")
def pool(blobs: np.ndarray) -> np.ndarray:
    return warp_pool(blobs, COPIES, seed=1)


def centres(images: np.ndarray) -> np.ndarray:
    """Centres of mass (N, 2) of images (N, 28, 28)."""
    mass = images.sum(axis=(1, 2))
    axis = np.arange(28)
    return np.stack([(images.sum(axis=2) @ axis) / mass, (images.sum(axis=1) @ axis) / mass], axis=1)


def test_copies_are_images_of_every_digit(pool: np.ndarray, blobs: np.ndarray) -> None:
    assert pool.shape == (COPIES, *blobs.shape)
    assert pool.dtype == np.uint8
    assert (pool.max(axis=(2, 3)) > 128).all()


def test_the_same_seed_gives_the_same_pool_however_many_threads(
    pool: np.ndarray, blobs: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    np.testing.assert_array_equal(warp_pool(blobs, COPIES, seed=1), pool)
    assert np.mean(warp_pool(blobs[:50], COPIES, seed=2) != pool[:, :50]) > 0.05


def test_every_copy_bends_every_digit_in_its_own_way(pool: np.ndarray, blobs: np.ndarray) -> None:
    originals = np.rint(blobs * 255)
    assert ((pool != originals).mean(axis=(2, 3)) > 0.02).all()
    assert ((pool[0] != pool[1]).mean(axis=(1, 2)) > 0.02).all()


def test_a_copy_stays_the_same_digit(pool: np.ndarray, blobs: np.ndarray) -> None:
    for copy in pool / 255.0:
        assert np.abs(centres(copy) - centres(blobs)).max() < 4
        assert np.abs(centres(copy) - centres(blobs)).mean() < 1
        ink = copy.sum(axis=(1, 2)) / blobs.sum(axis=(1, 2))
        assert ink.min() > 0.6
        assert ink.max() < 1.5
        # An original is closer to its own copy than to that of another.
        own = np.mean((copy - blobs) ** 2, axis=(1, 2))
        other = np.mean((copy - np.roll(blobs, 1, axis=0)) ** 2, axis=(1, 2))
        assert np.mean(own < other) > 0.97


def test_warps_lean_to_no_side(pool: np.ndarray, blobs: np.ndarray) -> None:
    drift = np.mean([centres(copy / 255.0) - centres(blobs) for copy in pool], axis=(0, 1))
    assert np.abs(drift).max() < 0.1


def test_the_originals_stay(blobs: np.ndarray) -> None:
    before = blobs[:20].copy()
    warp_pool(before, 1, seed=0)
    np.testing.assert_array_equal(before, blobs[:20])


def ink_box(canvas: np.ndarray) -> tuple[int, int]:
    """Return height and width of what is drawn."""
    return tuple(int(np.ptp(np.flatnonzero((canvas > 127).any(axis=axis)))) + 1 for axis in (1, 0))  # type: ignore[return-value]


@pytest.mark.parametrize("pen", [6, 20, 36])
def test_a_redrawn_digit_has_the_pens_width(pen: int) -> None:
    bar = np.zeros((28, 28), np.float32)
    bar[4:24, 12:16] = 1  # as tall as digits are
    height, width = ink_box(redraw(bar, pen, extent=0.6))
    assert width == pytest.approx(pen, abs=3)
    assert height == pytest.approx(0.6 * 280 - 4 * 0.6 * 14 + pen, abs=20)  # its middle line is shorter than its ink


@pytest.mark.parametrize("extent", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("digit", range(10))
def test_a_scribbled_digit_fills_its_share_of_the_canvas(digit: int, extent: float) -> None:
    canvas = scribble(digit, 12, extent, np.random.default_rng(digit))
    assert canvas.shape == (280, 280)
    assert max(ink_box(canvas)) == pytest.approx(extent * 280, abs=3)


def test_drawings_look_like_digits_and_depend_on_the_seed_alone(blobs: np.ndarray) -> None:
    pool = ink_pool(blobs, 20, seed=1)
    assert pool.shape == (20, 28, 28)
    assert pool.dtype == np.float32
    assert pool.min() == 0
    assert pool.max() == 1
    assert (pool.max(axis=(1, 2)) > 0.5).all()
    np.testing.assert_array_equal(pool, ink_pool(blobs, 20, seed=1))
    assert (pool != ink_pool(blobs, 20, seed=2)).any()


@pytest.mark.parametrize("shape", [(32, 32, 3), (20, 36), (56, 56, 1)])
def test_images_of_any_size_and_in_colour_are_warped_in_proportion(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    y, x = np.mgrid[: shape[0], : shape[1]] / min(shape[:2])
    spot = np.exp(-30 * ((y - y.max() / 2) ** 2 + (x - x.max() / 2) ** 2))
    images = np.stack([spot if len(shape) == 2 else spot[..., None] * rng.uniform(0.3, 1, shape[2]) for _ in range(20)])
    pool = warp_pool(np.rint(images * 255).astype(np.uint8), 2, seed=1)
    assert pool.shape == (2, *images.shape)
    assert (pool[0] != pool[1]).reshape(20, -1).any(axis=1).all()
    ink = pool.reshape(2, 20, -1).sum(axis=2) / 255 / images.reshape(20, -1).sum(axis=1)
    assert 0.75 < ink.min() < ink.max() < 1.3
    if len(shape) == 3 and shape[2] == 3:  # all colours of an image move together
        tint = pool.reshape(2, 20, -1, 3).sum(axis=2)
        wanted = images.reshape(20, -1, 3).sum(axis=1)
        np.testing.assert_allclose(
            tint / tint.sum(axis=2, keepdims=True), [wanted / wanted.sum(axis=1)[:, None]] * 2, atol=0.02
        )


def test_bytes_and_floats_are_warped_alike(blobs: np.ndarray) -> None:
    stored = np.rint(blobs[:30] * 255).astype(np.uint8)
    np.testing.assert_array_equal(warp_pool(stored, 2, 5), warp_pool(stored.astype(np.float32) / 255, 2, 5))


def test_shifted_photos_are_the_photos_moved_and_some_of_them_mirrored() -> None:
    rng = np.random.default_rng(0)
    photos = rng.integers(0, 256, (40, 9, 11, 3), np.uint8)
    copies = shifted(photos, 2, np.random.default_rng(1))
    np.testing.assert_array_equal(copies, shifted(photos, 2, np.random.default_rng(1)))
    assert (copies.dtype, copies.shape) == (photos.dtype, photos.shape)
    mirrored = moved = 0
    for photo, copy in zip(photos, copies, strict=True):
        padded = np.pad(photo, ((2, 2), (2, 2), (0, 0)), "reflect")
        found = [
            (down, across, flip)
            for down in range(5)
            for across in range(5)
            for flip in (1, -1)
            if np.array_equal(padded[down : down + 9, across : across + 11][:, ::flip], copy)
        ]
        assert len(found) == 1
        mirrored, moved = mirrored + (found[0][2] < 0), moved + (found[0][:2] != (2, 2))
    assert 10 < mirrored < 30
    assert moved > 30
    np.testing.assert_array_equal(shifted(photos[:0], 2, rng), photos[:0])


@pytest.mark.parametrize("colours", [(), (3,)])
def test_nudged_images_move_by_a_pixel_at_most(colours: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).random((60, 9, 11, *colours)).astype(np.float32)
    found = set()
    for image, copy in zip(images, nudged(images, np.random.default_rng(1)), strict=True):
        padded = np.pad(image, ((1, 1), (1, 1), *([(0, 0)] * len(colours))), "edge")
        fits = [
            (down, across)
            for down in range(3)
            for across in range(3)
            if np.array_equal(padded[down : down + 9, across : across + 11], copy)
        ]
        assert len(fits) == 1
        found |= set(fits)
    assert len(found) == 9
