"""A picture that is brought: its digit is on the table, and what was found is said, or why nothing was."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from aecore.data.photo import examine, read_photo
from tests.hostile.corpus import pictures
from tests.photo_kinds import broken, cut, faded, from_a_phone, noisy
from tests.visitors import open_page, visiting, visitor_of
from ui.features.denoise.photo import PHOTO, data, describe, take_photo, take_sent
from ui.state.table import choose_sample


def sent(picture: bytes, **options: Any) -> dict[str, Any]:
    return {"data": base64.b64encode(picture).decode(), "longest": None, "turns": 0, "pixels": None, **options}


def test_a_picture_puts_its_digit_on_the_table() -> None:
    picture = pictures()[0]
    with visiting() as visitor:
        choose_sample(7)
        before = visitor.seq, visitor.canvas
        take_photo(picture)
        assert visitor.image is not None
        np.testing.assert_array_equal(visitor.image, read_photo(picture))
        assert visitor.sample is None
        assert (visitor.seq, visitor.canvas) == (before[0] + 1, before[1] + 1)
        assert visitor.upload(PHOTO).problem == ""
        assert data()["said"].startswith("Found a digit, ")


def test_what_was_found_is_said_only_while_it_is_on_the_table() -> None:
    with visiting():
        assert data() == {"answers": 0, "problem": "", "said": "", "shown": False, "pixels": None}
        take_photo(pictures()[0])
        assert data()["shown"]
        choose_sample(3)
        assert data() == {"answers": 1, "problem": "", "said": "", "shown": False, "pixels": None}


def test_what_is_no_picture_leaves_the_table_and_is_said_until_something_else_is_on_it() -> None:
    with visiting() as visitor:
        choose_sample(7)
        image = visitor.image
        take_photo(b"no picture")
        assert visitor.image is image
        assert data()["problem"].endswith(".")
        assert data()["answers"] == 1  # the status line ends
        choose_sample(3)
        assert data()["problem"] == ""


@pytest.mark.parametrize(
    "report",
    [
        None, 3, [], "aGVsbG8=", {}, {"data": "§"}, {"data": "AAA"}, {"data": None}, {"data": "A" * 15_000_000},
        sent(b"x", turns=4), sent(b"x", turns=-1), sent(b"x", turns=0.5), sent(b"x", turns="1"), sent(b"x", pixels=1),
        sent(b"x", longest=0), sent(b"x", longest=10**9), sent(b"x", longest=float("nan")),
    ],
)  # fmt: skip
def test_a_forged_report_is_ignored(report: object) -> None:
    with visiting() as visitor:
        take_sent(report)
        assert visitor.image is None
        assert data()["answers"] == 0


def test_a_picture_is_read_turned() -> None:
    with visiting() as visitor:
        take_sent(sent(pictures()[0], turns=3))
        assert visitor.image is not None
        np.testing.assert_array_equal(visitor.image, examine(pictures()[0], 3).image)


def test_small_pictures_are_taken_both_ways() -> None:
    grey, file = noisy(5)
    with visiting() as visitor:
        take_sent(sent(file))
        assert visitor.image is not None
        np.testing.assert_allclose(visitor.image, grey / 255, atol=1e-3)
        assert data()["pixels"] is True
        assert "pixels" in data()["said"]
        take_sent(sent(file, pixels=False))
        assert data()["pixels"] is False
        take_sent(sent(broken(3, True)))
        assert data()["pixels"] is False
        normalised = visitor.image
        take_sent(sent(broken(3, True), pixels=True))
        assert data()["pixels"] is True
        assert not np.array_equal(visitor.image, normalised)


def test_a_photo_offers_no_pixels() -> None:
    with visiting():
        take_sent(sent(cut(9, "bottom"), pixels=True))
        assert data()["pixels"] is None


def test_sentences_say_what_was_found() -> None:
    one = describe(examine(cut(9, "bottom")), False, None)
    assert one.endswith("It touches the bottom edge of the picture: part of it may be missing.")
    assert "dark ink on light paper" in one
    assert "faint stroke" in describe(examine(faded(2, lambda x, y: y > 0.7, 0.35)), False, None)


def test_sizes_are_those_of_the_visitors_own_file() -> None:
    photo = examine(from_a_phone(5))
    assert f"{photo.width} × {photo.height} pixels" in describe(photo, False, None)
    assert f"{round(photo.width / 2)} × {round(photo.height / 2)} pixels" in describe(photo, False, 4032 // 2)


def test_a_problem_is_on_the_page() -> None:
    app = open_page("denoise")
    visitor_of(app).upload(PHOTO).problem = "No digit found: take another one."
    app.run()
    assert app.warning[0].value == "No digit found: take another one."
