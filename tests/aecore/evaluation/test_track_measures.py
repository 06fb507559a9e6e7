from __future__ import annotations

import numpy as np
import pytest

from aecore.evaluation.track_measures import Frame, tracked


def frame(there: list[int], found: list[int], distances: list[list[float]]) -> Frame:
    fit = 1 - np.array(distances, float).reshape(len(there), len(found))
    return np.array(there, int), np.array(found, int), np.nan_to_num(fit, nan=0.0)


# The example of py-motmetrics' documentation: three frames, with the distances of all pairs.
EXAMPLE = [
    frame([1, 2], [1, 2, 3], [[0.1, np.nan, 0.3], [0.5, 0.2, 0.3]]),
    frame([1, 2], [1], [[0.2], [0.4]]),
    frame([1, 2], [1, 3], [[0.6, 0.2], [0.1, 0.6]]),
]


def test_the_published_example_of_mota_and_idf1() -> None:
    full, part = tracked(EXAMPLE, 0.2), tracked(EXAMPLE[:2], 0.2)
    assert (full.missed, full.false, full.switched) == (1, 1, 1)
    assert (part.missed, part.false, part.switched) == (1, 1, 0)
    assert (full.mota, part.mota, (full + part).mota) == (0.5, 0.5, 0.5)
    assert [one.idf1 for one in (full, part, full + part)] == pytest.approx([0.833, 0.75, 0.8], abs=5e-4)


def follow(names: list[list[int]]) -> list[Frame]:
    """Return a film of two digits far apart, which get these identities in each frame."""
    return [frame([1, 2], found, [[0.0, 1.0], [1.0, 0.0]]) for found in names]


def test_perfect_tracks_have_all_points_whatever_they_are_called() -> None:
    for names in ([[7, 9]] * 10, [[2, 1]] * 10):
        result = tracked(follow(names))
        assert (result.mota, result.idf1) == (1, 1)


def test_identities_that_are_swapped_half_way_cost_idf1_half_and_mota_two_switches() -> None:
    result = tracked(follow([[7, 9]] * 5 + [[9, 7]] * 5))
    assert result.switched == 2
    assert result.mota == pytest.approx(1 - 2 / 20)
    assert result.idf1 == 0.5


def test_an_identity_is_remembered_while_nothing_is_found() -> None:
    empty = frame([1, 2], [], [])
    result = tracked([*follow([[7, 9]]), empty, *follow([[7, 9]])])
    assert (result.switched, result.missed) == (0, 2)


def test_frames_without_anything_are_no_error() -> None:
    result = tracked([frame([], [], []), frame([], [5], [])])
    assert (result.there, result.false, result.idf1) == (0, 1, 0)
