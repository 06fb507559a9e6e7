from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from aecore.data.dataset import Dataset
from aecore.latent.attributes import NAMES, UNITS, measure

SLANT, THICKNESS, WIDTH, HEIGHT, ROUNDNESS = range(5)
_FINE = 10
Shape = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (x, y) in px -> where ink is


def draw(shape: Shape, lean: float = 0.0) -> np.ndarray:
    """Draw a shape around (0, 0), the middle of the image, sheared to lean to the right by degrees; (1, 28, 28)."""
    axis = (np.arange(28 * _FINE) + 0.5) / _FINE - 14
    y, x = axis[:, None], axis[None, :]
    ink = shape(x + y * np.tan(np.radians(lean)), y)
    return ink.reshape(28, _FINE, 28, _FINE).mean(axis=(1, 3))[None].astype(np.float32)


def bar(width: float, height: float) -> Shape:
    return lambda x, y: (np.abs(x) <= width / 2) & (np.abs(y) <= height / 2)


def ring(across: float, down: float, pen: float, at: tuple[float, float] = (0, 0)) -> Shape:
    """An ellipse whose hole is `across` wide and `down` high, in a line of about `pen`."""

    def inside(x: np.ndarray, y: np.ndarray, more: float) -> np.ndarray:
        return ((x - at[0]) / (across / 2 + more)) ** 2 + ((y - at[1]) / (down / 2 + more)) ** 2 <= 1

    return lambda x, y: inside(x, y, pen) & ~inside(x, y, 0)


def one(image: np.ndarray) -> np.ndarray:
    return measure(image)[0]


def test_every_attribute_has_a_unit_and_a_column(blobs: np.ndarray) -> None:
    assert NAMES == tuple(UNITS) == ("slant", "thickness", "width", "height", "roundness")
    measured = measure(blobs)
    assert measured.shape == (len(blobs), 5)
    assert np.isfinite(measured[:, :ROUNDNESS]).all()


@pytest.mark.parametrize("degrees", [-40, -25, -10, 0, 5, 10, 30, 45])
def test_the_slant_is_the_angle_at_which_a_stroke_leans(degrees: float) -> None:
    assert one(draw(bar(3, 18), degrees))[SLANT] == pytest.approx(degrees, abs=0.3)


@pytest.mark.parametrize("degrees", [-30, -10, 10, 30])
def test_leaning_changes_neither_size_nor_roundness(degrees: float) -> None:
    upright, leaning = (one(draw(ring(7, 12, 2), angle)) for angle in (0, degrees))
    np.testing.assert_allclose(leaning[[WIDTH, HEIGHT]], upright[[WIDTH, HEIGHT]], atol=0.3)
    assert leaning[ROUNDNESS] == pytest.approx(upright[ROUNDNESS], abs=0.03)
    assert leaning[SLANT] == pytest.approx(degrees, abs=0.3)


@pytest.mark.parametrize("width", [1.5, 2, 2.5, 3.2, 4, 5.5])
def test_the_thickness_of_a_line_is_its_width(width: float) -> None:
    # Towards an end the edge comes nearer from three sides: the mean distance is width / 4 - width² / (12 length).
    assert one(draw(bar(width, 20)))[THICKNESS] == pytest.approx(width - width**2 / 60, rel=0.08)
    assert one(draw(ring(10, 10, width)))[THICKNESS] == pytest.approx(width, rel=0.06)


def test_thickness_grows_evenly_with_the_line() -> None:
    widths = np.arange(1.5, 5, 0.1)
    measured = measure(np.concatenate([draw(ring(8, 12, width)) for width in widths]))[:, THICKNESS]
    steps = np.diff(measured)
    assert steps.min() > 0
    assert steps.max() < 0.25


