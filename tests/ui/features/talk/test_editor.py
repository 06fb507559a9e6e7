from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ui.features.talk import scenes
from ui.server.open_page import wait_until_served
from ui.state import session

PAGE = str(Path(__file__).parents[4] / "pages" / "talk.py")
JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)


def open_talk(**link: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.query_params.update(link)
    return app.run()


def link_of(app: AppTest) -> dict[str, str]:
    """Return the page's address, each parameter once."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def test_a_broken_talk_says_which_line_and_why_and_the_one_before_stays() -> None:
    app = open_talk()
    sound = app.text_area[0].value
    assert sound == scenes.SHIPPED.read_text(encoding="utf-8")
    app.text_area[0].set_value(sound.replace("page: denoise", "page: denoize", 1))
    app.button[0].click().run()
    assert not app.exception
    number = sound[: sound.index("page: denoise")].count("\n") + 1
    assert app.error[0].value.startswith(f"line {number}: `page` is title")
    assert app.code[0].value == "page: denoize"
    state = app.session_state["playground"]
    assert (state.script, state.talk) == ("", 0)
    app.text_area[0].set_value("talk: Mine\nscenes:\n  - line: Hello\n").run()
    app.button[0].click().run()
    assert not app.error
    assert (state.script, state.talk) == ("talk: Mine\nscenes:\n  - line: Hello\n", 1)
    app.button[1].click().run()  # back to the shipped one
    assert app.text_area[0].value == sound
    assert (state.script, state.talk) == ("", 2)


def test_the_link_carries_the_stage_and_the_booth() -> None:
    app = open_talk(talk="1", scene="4", kiosk="1", idle="7")
    state = app.session_state["playground"]
    assert (state.talking, state.scene, state.attract, state.idle) == (True, 3, "kiosk", 7)
    assert {"talk": "1", "scene": "4", "kiosk": "1", "idle": "7"}.items() <= link_of(app).items()
    app.selectbox(key=session.ATTRACT_CHOICE).select("loop").run()
    assert link_of(app)["attract"] == "1"
    assert "kiosk" not in link_of(app)


@pytest.mark.parametrize("link", [{"scene": "x"}, {"scene": "999"}, {"idle": "0"}, {"idle": "1e9"}, {"talk": "2"}])
def test_what_no_link_says_is_left_out(link: dict[str, str]) -> None:
    app = open_talk(**link)
    assert not app.exception
    state = app.session_state["playground"]
    assert not state.talking
    assert 0 <= state.scene < 100
    assert state.idle >= 1


@given(JSON | st.fixed_dictionaries({"seq": st.just(0) | JSON, "talking": JSON, "scene": JSON | st.integers(0, 39)}))
def test_a_forged_place_in_the_talk_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_stage(payload)
    assert isinstance(state.talking, bool)
    assert state.scene in range(scenes.MOST_SCENES)


def test_starting_over_forgets_the_visitor_and_keeps_the_booth() -> None:
    app = AppTest.from_string(
        """
        import streamlit as st
        from ui.state import session

        state = session.current()
        if state.sample == 7:
            session.start_over()
        """
    )
    app.query_params.update({"digit": "7", "model": "mlp", "level": "0.9", "kiosk": "1", "idle": "5"})
    app.session_state["drawn-by-hand"] = "something"
    app.run()
    assert not app.exception
    state = app.session_state["playground"]
    assert (state.sample, state.model, state.attract, state.idle) == (session.FIRST_SAMPLE, "default", "kiosk", 5)
    assert state.noise == session.Noise()
    assert state.restart
    assert np.array_equal(state.latent, state.encoded)
    assert "drawn-by-hand" not in app.session_state


def test_the_page_is_opened_once_it_is_served(app: str) -> None:
    assert wait_until_served(app, patience=10)
    assert not wait_until_served("http://localhost:1", patience=0.3)
