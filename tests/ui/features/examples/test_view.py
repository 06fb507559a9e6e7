"""What the pages offer instead of a drawing, and which presses they take."""

from __future__ import annotations

from typing import Any

import pytest

from tests.visitors import visiting
from ui.features.examples.view import data, digits, take_picked


def test_a_press_puts_a_sample_digit_on_the_table() -> None:
    with visiting() as visitor:
        take_picked({"number": 7})
        assert (visitor.sample, visitor.source) == (7, "sample")
        assert digits() == {"sample": 7}
        assert data() is None  # a model of digits has no examples of its own


@pytest.mark.parametrize("number", [-1, 10, 7.0, True, "7", None, [7], 10**400])
def test_a_forged_press_changes_nothing(number: Any) -> None:
    with visiting() as visitor:
        before = visitor.seq, visitor.sample
        for report in ({"number": number}, number, {}):
            take_picked(report)
        assert (visitor.seq, visitor.sample) == before
