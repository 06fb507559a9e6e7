from __future__ import annotations

from dataclasses import dataclass

import streamlit
from hypothesis import given
from hypothesis import strategies as st

from tests.visitors import at_address, visiting
from ui.features.denoise.state import Noise
from ui.features.map.state import MapView
from ui.features.morph.state import Path
from ui.state.table import announce, choose_model
from ui.state.visitor import (
    Upload,
    Visitor,
    current,
    enter_page,
    is_known,
    replace,
    take_destination,
    take_notices,
    take_report,
    take_restart,
)


@dataclass
class Count:
    """What a feature remembers."""

    number: int = 0


def test_a_visitor_is_made_from_the_link_once() -> None:
    with at_address({"model": "mlp", "digit": "7", "level": "0.30"}) as query:
        assert not is_known()
        visitor = current()
        assert is_known()
        assert (visitor.model, visitor.sample, visitor.state(Noise)) == ("mlp", 7, Noise(level=0.3, mean=0.3))
        query["model"] = "book"
        assert current() is visitor
        assert visitor.model == "mlp"


def test_two_visitors_share_nothing_and_have_names_nobody_guesses() -> None:
    one, other = Visitor(), Visitor()
    one.put(Noise())
    one.memo(Count).number = 3
    one.upload("photo").number = 3
    one.notices.append("x")
    assert (other.states, other.memos, other.uploads, other.notices) == ({}, {}, {}, [])
    assert len({Visitor().visit for _ in range(100)}) == 100
    assert len(one.visit) == 16


def test_a_feature_has_one_state_and_it_is_of_the_model_on_the_table() -> None:
    with visiting(model="mlp") as visitor:
        assert visitor.state(Noise) is visitor.model_of(Noise) is None
        visitor.put(Noise(level=0.1))
        choose_model("book")
        visitor.put(MapView())
        assert (visitor.model_of(Noise), visitor.model_of(MapView)) == ("mlp", "book")
        visitor.put(Noise(level=0.2))
        assert visitor.state(Noise) == Noise(level=0.2)
        assert visitor.model_of(Noise) == "book"


def test_what_a_feature_remembers_besides_is_one_of_its_own() -> None:
    visitor = Visitor()
    visitor.memo(Count).number += 1
    visitor.memo(Count).number += 1
    assert visitor.memo(Count) == Count(2)
    assert visitor.upload("photo") == Upload()
    assert visitor.upload("photo") is visitor.upload("photo") is not visitor.upload("model-file")


def test_what_is_due_is_due_once() -> None:
    with visiting(notices=["one", "two"], restart=True, destination="map"):
        assert take_notices() == ["one", "two"]
        enter_page("")
        assert take_notices() == ["one", "two"]  # they stay where they are while somebody uses the page
        current().notices.append("three")
        assert take_notices() == ["three"]
        enter_page("map")
        assert take_notices() == []
        assert take_restart()
        assert not take_restart()
        assert take_destination() == "map"
        assert take_destination() is None


def test_another_visitor_takes_over_nothing_but_one_widgets_value() -> None:
    with visiting():
        streamlit.session_state["of-a-widget"] = 1
        streamlit.session_state["kept"] = 2
        fresh = Visitor()
        replace(fresh, "kept")
        assert current() is fresh
        assert "of-a-widget" not in streamlit.session_state
        assert streamlit.session_state["kept"] == 2


def test_a_report_about_an_earlier_digit_is_ignored() -> None:
    with visiting(model="mlp") as visitor:
        take_report(MapView, {"view": "umap", "seq": visitor.seq})
        assert visitor.state(MapView) == MapView(view="umap")
        announce(visitor, "canvas")
        take_report(MapView, {"view": "plane", "seq": visitor.seq - 1})
        assert visitor.state(MapView) == MapView(view="umap")
        take_report(MapView, {"view": "plane"})  # one that is about no digit
        assert visitor.state(MapView) == MapView(view="plane")


@given(st.none() | st.integers() | st.text() | st.lists(st.integers()))
def test_what_is_no_report_changes_nothing(report: object) -> None:
    with visiting() as visitor:
        take_report(Noise, report)
        assert visitor.states == {}


def test_a_report_with_latents_of_another_model_is_ignored() -> None:
    with visiting(model="mlp") as visitor:
        take_report(Path, {"seq": visitor.seq, "stops": [[0.5] * 2] * 2, "place": 0.5, "spherical": False})
        assert visitor.states == {}
