from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aecore.data.pen_strokes import HOW_TO_GET, trajectories
from aecore.data.scenes import ink_box
from aecore.data.visitor_drawings import CHOSEN_ON, EXTENTS, PENS, drawn, drawn_with, visitor_drawings
from tests.pens import write_pens


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_pens(tmp_path, (1, CHOSEN_ON[0], 2, 3))
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    return tmp_path


def test_drawings_are_normalised_and_of_other_writers_than_those_to_choose_on(folder: Path) -> None:
    training, chosen_on = visitor_drawings(5, 0)
    assert training.known_labels().tolist() == [3, 4, 1] * 5
    assert chosen_on.known_labels().tolist() == [1] * 5
    for image in (*training.images, *chosen_on.images):
        top, left, bottom, right = ink_box(image) or (0, 0, 0, 0)
        assert 17 <= max(bottom - top, right - left) <= 21
    with np.errstate(all="raise"):
        assert len(np.unique(training.images[::3], axis=0)) == 5  # no drawing is like another


def test_the_seed_makes_the_drawings(folder: Path) -> None:
    first, again, other = (visitor_drawings(2, seed)[0].images for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("extent", EXTENTS)
def test_every_pen_at_every_size_leaves_a_digit(folder: Path, pen: float, extent: float) -> None:
    images = drawn_with(trajectories(), np.array([0, 2]), pen, extent, 0)
    assert images.shape == (2, 28, 28)
    assert images.max() == 1
    assert (images.sum(axis=(1, 2)) > 20).all()


def test_a_dot_and_a_line_of_two_points_can_be_drawn() -> None:
    dot, line = np.array([[5, 5]]), np.array([[0, 0], [0, 50]])
    for seed in range(30):  # some of them lift the pen
        image = drawn([dot, line], 20, 0.5, np.random.default_rng(seed))
        assert image.max() == 1


def test_without_the_file_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=HOW_TO_GET[:30]):
        visitor_drawings(1, 0)
