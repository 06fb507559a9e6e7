from __future__ import annotations

from tests.visitors import link_of, open_page, visiting, visitor_of
from ui.features.talk import scenes
from ui.features.talk.editor import take_script
from ui.features.talk.nodes import LARGEST
from ui.features.talk.state import Stage
from ui.features.talk.tour import tour_as_talk
from ui.state.declaration import steps_of_tour
from ui.state.table import usable_models

MINE = "talk: Mine\nscenes:\n  - line: Hello\n"


def test_a_broken_talk_says_which_line_and_why_and_the_one_before_stays() -> None:
    app = open_page("talk")
    shipped = app.text_area[0].value
    assert shipped == scenes.BUILT_IN.read_text(encoding="utf-8")
    broken = shipped.replace("page: denoise", "page: denoize", 1)
    app.text_area[0].set_value(broken)
    app.button[0].click().run()
    assert not app.exception
    number = shipped[: shipped.index("page: denoise")].count("\n") + 1
    assert app.error[0].value.startswith(f"line {number}: `page` is title")
    assert app.code[0].value == "page: denoize"
    assert visitor_of(app).state(Stage) == Stage(draft=broken)
    app.text_area[0].set_value(MINE).run()
    app.button[0].click().run()
    assert not app.error
    assert visitor_of(app).state(Stage) == Stage(script=MINE, draft=MINE, seq=1)
    app.button[2].click().run()  # back to the shipped one
    assert app.text_area[0].value == shipped
    assert visitor_of(app).state(Stage) == Stage(seq=2)


def test_the_link_carries_the_stage_and_the_booth() -> None:
    app = open_page("talk", talk="1", scene="4", kiosk="1", idle="7")
    assert visitor_of(app).state(Stage) == Stage(talking=True, scene=3)
    assert {"talk": "1", "scene": "4", "kiosk": "1", "idle": "7"}.items() <= link_of(app).items()


def test_a_text_that_cannot_be_written_down_is_shown_as_far_as_it_can() -> None:
    with visiting() as visitor:
        take_script("talk: \ud800")
        assert visitor.state(Stage) == Stage(draft="talk: ?")
        take_script("x" * (LARGEST + 1))
        assert visitor.state(Stage) == Stage(draft="x" * LARGEST)


def test_the_tour_can_be_given_as_a_talk() -> None:
    app = open_page("talk")
    app.button[1].click().run()
    assert not app.exception
    assert not app.error
    state = visitor_of(app).state(Stage)
    assert isinstance(state, Stage)
    assert state.script == tour_as_talk() == app.text_area[0].value
    talk = scenes.parse(state.script, usable_models())
    assert [scene["line"] for scene in talk.scenes] == [f"{step.title}." for _, step in steps_of_tour()]
    assert len({scene["page"] for scene in talk.scenes}) > 5
