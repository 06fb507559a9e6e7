"""Photos of lines of digits on the Scenes page: what the browser sends, and where the digits are placed."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from aecore.data.digit_line import read_line
from tests.photos import line, photo, saved
from tests.visitors import visiting
from ui.features.scenes.line import data, describe, placed, take_sent
from ui.features.scenes.state import Canvas
from ui.services.scene_samples import SIDE

SIZE = (800, 400)


def picture(text: str, span: float = 0.9) -> bytes:
    return saved(photo(size=SIZE, covered=line(text, SIZE, span)))


@pytest.mark.parametrize("text", ["5", "305", "0176482593", "017648259370"])
def test_digits_keep_their_order_and_are_large_enough(text: str) -> None:
    found = placed(read_line(picture(text, 0.3 if len(text) == 1 else 0.9)))
    assert len(found) == len(text)
    state = Canvas.from_report({"digits": found})
    assert state is not None
    assert all(18 <= one.size <= 42 for one in state.digits)
    places = np.array([(one.row, one.column, one.size / 2) for one in state.digits])
    assert (places[:, :2] - places[:, 2:] > 0).all()
    assert (places[:, :2] + places[:, 2:] < SIDE).all()
    lines = np.rint(places[:, 0] / 25)
    assert [tuple(one) for one in zip(lines, places[:, 1], strict=True)] == sorted(
        zip(lines, places[:, 1], strict=True)
    )


def test_a_report_is_read_and_a_forged_one_is_ignored() -> None:
    sent = {"data": base64.b64encode(picture("305")).decode(), "turns": 0, "longest": 800}
    with visiting():
        assert data() == {"answers": 0, "problem": "", "said": "", "digits": []}
        take_sent(sent)
        found = data()
        assert (found["answers"], found["problem"], len(found["digits"])) == (1, "", 3)
        assert found["said"] == "Found 3 digits, from left to right, dark ink on light paper."
        for forged in (None, [], {}, {"data": "é"}, {**sent, "turns": 4}, {**sent, "data": 3}, {**sent, "longest": -1}):
            take_sent(forged)
        assert data() == found
        take_sent({"data": base64.b64encode(b"hello").decode()})
        assert data()["answers"] == 2
        assert data()["problem"].startswith("Only PNG and JPEG")
        assert data()["digits"] == []


def test_what_was_left_out_is_said() -> None:
    found = read_line(picture("305"))._replace(left_out=2, faint=1, dark=False)
    assert describe(found).endswith("light ink on dark paper. Kept a faint stroke. 2 other marks were left out.")
