"""The list of a talk's scenes changes their order and nothing else of their text."""

from __future__ import annotations

import pytest

import aecore
from tests.visitors import install_features, visiting
from ui.features.talk import outline, scenes
from ui.features.talk.editor import take_script
from ui.features.talk.outline import rearranged
from ui.features.talk.scenes import parse
from ui.features.talk.view import current_talk

install_features()
BUILT_IN = scenes.BUILT_IN.read_text(encoding="utf-8")
THREE = """talk: Mine  # a title
scenes:
  # about the first
  - line: One
    page: title

  - line: Two  # two
  - {line: Three, digit: 3}
"""


def lines(text: str) -> list[str]:
    return [one["line"] for one in parse(text, aecore.available()).scenes]


def test_scenes_move_with_their_comments() -> None:
    moved = rearranged(THREE, [2, 0, 1])
    assert lines(moved) == ["Three", "One", "Two"]
    assert "  # about the first\n  - line: One\n" in moved
    assert moved.startswith("talk: Mine  # a title\nscenes:\n  - {line: Three")
    assert "- line: Two  # two" in moved


def test_scenes_are_doubled_and_removed() -> None:
    assert lines(rearranged(THREE, [0, 0, 2])) == ["One", "One", "Three"]


def test_what_stands_after_the_scenes_stays() -> None:
    text = "scenes:\n- line: One\n- line: Two\ntalk: Last\n"
    moved = rearranged(text, [1, 0])
    assert lines(moved) == ["Two", "One"]
    assert moved.rstrip().endswith("talk: Last")


def test_the_shipped_talk_can_be_turned_round_and_back() -> None:
    count = len(lines(BUILT_IN))
    order = list(range(count))[::-1]
    turned = rearranged(BUILT_IN, order)
    assert lines(turned) == lines(BUILT_IN)[::-1]
    assert parse(rearranged(turned, order), aecore.available()) == parse(BUILT_IN, aecore.available())


@pytest.mark.parametrize("order", [[], [3], [-1], [True], ["0"], [None], [0] * 41, [0.0]])
def test_an_impossible_order_is_refused(order: list[object]) -> None:
    with pytest.raises(ValueError, match=r"a talk has|no scene has"):
        rearranged(THREE, order)


@pytest.mark.parametrize(
    "text", ["talk: T\nscenes: [{line: One}, {line: Two}]\n", "talk: T\nscenes: [\n {line: One},\n {line: Two}]\n"]
)
def test_scenes_that_do_not_stand_one_below_the_other_have_no_list(text: str) -> None:
    with visiting():
        take_script(text)
        assert outline.data() is None


def test_a_report_of_another_talk_is_ignored_and_a_change_can_be_taken_back() -> None:
    with visiting():
        take_script(THREE)
        seq = current_talk().seq
        outline.take_order({"seq": seq - 1, "order": [2, 1, 0]})
        outline.take_order({"seq": seq, "order": [7]})
        outline.take_order("x")
        assert current_talk().script == THREE
        outline.take_undo(True)  # there is nothing to take back
        assert current_talk().script == THREE
        outline.take_order({"seq": seq, "order": [2, 1]})
        assert lines(current_talk().script) == ["Three", "Two"]
        outline.take_undo(True)
        assert current_talk().script == THREE
