from __future__ import annotations

import numpy as np
import pytest

from aecore.data.scenes import INK, Placed, compose, ink_box

SIZE = (40, 50)


def tile(level: int, inside: tuple[slice, slice] = (slice(4, 24), slice(8, 20))) -> np.ndarray:
    out = np.zeros((28, 28), np.uint8)
    out[inside] = level
    return out


def test_the_brighter_digit_owns_a_pixel_and_the_first_where_they_are_equal() -> None:
    for levels, winner in (((200, 100), 3), ((100, 200), 7), ((200, 200), 3)):
        scene = compose(SIZE, [Placed(tile(levels[0]), 3, 0, 0), Placed(tile(levels[1]), 7, 0, 0)])
        assert set(np.unique(scene.classes)) == {0, 1 + winner}
        assert scene.image.max() == max(levels)


def test_only_ink_has_a_class() -> None:
    scene = compose(SIZE, [Placed(tile(INK), 3, 0, 0), Placed(tile(INK + 1), 5, 10, 20)])
    assert set(np.unique(scene.classes)) == {0, 6}
    np.testing.assert_array_equal(scene.classes > 0, scene.image > INK)
    assert scene.digits.tolist() == [5]


def test_a_box_encloses_hidden_ink_too() -> None:
    hidden = tile(100, (slice(8, 12), slice(10, 14)))
    scene = compose(SIZE, [Placed(tile(200), 3, 2, 1, 8), Placed(hidden, 7, 2, 1, 9)])
    assert set(np.unique(scene.classes)) == {0, 4}
    assert scene.boxes.tolist() == [[6, 9, 26, 21], [10, 11, 14, 15]]
    assert scene.identities.tolist() == [8, 9]


@pytest.mark.parametrize("corner", [(-10, 3), (3, -15), (25, 3), (3, 40), (-14, -14)])
def test_what_is_outside_the_canvas_is_cut_off(corner: tuple[int, int]) -> None:
    scene = compose(SIZE, [Placed(tile(255), 1, *corner)])
    assert tuple(scene.boxes[0]) == ink_box(scene.image)
    assert scene.image.shape == SIZE


def test_a_digit_that_cannot_be_seen_is_none() -> None:
    scene = compose(SIZE, [Placed(tile(255), 1, 100, 0), Placed(tile(255), 1, -26, 0)])
    assert scene.boxes.shape == (0, 4)
    assert not scene.image.any()
