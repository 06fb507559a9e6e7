from __future__ import annotations

import io
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import aecore
from aecore.export import images as export

SHAPES = [(28, 28), (5, 9), (28, 28, 3), (4, 7, 3)]
IMAGES = st.sampled_from(SHAPES).flatmap(lambda shape: arrays(np.uint8, shape)).map(lambda n: (n / 255).astype("f4"))


def in_bytes(image: np.ndarray) -> np.ndarray:
    return np.rint(image * 255).astype(np.uint8)


@given(IMAGES, st.sampled_from([1, 2, 20]))
def test_a_png_holds_every_pixel(image: np.ndarray, scale: int) -> None:
    height, width = image.shape[:2]
    with Image.open(io.BytesIO(export.image_to_png(image, scale))) as picture:
        mode = "L" if image.ndim == 2 else "RGB"
        assert (picture.format, picture.mode, picture.size) == ("PNG", mode, (width * scale, height * scale))
        pixels = np.asarray(picture)
    assert np.array_equal(pixels, in_bytes(image).repeat(scale, axis=0).repeat(scale, axis=1))


def paint_svg(data: bytes) -> np.ndarray:
    """Paint an SVG's rectangles one after the other, (H, W, 3) uint8."""
    root = ElementTree.fromstring(data)
    width, height = (int(number) for number in root.get("viewBox", "").split()[2:])
    pixels = np.full((height, width, 3), 99, np.uint8)
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, wide, high = (int(rect.get(name, "0")) for name in ("x", "y", "width", "height"))
        pixels[y : y + high, x : x + wide] = list(bytes.fromhex(rect.get("fill", "#000000")[1:]))
    return pixels


@given(IMAGES)
def test_an_svg_holds_every_pixel(image: np.ndarray) -> None:
    painted = paint_svg(export.image_to_svg(image))
    assert np.array_equal(painted, np.broadcast_to(in_bytes(image).reshape(*image.shape[:2], -1), painted.shape))


def test_an_svg_merges_equal_pixels() -> None:
    digit = aecore.load("mlp").decode(np.random.default_rng(7).standard_normal((1, 16)))[0]
    image = np.zeros((28, 28), np.float32)
    assert export.image_to_svg(image).count(b"<rect") == 1
    image[3, 5:20] = 1
    assert export.image_to_svg(image).count(b"<rect") == 2
    assert len(export.image_to_svg(digit)) < 20_000


@pytest.mark.parametrize("write", [export.image_to_png, export.image_to_svg])
@pytest.mark.parametrize("image", [np.full((28, 28), np.nan), np.full((28, 28), 1.1), np.ones(784), np.ones((9, 9, 2))])
def test_what_is_no_image_is_not_written(write: Callable[[np.ndarray], bytes], image: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"wanted (images|a grey image)"):
        write(image)


def test_an_animation_has_a_frame_for_every_image(blobs: np.ndarray) -> None:
    images = blobs[:5]
    with Image.open(io.BytesIO(export.images_to_gif(images, scale=2, milliseconds=50))) as animation:
        assert animation.n_frames == 5  # type: ignore[attr-defined]  # a GIF has it
        for place, image in enumerate(images):
            animation.seek(place)
            assert animation.info["duration"] == 50
            shown = np.asarray(animation.convert("L")).astype(int)
            assert np.abs(shown[::2, ::2] - np.rint(image * 255)).max() <= 2
    with pytest.raises(ValueError, match="at least one"):
        export.images_to_gif(images[:0])


def test_equal_images_in_a_row_last_as_long_as_all_of_them(blobs: np.ndarray) -> None:
    with Image.open(io.BytesIO(export.images_to_gif(blobs[[0, 0, 0, 1]], milliseconds=50))) as animation:
        animation.seek(0)
        assert animation.info["duration"] == 150


def test_a_filmstrip_shows_the_images_side_by_side(blobs: np.ndarray) -> None:
    strip = np.asarray(Image.open(io.BytesIO(export.images_to_strip(blobs[:3], scale=1))))
    np.testing.assert_array_equal(strip, np.concatenate(list(np.rint(blobs[:3] * 255)), axis=1))