@pytest.mark.parametrize(("width", "height"), [(2, 20), (6, 18), (12, 12), (20, 8)])
def test_width_and_height_hold_98_percent_of_the_ink(width: float, height: float) -> None:
    measured = one(draw(bar(width, height)))
    np.testing.assert_allclose(measured[[WIDTH, HEIGHT]], [0.98 * width, 0.98 * height], atol=0.1)
    measured = one(draw(bar(width + 1, height - 1)))  # ends within pixels, and they do not say where
    np.testing.assert_allclose(measured[[WIDTH, HEIGHT]], [0.98 * width + 1, 0.98 * height - 1], atol=1)


@pytest.mark.parametrize(("across", "down"), [(8, 8), (4, 8), (3, 12), (9, 6), (2.5, 2.5)])
def test_roundness_is_the_short_axis_over_the_long_one(across: float, down: float) -> None:
    short, long = sorted((across, down))
    assert one(draw(ring(across, down, 2)))[ROUNDNESS] == pytest.approx(short / long, abs=0.05)


def test_two_loops_count_by_their_area() -> None:
    above, below = ring(6, 3, 2, (0, -5)), ring(7, 7, 2, (0, 3.5))
    small, large = one(draw(above))[ROUNDNESS], one(draw(below))[ROUNDNESS]
    both = one(draw(lambda x, y: above(x, y) | below(x, y)))[ROUNDNESS]
    assert both == pytest.approx((18 * small + 49 * large) / 67, abs=0.03)


def test_without_a_closed_loop_there_is_no_roundness_but_all_else() -> None:
    closed = ring(8, 10, 2)
    shapes: list[Shape] = [bar(3, 18), lambda x, y: closed(x, y) & (x < 2), ring(1.5, 1.5, 3)]
    for shape in shapes:
        measured = one(draw(shape))
        assert np.isnan(measured[ROUNDNESS])
        assert np.isfinite(measured[:ROUNDNESS]).all()
    assert np.isfinite(one(draw(closed))).all()


def test_no_ink_gives_nan_and_spoils_no_other() -> None:
    digit = draw(ring(7, 12, 2))
    measured = measure(np.concatenate([digit, np.zeros((1, 28, 28), np.float32), digit]))
    assert np.isnan(measured[1]).all()
    np.testing.assert_array_equal(measured[[0, 2]], np.repeat(measure(digit), 2, axis=0))


@pytest.mark.parametrize("where", [(0, 0), (27, 27), (13, 4)])
def test_a_single_pixel_is_measured(where: tuple[int, int]) -> None:
    image = np.zeros((1, 28, 28), np.float32)
    image[0][where] = 1
    slant, thickness, width, height, _ = one(image)
    assert slant == 0
    assert 0.2 < thickness < 1.5
    assert width == pytest.approx(0.98)
    assert height == pytest.approx(0.98)


def test_a_line_without_height_leans_nowhere_and_a_full_image_is_measured() -> None:
    line, full = np.zeros((1, 28, 28), np.float32), np.ones((1, 28, 28), np.float32)
    line[0, 10, 3:20] = 1
    assert one(line)[SLANT] == 0
    assert one(line)[WIDTH] == pytest.approx(0.98 * 17)
    np.testing.assert_allclose(one(full)[[SLANT, WIDTH, HEIGHT]], [0, 0.98 * 28, 0.98 * 28], atol=1e-9)


def test_every_kind_of_noise_is_measured() -> None:
    rng = np.random.default_rng(0)
    noise = rng.random((300, 28, 28), np.float32)
    sparse = np.where(rng.random((300, 28, 28)) < 0.005, noise, 0).astype(np.float32)
    measured = measure(np.concatenate([noise, sparse, (noise > 0.5).astype(np.float32), 1e-30 * noise]))
    known = np.isfinite(measured[:, 0])
    assert np.isfinite(measured[known, :ROUNDNESS]).all()
    loops = measured[np.isfinite(measured[:, ROUNDNESS]), ROUNDNESS]
    assert len(loops)
    assert ((loops >= 0) & (loops <= 1)).all()


