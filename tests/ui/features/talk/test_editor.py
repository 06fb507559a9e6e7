from __future__ import annotations

from tests.visitors import link_of, open_page, visiting, visitor_of
from ui.features.talk import scenes
from ui.features.talk.editor import take_script
from ui.features.talk.nodes import LARGEST
from ui.features.talk.state import Stage

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
    app.button[1].click().run()  # back to the shipped one
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
