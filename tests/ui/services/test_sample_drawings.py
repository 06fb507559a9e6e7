import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from aecore.data.drawing import normalize_drawing
from aecore.data.strokes import CANVAS, PEN, STROKES, sample_image
from ui.services.canvas_image import rasterize
from ui.services.sample_drawings import drawing

DIGITS = range(10)
RADIUS = PEN / 2


def points_on(path: list[list[Any]]) -> np.ndarray:
    """Walk along a path of M, L and C commands in small steps: points (N, 2)."""
    (first, *pen), *rest = path
    assert first == "M"
    t = np.linspace(0, 1, 2001)[:, None]
    walked = [np.array([pen])]
    for command, *numbers in rest:
        control = np.array([*pen, *numbers]).reshape(-1, 2)
        assert len(control) == {"L": 2, "C": 4}[command]
        curve = list(control)
        while len(curve) > 1:  # de Casteljau: each round mixes neighbours, until one point per step is left
            curve = [(1 - t) * a + t * b for a, b in pairwise(curve)]
        walked.append(curve[0])
        pen = numbers[-2:]
    return np.concatenate(walked)


def points_of(digit: int) -> np.ndarray:
    return np.concatenate([points_on(stroke["path"]) for stroke in drawing(digit)["objects"]])


def test_every_digit_has_its_strokes() -> None:
    assert sorted(STROKES) == list(DIGITS)
    assert all(len(drawing(digit)["objects"]) == len(STROKES[digit]) >= 1 for digit in DIGITS)


def test_another_digit_is_refused() -> None:
    with pytest.raises(KeyError):
        drawing(10)


@pytest.mark.parametrize("digit", DIGITS)
def test_drawing_survives_json(digit: int) -> None:
    assert json.loads(json.dumps(drawing(digit), allow_nan=False)) == drawing(digit)


def test_changing_a_drawing_leaves_the_sample_alone() -> None:
    drawing(4)["objects"][0]["path"].clear()
    assert len(drawing(4)["objects"][0]["path"]) > 1


@pytest.mark.parametrize("digit", DIGITS)
def test_pen_stays_inside_the_canvas(digit: int) -> None:
    points = points_of(digit)
    assert points.min() >= RADIUS
    assert points.max() <= CANVAS - RADIUS


@pytest.mark.parametrize("digit", DIGITS)
def test_box_is_the_box_of_the_path(digit: int) -> None:
    for stroke in drawing(digit)["objects"]:
        points = points_on(stroke["path"])
        low, high = points.min(axis=0), points.max(axis=0)
        # Fabric puts the middle of the path at (left, top): off by one here is off by one on the canvas.
        assert (stroke["originX"], stroke["originY"]) == ("center", "center")
        np.testing.assert_allclose([stroke["left"], stroke["top"]], (low + high) / 2, atol=1e-3)
        np.testing.assert_allclose([stroke["width"], stroke["height"]], high - low, atol=1e-3)


@pytest.mark.parametrize("digit", DIGITS)
def test_ink_fills_60_to_80_percent_of_the_height_around_the_middle(digit: int) -> None:
    points = points_of(digit)
    low, high = points.min(axis=0), points.max(axis=0)
    assert 0.6 <= (high[1] - low[1] + PEN) / CANVAS <= 0.8
    np.testing.assert_allclose((low + high) / 2, CANVAS / 2, atol=3)


@pytest.mark.parametrize("digit", DIGITS)
def test_strokes_are_those_of_the_pen(digit: int) -> None:
    for stroke in drawing(digit)["objects"]:
        assert stroke["type"] == "Path"
        assert stroke["strokeWidth"] == PEN
        assert stroke["strokeLineCap"] == stroke["strokeLineJoin"] == "round"
        assert stroke["fill"] is None


@pytest.mark.parametrize("digit", DIGITS)
def test_the_sample_on_the_canvas_is_the_sample_a_model_sees(digit: int) -> None:
    assert np.array_equal(sample_image(digit), normalize_drawing(rasterize(drawing(digit))))
