from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.visitors import at_address, fresh_page, link_of, open_page, visitor_of
from ui.features import booth
from ui.features.booth import Booth
from ui.features.denoise.state import Noise
from ui.features.talk.state import Stage
from ui.state.table import FIRST_SAMPLE
from ui.state.visitor import current


@pytest.mark.parametrize(
    ("link", "state"),
    [
        ({}, Booth()),
        ({"attract": "1"}, Booth(attract="loop")),
        ({"kiosk": "1", "idle": "90"}, Booth(attract="kiosk", idle=90)),
        ({"attract": "1", "kiosk": "1"}, Booth(attract="kiosk")),
        ({"kiosk": "2", "idle": "90"}, Booth(idle=90)),
        ({"kiosk": "1", "idle": "0"}, Booth(attract="kiosk", idle=1)),
        *(({"kiosk": "1", "idle": idle}, Booth(attract="kiosk")) for idle in ("", "1e9", "12345", "-5", "٣")),
    ],
)
def test_a_link_says_what_is_played_and_when(link: dict[str, str], state: Booth) -> None:
    with at_address(link):
        assert current().state(Booth) == state
        assert current().notices == []


def test_while_nothing_is_played_the_link_says_nothing_of_it() -> None:
    assert Booth(idle=90).to_link() == {}
    assert Booth(attract="loop").to_link() == {"attract": "1"}
    assert Booth(attract="kiosk", idle=90).to_link() == {"kiosk": "1", "idle": "90"}


def test_it_is_chosen_on_the_talk_page_and_the_address_carries_it() -> None:
    app = open_page("talk", kiosk="1", idle="7")
    assert "after 7 seconds" in app.selectbox[0].label
    app.selectbox[0].select("loop").run()
    assert visitor_of(app).state(Booth) == Booth(attract="loop", idle=7)
    assert {"attract": "1", "idle": "7"}.items() <= link_of(app).items()
    app.selectbox[0].select("off").run()
    assert not {"attract", "kiosk", "idle"} & link_of(app).keys()
    assert fresh_page("talk").selectbox[0].value == "off"


def test_its_live_part_gets_scenes_the_pause_and_whether_to_clear() -> None:
    (part,) = booth.FEATURE.parts
    for attract, kiosk in (("loop", False), ("kiosk", True)):
        with at_address({"attract" if attract == "loop" else attract: "1", "idle": "45"}):
            found = part.data()
            assert found is not None
            assert (found["idle"], found["kiosk"]) == (45, kiosk)
            assert found["talk"]["scenes"]


def test_starting_over_forgets_the_visitor_and_keeps_the_booth() -> None:
    app = AppTest.from_string(
        """
        from ui import page_frame
        from ui.features.booth import FEATURE
        from ui.state.visitor import current

        if current().sample == 7:
            FEATURE.parts[0].on["cleared"]({})
        """,
        default_timeout=60,
    )
    app.query_params.update({"digit": "7", "model": "mlp", "level": "0.9", "kiosk": "1", "idle": "5", "talk": "1"})
    app.session_state["of-a-widget"] = "something"
    app.session_state["booth-part"] = "its live part goes on as it is"
    app.run()
    assert not app.exception
    visitor = visitor_of(app)
    assert (visitor.sample, visitor.model) == (FIRST_SAMPLE, "default")
    assert visitor.states == {
        Booth: Booth(attract="kiosk", idle=5),
        Stage: Stage(seq=1),  # the shipped talk, for the browser to take over
    }
    assert visitor.state(Noise) is None
    assert visitor.restart
    assert visitor.latent is visitor.encoded
    assert "of-a-widget" not in app.session_state
    assert "booth-part" in app.session_state