def test_an_image_does_not_feel_its_neighbours(blobs: np.ndarray) -> None:
    together = measure(blobs)  # more than two chunks
    for i in (0, 249, 250, 599):
        np.testing.assert_allclose(measure(blobs[i : i + 1])[0], together[i], rtol=1e-9)


def test_another_place_changes_nothing_and_fainter_ink_only_the_thickness(blobs: np.ndarray) -> None:
    some = blobs[:50] * (np.abs(np.arange(28) - 13.5) < 11)[:, None] * (np.abs(np.arange(28) - 13.5) < 11)
    wanted = measure(some)
    np.testing.assert_allclose(measure(np.roll(some, (2, -2), axis=(1, 2))), wanted, atol=1e-4)
    wanted[:, THICKNESS] *= 0.6  # a pixel is as bright as it is covered
    np.testing.assert_allclose(measure(some * 0.6), wanted, atol=1e-4)


def test_no_images_give_no_rows() -> None:
    assert measure(np.zeros((0, 28, 28), np.float32)).shape == (0, 5)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((28, 28), np.float32), "got shape (28, 28)"),
        (np.zeros((1, 28, 28), np.uint8), "got dtype uint8"),
        (np.full((1, 28, 28), np.nan, np.float32), "got NaN"),
        (np.full((1, 28, 28), 2, np.float32), "got values from 2 to 2"),
    ],
)
def test_wrong_images_are_refused(images: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        measure(images)


def warped(images: np.ndarray, matrix: list[list[float]]) -> np.ndarray:
    """Warp images around their middle; the matrix takes (y, x) of the result to (y, x) of the image."""
    shift = np.full(2, 13.5) - np.array(matrix) @ np.full(2, 13.5)
    out = [ndimage.affine_transform(image, np.array(matrix), shift, order=3) for image in images]
    return np.clip(out, 0, 1)


@pytest.mark.parametrize("shear", [-0.2, np.tan(np.radians(10))])
def test_a_sheared_digit_leans_by_the_shear_more(mnist: Dataset, shear: float) -> None:
    images = mnist.validation.as_float(slice(300))
    before, after = measure(images), measure(warped(images, [[1, 0], [shear, 1]]))
    change = np.tan(np.radians(after[:, SLANT])) - np.tan(np.radians(before[:, SLANT]))
    assert np.abs(change - shear).max() < 0.02
    deviations = np.nanstd(before, axis=0)
    drift = np.abs(np.nanmean(after - before, axis=0)) / deviations
    assert drift[[WIDTH, HEIGHT, ROUNDNESS]].max() < 0.1
    assert drift[THICKNESS] < 0.2


def test_a_smaller_digit_is_as_much_smaller_in_all_its_lengths(mnist: Dataset) -> None:
    images = mnist.validation.as_float(slice(300))
    before, after = measure(images), measure(warped(images, [[1 / 0.85, 0], [0, 1 / 0.85]]))
    for attribute in (THICKNESS, WIDTH, HEIGHT):
        assert np.median(after[:, attribute] / before[:, attribute]) == pytest.approx(0.85, abs=0.02)
    change = after - before
    assert np.percentile(np.abs(change[:, SLANT]), 95) < 1
    assert abs(np.nanmean(change[:, ROUNDNESS])) < 0.02


def test_digits_measure_what_hands_write(mnist: Dataset) -> None:
    measured, labels = measure(mnist.validation.as_float(slice(1000))), mnist.validation.known_labels()[:1000]
    slant, thickness, width, height, roundness = np.nanmean(measured, axis=0)
    assert 4 < slant < 12  # most hands lean to the right
    assert 2 < thickness < 3.2
    assert 12 < width < 14.5
    assert 18 < height < 20  # MNIST's own recipe
    assert 0.4 < roundness < 0.8
    looped = [np.isfinite(measured[labels == digit, ROUNDNESS]).mean() for digit in range(10)]
    assert min(looped[digit] for digit in (0, 8)) > 0.7
    assert max(looped[digit] for digit in (1, 7)) < 0.05
    assert width > 2 * measured[labels == 1, WIDTH].mean()
