"""Pictures of lines of digits: how many, where, from left to right; and what is no line."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from aecore.data.digit_line import MOST, PhotoError, read_line
from aecore.data.strokes import sample_image
from tests import photos
from tests.hostile.corpus import bombs
from tests.photos import line, photo, saved

SIZE = (800, 400)
KINDS = {
    "plain": ("30159", {}, {}),
    "a phone number": ("0176 482593", {}, {}),
    "as many as possible": ("017648259370", {}, {}),
    "one digit": ("5", {"span": 0.4}, {}),
    "tilted": ("80331", {"tilt": 0.08}, {}),
    "a thin pen": ("80331", {"pen": 6}, {}),
    "ruled": ("24680", {}, {"lines": "ruled"}),
    "squared": ("13579", {}, {"lines": "squared"}),
    "on a table": ("10115", {"span": 0.6}, {"table": "around"}),
    "a shadow": ("72076", {}, {"shadow": 0.6}),
    "pencil": ("72076", {}, {"ink": (150, 150, 150)}),
    "light on dark": ("94301", {}, {"ink": (235, 235, 235), "paper": (40, 60, 50)}),
    "red on grey of the same brightness": ("4821", {}, {"ink": (220, 60, 60), "paper": (120, 120, 120)}),
}


def alike(image: np.ndarray) -> int:
    """Return the sample digit that an image is most like."""
    return int(np.argmax([np.corrcoef(image.ravel(), sample_image(digit).ravel())[0, 1] for digit in range(10)]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_read_from_left_to_right(kind: str) -> None:
    text, written, made = KINDS[kind]
    found = read_line(saved(photo(size=SIZE, covered=line(text, SIZE, **written), **made)))  # type: ignore[arg-type]
    assert "".join(str(alike(one.image)) for one in found.digits) == text.replace(" ", "")
    boxes = np.array([one.box for one in found.digits])
    assert (np.diff(boxes[:, 1]) > 0).all()
    covered = line(text, SIZE, **written) > 0.5  # type: ignore[arg-type]
    rows, columns = np.nonzero(covered)
    assert boxes[:, 0].min() == pytest.approx(rows.min(), abs=6)
    assert boxes[:, 3].max() == pytest.approx(columns.max(), abs=6)
    assert found.size == SIZE
    assert found.dark or "on" in kind


def test_what_stands_elsewhere_and_what_is_no_digit_is_left_out() -> None:
    page = line("305", SIZE, span=0.5)
    page[190:200, 630:700] = 1  # a dash in the line
    page = np.maximum(page, np.roll(line("7", SIZE, span=0.12), (140, -300), (0, 1)))  # another line
    found = read_line(saved(photo(size=SIZE, covered=page)))
    assert [alike(one.image) for one in found.digits] == [3, 0, 5]
    assert found.left_out == 2


def test_a_picture_is_turned_first() -> None:
    lying = saved(photo(size=SIZE, covered=line("3015", SIZE)).transpose(Image.Transpose.ROTATE_90))
    assert [alike(one.image) for one in read_line(lying, turns=1).digits] == [3, 0, 1, 5]


def joined(page: np.ndarray) -> np.ndarray:
    """Return a page with a bar through two digits in its middle."""
    page[190:210, 350:450] = 1
    return page


@pytest.mark.parametrize(
    ("covered", "sentence"),
    [
        (np.zeros(SIZE[::-1]), "No digits found"),
        (line("1" * (MOST + 1), SIZE), f"More than {MOST} digits"),
        (joined(line("88", SIZE, 0.3)), "Some digits touch each other"),
        (np.random.default_rng(0).random(SIZE[::-1]) > 0.97, "Many things found"),
    ],
    ids=["nothing", "too many", "touching", "specks"],
)
def test_what_is_no_line_is_said(covered: np.ndarray, sentence: str) -> None:
    with pytest.raises(PhotoError, match=rf"^{sentence}.*\.$"):
        read_line(saved(photo(size=SIZE, covered=covered.astype(float), grain=0, blur=0.4)))


@pytest.mark.parametrize("name", bombs())
def test_no_bomb_is_a_line(name: str) -> None:
    with pytest.raises(PhotoError, match=r"^[A-Z].*\.$"):
        read_line(bombs()[name])


@pytest.mark.parametrize("name", sorted(set(photos.BAD) - {"two-digits.jpg", "text.png"}))  # which are lines
def test_bad_files_are_refused(name: str) -> None:
    with pytest.raises(PhotoError, match=r"^[A-Z].*\.$"):
        read_line(photos.BAD[name]())
