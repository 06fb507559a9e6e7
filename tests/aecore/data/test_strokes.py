"""The pen draws what its lines say."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.data.strokes import CANVAS, STROKES, commands, flatten, render


def test_a_dot_is_a_disc_of_the_pens_width() -> None:
    image = render([np.array([[140.0, 140.0]])], pen=40)
    assert image.sum() / 255 == pytest.approx(np.pi * 20**2, rel=0.01)
    np.testing.assert_array_equal(image, image[::-1])
    np.testing.assert_array_equal(image, image.T)


def test_a_line_has_the_pens_width_and_round_ends() -> None:
    image = render([np.array([[60.0, 140.0], [220.0, 140.0]])], pen=30)
    assert image.sum() / 255 == pytest.approx(160 * 30 + np.pi * 15**2, rel=0.01)
    assert (image[:, 140] > 127).sum() == 30


def test_two_lines_do_not_add_up() -> None:
    line = np.array([[60.0, 140.0], [220.0, 140.0]])
    np.testing.assert_array_equal(render([line, line]), render([line]))


def test_nothing_drawn_is_black_and_what_lies_outside_is_cut_off() -> None:
    assert render([]).max() == 0
    assert render([np.array([[-500.0, 140.0], [-400.0, 140.0]])]).max() == 0
    assert render([np.array([[-500.0, 140.0], [900.0, 140.0]])], pen=10)[140].min() == 255


@pytest.mark.parametrize("digit", STROKES)
def test_a_digit_flattens_to_points_between_its_ends(digit: int) -> None:
    for stroke in commands(digit):
        points = flatten(stroke)
        np.testing.assert_allclose(points[0], stroke[0][1])
        np.testing.assert_allclose(points[-1], stroke[-1][1][-2:])
        assert points.min() > 0
        assert points.max() < CANVAS
        assert np.linalg.norm(np.diff(points, axis=0), axis=1).max() < CANVAS  # no jumps
