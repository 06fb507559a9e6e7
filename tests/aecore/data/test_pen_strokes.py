from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aecore.data.pen_strokes import FILE, HELD_OUT, HOW_TO_GET, pen_digits
from aecore.data.scenes import ink_box
from tests.pens import write_pens


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_pens(tmp_path, (1, HELD_OUT[0], 2, 3))
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    return tmp_path


def test_digits_are_drawn_at_mnists_size_with_pens_of_many_widths(folder: Path) -> None:
    training, held_out = pen_digits(20, 0)
    assert training.known_labels().tolist() == [3, 4, 1] * 20
    assert held_out.known_labels().tolist() == [1] * 20
    for image in training.images:
        top, _, bottom, _ = ink_box(image) or (0, 0, 0, 0)
        assert bottom - top == pytest.approx(20, abs=1.5)
    ink = (training.images > 127).sum(axis=(1, 2))
    assert ink.max() > 2.5 * ink.min()


def test_the_seed_makes_the_drawings(folder: Path) -> None:
    first, again, other = (pen_digits(2, seed)[0].images for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_without_the_file_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=HOW_TO_GET[:30]):
        pen_digits(1, 0)
    np.savez(tmp_path / FILE, points=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="has no stroke_offsets"):
        pen_digits(1, 0)
