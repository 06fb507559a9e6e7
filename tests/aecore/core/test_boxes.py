from __future__ import annotations

import numpy as np
import pytest

from aecore.core.boxes import covered, overlaps

BOX = np.array([0.0, 0.0, 10.0, 10.0])
OTHERS = np.array([[0.0, 0.0, 10.0, 10.0], [0.0, 5.0, 10.0, 15.0], [10.0, 0.0, 20.0, 10.0], [2.0, 2.0, 4.0, 4.0]])


def test_boxes_overlap_by_what_they_have_in_common_of_what_they_have_together() -> None:
    np.testing.assert_allclose(overlaps(BOX, OTHERS), [1, 50 / 150, 0, 4 / 100])
    assert overlaps(BOX, np.zeros((0, 4))).shape == (0,)


@pytest.mark.parametrize("other", OTHERS)
def test_overlap_is_the_same_from_both_sides(other: np.ndarray) -> None:
    assert overlaps(BOX, other[None])[0] == overlaps(other, BOX[None])[0]


def test_a_box_is_covered_by_the_one_that_covers_most() -> None:
    assert covered(BOX, OTHERS[1:]) == 0.5
    assert covered(OTHERS[3], BOX[None]) == 1
    assert covered(BOX, np.zeros((0, 4))) == 0
