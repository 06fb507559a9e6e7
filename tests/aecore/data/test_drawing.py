from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

import aecore
from aecore.data.dataset import Dataset
from aecore.data.drawing import squared_distance


def seven(size: int = 280, scale: float = 0.6, pen: int = 20, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    """Draw a 7 on a square canvas, grey (H, W) uint8."""
    canvas = Image.new("L", (size, size))
    points = [
        (size / 2 + size * scale * (x - 0.5) + shift[0], size / 2 + size * scale * (y - 0.5) + shift[1])
        for x, y in [(0.15, 0.05), (0.85, 0.05), (0.4, 0.95)]
    ]
    brush = ImageDraw.Draw(canvas)
    brush.line(points, fill=255, width=pen)
    for x, y in points:
        brush.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=255)
    return np.asarray(canvas)


def normalise(pixels: np.ndarray) -> np.ndarray:
    image = aecore.normalize_drawing(pixels)
    assert image is not None
    return image


def test_looks_like_mnist() -> None:
    image = normalise(seven())
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    rows, columns = np.nonzero(image > 0.02)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    grid = np.arange(28)
    for axis in (0, 1):
        centre = (image.sum(axis=1 - axis) * grid).sum() / image.sum()
        assert 13.5 <= centre <= 14.5
    assert np.allclose(image * 255, np.rint(image * 255), atol=1e-4)


@pytest.mark.parametrize("shift", [(40, 0), (-30, 25), (0, -50)])
def test_a_shifted_drawing_gives_the_same_image(shift: tuple[int, int]) -> None:
    assert np.array_equal(normalise(seven(shift=shift)), normalise(seven()))


@pytest.mark.parametrize(("pen", "scale"), [(6, 0.85), (36, 0.8), (20, 0.3), (12, 0.25), (26, 0.5)])
def test_pens_and_sizes_come_out_with_one_stroke_weight(pen: int, scale: float) -> None:
    reference, image = normalise(seven(pen=24, scale=0.75)), normalise(seven(pen=pen, scale=scale))
    assert image.sum() == pytest.approx(reference.sum(), rel=0.08)


def test_the_ink_of_real_digits_is_matched(mnist: Dataset) -> None:
    real = np.median(mnist.test.as_float(mnist.test.known_labels() == 7).sum(axis=(1, 2)))
    assert normalise(seven(pen=6)).sum() == pytest.approx(real, rel=0.25)


@pytest.mark.parametrize(
    "empty", [np.zeros((280, 280), np.uint8), np.zeros((0, 5), np.uint8), np.zeros((9, 9, 4), np.uint8)]
)
def test_no_ink_is_none(empty: np.ndarray) -> None:
    assert aecore.normalize_drawing(empty) is None


def test_alpha_lies_over_black() -> None:
    grey = seven()
    white = np.dstack([np.full_like(grey, 255)] * 3 + [grey])
    opaque = np.dstack([grey] * 3 + [np.full_like(grey, 255)])
    assert np.array_equal(normalise(white), normalise(opaque))
    assert np.array_equal(normalise(opaque), normalise(grey))
    transparent = white.copy()
    transparent[..., 3] = 0
    assert aecore.normalize_drawing(transparent) is None


@pytest.mark.parametrize("size", [1, 2, 29, 1000])
def test_every_pixel_inked_gives_a_square(size: int) -> None:
    image = normalise(np.full((size, size), 255, np.uint8))
    assert image.max() > 0.4
    assert (image > 0).sum() == 400


def test_one_pixel_and_a_hair_give_something() -> None:
    dot = np.zeros((280, 280), np.uint8)
    dot[270, 5] = 255
    assert normalise(dot).max() > 0.3
    hair = np.zeros((1000, 1000), np.uint8)
    hair[500, :] = 90
    assert normalise(hair).max() > 0.3


@pytest.mark.parametrize(
    "wrong", [np.zeros((28, 28)), np.zeros((28, 28, 3), np.uint8), np.zeros(784, np.uint8), [[0]], None]
)
def test_wrong_input_names_what_came_and_what_was_wanted(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"wanted a drawing as uint8.*got"):
        aecore.normalize_drawing(wrong)  # type: ignore[arg-type]


def test_distances_are_exact() -> None:
    rng = np.random.default_rng(0)
    for density in (0.002, 0.05, 0.5):
        shape = rng.random((31, 47)) < density
        shape[3, 4] = True
        rows, columns = np.nonzero(shape)
        y, x = np.mgrid[0:31, 0:47]
        wanted = ((y[..., None] - rows) ** 2 + (x[..., None] - columns) ** 2).min(axis=-1)
        assert np.array_equal(squared_distance(shape), wanted)
