"""Drawings: strokes and pictures become pixels within bounds, and short texts for a link."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.data.strokes import CANVAS, STROKES, sample_image
from ui.services.drawing import (
    LONGEST,
    MOST_STROKES,
    NO_DRAWING,
    Drawing,
    drawing_of,
    from_bytes,
    image_from_text,
    image_to_text,
    normalise,
    rasterize,
    read_strokes,
    sample_drawing,
    shows,
    strokes_from_text,
    strokes_to_text,
    to_bytes,
)

DIGITS = range(10)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
POINT = st.tuples(st.floats(0, CANVAS), st.floats(0, CANVAS)).map(lambda point: f"{point[0]:.1f} {point[1]:.1f}")
STROKE = st.lists(POINT, min_size=2, max_size=60).map(lambda points: "M" + "L".join(points))
TEXT = st.text("ABCabc019-_=M", max_size=40) | st.text(max_size=9)


# ---- pixels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", DIGITS)
def test_a_samples_strokes_are_the_sample_that_a_model_sees_and_lie_within_the_canvas(digit: int) -> None:
    drawing = sample_drawing(digit)
    assert len(drawing.strokes) == len(STROKES[digit])
    assert read_strokes(list(drawing.strokes)) == drawing.strokes
    pixels = rasterize(drawing)
    assert pixels[0].max() == pixels[-1].max() == pixels[:, 0].max() == pixels[:, -1].max() == 0
    rows = np.flatnonzero(pixels.max(axis=1))
    assert 0.6 <= (rows[-1] - rows[0]) / CANVAS <= 0.8
    image = normalise(drawing)
    assert image is not None
    assert np.array_equal(image, sample_image(digit))
    assert shows(drawing, image)
    assert not shows(drawing, np.roll(image, 6))


def test_there_is_no_other_sample() -> None:
    with pytest.raises(KeyError):
        sample_drawing(10)


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_a_picture_lies_below_the_strokes(brightest: int, seed: int) -> None:
    blocks = np.random.default_rng(seed).integers(0, brightest + 1, (7, 7), np.uint8)
    image = np.kron(blocks, np.ones((4, 4))).astype(np.float32) / 255
    drawing = drawing_of(image)
    assert drawing.under is not None
    np.testing.assert_allclose(from_bytes(drawing.under), image, atol=1e-6)
    pixels = rasterize(drawing)
    assert np.abs(pixels[20::40, 20::40] - blocks.astype(int)).max() <= 1
    above = rasterize(Drawing(("M60 60L60 220",), drawing.under))
    assert above[140, 60] == 255
    assert np.array_equal(above[:, 100:], pixels[:, 100:])


def test_an_empty_canvas_shows_nothing() -> None:
    assert rasterize(NO_DRAWING).max() == 0
    assert normalise(NO_DRAWING) is None
    assert shows(NO_DRAWING, None)


# ---- what a browser sends --------------------------------------------------------------------------------------


@given(JSON | st.lists(st.text("MLQC0123 .-", max_size=30) | STROKE, max_size=4))
def test_strokes_are_valid_or_none(payload: Any) -> None:
    strokes = read_strokes(payload)
    if strokes is not None:
        assert list(strokes) == list(payload)
        assert rasterize(Drawing(strokes)).shape == (CANVAS, CANVAS)


@pytest.mark.parametrize(
    "forged",
    [
        ["L1 1"],
        ["M1 1L1"],
        ["M1 1L1 1 1 1"],
        ["M1e9 1L1 1"],
        ["M12345 1L1 1"],
        ["Mnan 1L1 1"],
        ["M1 1L1 1\n"],
        ["M1 1L١ ١"],
        ["M1 1"] * (MOST_STROKES + 1),
        ["M1 1" + "L1 1" * LONGEST],
    ],
)
def test_other_strokes_are_refused(forged: Any) -> None:
    assert read_strokes(forged) is None


# ---- texts for a link ------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_an_image_in_a_link_is_the_same_and_of_bounded_length(seed: int, filled: float) -> None:
    rng = np.random.default_rng(seed)
    image = from_bytes((rng.integers(0, 256, 784) * (rng.random(784) < filled)).astype(np.uint8).tobytes())
    text = image_to_text(image)
    assert len(text) <= 1_066
    assert to_bytes(image_from_text(text)) == to_bytes(image)


@given(st.lists(STROKE, max_size=6))
def test_strokes_in_a_link_are_nearly_the_same_and_of_bounded_length(strokes: list[str]) -> None:
    text = strokes_to_text(tuple(strokes))
    if text is None:
        return
    assert len(text) <= 1_000
    back = strokes_from_text(text)
    assert len(back) == len(strokes)
    assert read_strokes(back) == back
    ink, again = (rasterize(Drawing(tuple(one))) > 127 for one in (strokes, back))
    assert (ink != again).mean() < 0.02
    assert strokes_to_text(back) is not None


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_takes_few_characters(digit: int) -> None:
    text = strokes_to_text(sample_drawing(digit).strokes)
    assert text is not None
    assert len(text) < 120
    assert len(image_to_text(sample_image(digit))) < 320
    assert shows(Drawing(strokes_from_text(text)), sample_image(digit))


@given(TEXT)
def test_any_text_is_a_drawing_or_refused(text: str) -> None:
    for read in (image_from_text, strokes_from_text):
        try:
            found: Any = read(text)
        except ValueError:
            continue
        assert isinstance(found, tuple) or found.shape in {
            (side, side, *colours) for side in range(4, 65) for colours in ((), (3,))
        }


def test_a_text_that_grows_is_refused_before_it_has_grown() -> None:
    writer = zlib.compressobj(9, wbits=-15)
    bomb = base64.urlsafe_b64encode(writer.compress(bytes(1 << 28)) + writer.flush()).decode().rstrip("=")
    with pytest.raises(ValueError, match="no image"):
        image_from_text(bomb)
    for broken in ("A" * 2_000, "BQ", "AQ"):
        with pytest.raises(ValueError, match="stroke"):
            strokes_from_text(broken)
