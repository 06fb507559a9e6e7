from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.visitors import at_address, visiting
from ui.features.talk.scenes import MOST_SCENES
from ui.features.talk.state import Stage
from ui.features.talk.view import take_stage
from ui.state.visitor import current

JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
TALK = "talk: Mine\nscenes:\n  - line: My own\n"


@pytest.mark.parametrize(
    ("link", "state"),
    [
        ({}, Stage()),
        ({"talk": "1"}, Stage(talking=True)),
        ({"talk": "1", "scene": "4"}, Stage(talking=True, scene=3)),
        ({"talk": "2", "scene": "4"}, Stage(scene=3)),
        ({"talk": "1", "scene": "0"}, Stage(talking=True)),
        ({"talk": "1", "scene": "99"}, Stage(talking=True, scene=MOST_SCENES - 1)),  # no talk has more
        *(({"talk": "1", "scene": scene}, Stage(talking=True)) for scene in ("", "x", "999", "-1", "1.5", "٣")),
    ],
)
def test_a_link_leads_to_a_scene_that_there_can_be(link: dict[str, str], state: Stage) -> None:
    with at_address(link):
        assert current().state(Stage) == state
        assert current().notices == []


def test_the_link_says_nothing_of_it_while_nobody_is_on_stage() -> None:
    assert Stage(scene=7, seq=2, script=TALK, draft=TALK).to_link() == {}
    assert Stage(scene=7, seq=2, script=TALK, talking=True).to_link() == {"talk": "1", "scene": "8"}


@given(
    JSON
    | st.fixed_dictionaries(
        {"seq": st.just(2) | JSON, "talking": JSON, "scene": JSON | st.integers(0, 39)}, optional={"script": JSON}
    )
)
def test_a_forged_place_in_the_talk_never_gets_in(payload: Any) -> None:
    with visiting(Stage(seq=2, script=TALK, draft="mine")) as visitor:
        take_stage(payload)
        stage = visitor.state(Stage)
    assert stage is not None
    assert isinstance(stage.talking, bool)
    assert stage.scene in range(MOST_SCENES)
    assert (stage.seq, stage.script, stage.draft) == (2, TALK, "mine")  # which the editor alone changes


def test_the_browser_reports_where_the_talk_is_that_is_shown_and_of_no_other() -> None:
    with visiting(Stage(seq=2)) as visitor:
        take_stage({"seq": 2, "talking": True, "scene": 4})
        assert visitor.state(Stage) == Stage(seq=2, talking=True, scene=4)
        take_stage({"seq": 1, "talking": False, "scene": 0})
        assert visitor.state(Stage) == Stage(seq=2, talking=True, scene=4)
