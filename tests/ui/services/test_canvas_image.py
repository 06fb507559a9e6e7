"""Strokes and exports of the canvas become pixels, within bounds."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ui.services.canvas_image import picture_on_canvas, rasterize, read_export
from ui.services.sample_drawings import drawing

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_a_picture_on_the_canvas_is_read_back(brightest: int, seed: int) -> None:
    blocks = np.random.default_rng(seed).integers(0, brightest + 1, (7, 7), np.uint8)
    image = np.kron(blocks, np.ones((4, 4))).astype(np.float32) / 255
    pixels = rasterize(picture_on_canvas(image))
    assert np.abs(pixels[20::40, 20::40] - blocks.astype(int)).max() <= 1


@pytest.mark.parametrize("source", ["", "data:image/png;base64,", "data:image/png;base64,AAAA", "http://x/y.png", 7])
def test_what_is_no_picture_leaves_the_canvas_black(source: object) -> None:
    assert rasterize({"objects": [{"type": "Image", "src": source}]}).max() == 0


@given(JSON | st.fixed_dictionaries({"objects": st.lists(JSON | st.fixed_dictionaries({"path": JSON}), max_size=3)}))
def test_a_forged_drawing_still_gives_pixels(forged: Any) -> None:
    pixels = rasterize(forged)
    assert pixels.shape == (280, 280)
    assert pixels.dtype == np.uint8


def test_a_rasterised_sample_lies_within_the_canvas() -> None:
    for digit in range(10):
        pixels = rasterize(drawing(digit))
        assert pixels[0].max() == pixels[-1].max() == pixels[:, 0].max() == pixels[:, -1].max() == 0
        assert (pixels == 255).sum() > 3000


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_export_of_the_canvas_is_read() -> None:
    assert read_export(png(280, 280)).shape == (280, 280, 4)


@pytest.mark.parametrize("data", [b"", b"no picture", png(280, 280)[:60], png(5000, 5000), b"GIF89a" + bytes(99)])
def test_what_no_canvas_sends_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="the canvas sent"):
        read_export(data)
