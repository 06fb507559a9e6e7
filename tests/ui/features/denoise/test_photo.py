"""A picture that is brought or pasted: its digit is on the table, or a sentence on the page."""

from __future__ import annotations

import base64

import numpy as np

from aecore.data.photo import read_photo
from tests.hostile.corpus import pictures
from tests.visitors import open_page, visiting, visitor_of
from ui.features.denoise.photo import PHOTO, take_pasted, take_photo
from ui.state.table import choose_sample


def test_a_picture_puts_its_digit_on_the_table() -> None:
    data = pictures()[0]
    with visiting() as visitor:
        choose_sample(7)
        before = visitor.seq, visitor.canvas
        take_photo(data)
        assert visitor.image is not None
        np.testing.assert_array_equal(visitor.image, read_photo(data))
        assert visitor.sample is None
        assert (visitor.seq, visitor.canvas) == (before[0] + 1, before[1] + 1)
        assert visitor.upload(PHOTO.name).problem == ""


def test_what_is_no_picture_leaves_the_table_and_is_said_until_something_else_is_on_it() -> None:
    with visiting() as visitor:
        choose_sample(7)
        image = visitor.image
        take_photo(b"no picture")
        assert visitor.image is image
        assert visitor.upload(PHOTO.name).problem.endswith(".")
        choose_sample(3)
        assert visitor.upload(PHOTO.name).problem == ""


def test_a_pasted_picture_is_read_and_anything_else_ignored() -> None:
    with visiting() as visitor:
        for text in (None, 3, [], "§", "A" * 15_000_000, "AAA"):
            take_pasted(text)
            assert visitor.image is None
            assert visitor.upload(PHOTO.name).problem == ""
        take_pasted(base64.b64encode(pictures()[0]).decode())
        assert visitor.image is not None


def test_a_picture_is_brought_on_the_page() -> None:
    app = open_page("denoise")
    app.file_uploader[0].set_value(("a.png", pictures()[0], "image/png")).run()
    assert not app.exception
    assert not app.file_uploader[0].value  # a new uploader: the file is not kept
    assert visitor_of(app).sample is None
    app.file_uploader[0].set_value(("a.png", b"nothing", "image/png")).run()
    assert app.warning[0].value.endswith(".")
