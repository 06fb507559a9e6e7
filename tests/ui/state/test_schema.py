"""What a state is made of, on a small one of its own: one declaration checks reports and links."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from aecore.core.latents import quantise
from ui.state.schema import (
    LARGEST_LATENT,
    NOT_IN_LINK,
    InLink,
    Latent,
    Name,
    Named,
    State,
    as_latent,
    is_number,
    latent_in_link,
    latent_of_link,
    read_latent,
    read_number,
)


class Lamp(State, frozen=True):
    """A state with a field of each kind."""

    called: ClassVar[str] = "lamp"
    decimals: ClassVar[Mapping[str, int]] = {"fine": 4}

    colour: Literal["red", "green"] = "red"
    level: Annotated[float, Meta(ge=0, le=1)] = 0.5
    fine: Annotated[float, Meta(ge=0, le=1)] = 0.5
    count: Annotated[int, Meta(ge=1, le=99)] = 1
    on: bool = False
    where: Annotated[str, Meta(max_length=8), InLink("place")] = ""
    latent: Annotated[Latent | None, InLink("latent", latent_in_link, latent_of_link)] = None
    names: Annotated[tuple[Named, ...], Meta(max_length=2), NOT_IN_LINK] = ()

    def fits(self, latent_dim: int) -> bool:
        return self.latent is None or len(self.latent) == latent_dim


class Shade(State, frozen=True):
    """One of which a link's unreadable fields are left out, and nothing is said."""

    colour: Literal["red", "green"] = "red"
    level: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Ordered(State, frozen=True):
    """One whose fields have to fit together."""

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low > self.high:
            raise ValueError("low is above high")


class Needed(State, frozen=True):
    """One with a field that has no default."""

    name: Name
    count: int = 1


LAMP = Lamp(
    colour="green",
    level=0.25,
    fine=0.1234,
    count=7,
    on=True,
    where="desk",
    latent=(0.5, -1.0),
    names=(Named(name="x", latent=(1.0,)),),
)


# ---- reports ---------------------------------------------------------------------------------------------------


def test_a_state_survives_a_report() -> None:
    assert Lamp.from_report(json.loads(json.dumps(LAMP.to_json())), 2) == LAMP
    assert Lamp.from_report({}) == Lamp()
    assert Lamp.from_report({"seq": 3, "and": ["more"]}) == Lamp()  # what it does not know is left out
    assert Lamp.from_report(LAMP.to_json(), 3) is None  # a latent of another model
    assert Needed.from_report({}) is None


@pytest.mark.parametrize(
    "change",
    [
        *({"colour": one} for one in ("blue", 3, None)),
        *({"level": one} for one in (-0.01, 1.01, "0.5", True, None, float("nan"), float("inf"), 10**400)),
        *({"count": one} for one in (0, 100, 1.5, "1", True)),
        *({"on": one} for one in (0, 1, "1", None)),
        *({"where": one} for one in ("nine chars", 3, "\ud800")),
        *({"latent": one} for one in ([], [0.5] * (LARGEST_LATENT + 1), [None], [1e7], ["x"], {"0": 1})),
        *({"names": one} for one in ([{"name": "", "latent": [1]}], [{"name": "x"}], [[]])),
        {"names": [{"name": "\udc00", "latent": [1]}]},
        {"names": [{"name": "x", "latent": [1]}] * 3},
    ],
)
def test_a_report_with_anything_wrong_in_it_is_none(change: dict[str, Any]) -> None:
    assert Lamp.from_report({**LAMP.to_json(), **change}) is None


@pytest.mark.parametrize("report", [None, 3, "x", [], [["colour", "red"]], float("nan")])
def test_what_is_no_object_is_no_state(report: object) -> None:
    assert Lamp.from_report(report) is None


def test_numbers_are_in_steps_of_a_hundredth_unless_said_otherwise() -> None:
    read = Lamp.from_report({"level": 0.123456, "fine": 0.123456, "latent": [0.123456, 1]})
    assert read == Lamp(level=0.12, fine=0.1235, latent=(0.12, 1.0))
    assert Lamp(level=0.999999).level == 1.0
    assert msgspec.structs.replace(Lamp(), level=0.333333).level == 0.33


def test_a_nest_too_deep_to_follow_is_none() -> None:
    nest: Any = []
    for _ in range(100_000):
        nest = [nest]
    assert Lamp.from_report({"names": nest}) is None


def test_it_cannot_be_made_with_what_cannot_be_written_down() -> None:
    for wrong in ({"level": float("nan")}, {"count": 2**40}, {"where": "\ud800"}):
        with pytest.raises(ValueError, match=r"out of range|cannot be written down"):
            Lamp(**wrong)


# ---- links -----------------------------------------------------------------------------------------------------


def test_a_link_carries_each_field_under_its_name_but_for_what_is_not_in_it() -> None:
    link = LAMP.to_link()
    assert link == {
        **{"colour": "green", "level": "0.25", "fine": "0.12", "count": "7", "on": "1", "place": "desk"},
        **{"latent": latent_in_link((0.5, -1.0))},
    }
    assert Lamp.from_link(link, 2) == msgspec.structs.replace(LAMP, fine=0.12, names=())
    assert set(Lamp.parameters()) == link.keys()


def test_what_a_link_does_not_say_is_as_usual_and_a_link_without_any_of_it_carries_none() -> None:
    assert Lamp.from_link({"level": "1"}, 2) == Lamp(level=1.0)
    assert Lamp.from_link({"other": "1"}, 2) is None
    assert Needed.from_link({"count": "3"}, 2) is None
    assert Needed.from_link({"count": "3", "name": "x"}, 2) == Needed(name="x", count=3)


@pytest.mark.parametrize(
    "link",
    [
        *({"colour": one} for one in ("blue", "", "RED")),
        *({"level": one} for one in ("1.01", "-0.01", "", "x", "1e0", ".5", "0.50000", "٠", "nan", "0x1", "1_0", " 1")),
        *({"count": one} for one in ("0", "100", "1.5", "", "٣", "9" * 5000)),
        *({"on": one} for one in ("true", "", "2", "01")),
        *({"place": one} for one in ("nine chars", "\ud800")),
        *({"latent": one} for one in ("", "AAAA", "!", latent_in_link((1.0,) * 3))),
    ],
)
def test_a_field_of_a_link_that_cannot_be_read_is_refused_where_the_state_has_a_name(link: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^no |out of range"):
        Lamp.from_link(link, 2)


def test_without_a_name_the_rest_of_the_link_is_read() -> None:
    assert Shade.from_link({"colour": "blue", "level": "0.3"}, 2) == Shade(level=0.3)
    assert Shade.from_link({"colour": "green", "level": "3"}, 2) == Shade(colour="green")
    assert Shade.from_link({"colour": "blue", "level": "x"}, 2) is None
    assert Ordered.from_link({"low": "0.6", "high": "0.4"}, 2) is None


LAMPS = st.builds(
    Lamp,
    colour=st.sampled_from(["red", "green"]),
    level=st.floats(0, 1),
    count=st.integers(1, 99),
    on=st.booleans(),
    where=st.text(max_size=8).filter(str.isprintable),
    latent=st.none() | st.lists(st.floats(-300, 300), min_size=2, max_size=2).map(tuple),
)


@given(LAMPS)
def test_every_state_survives_both(lamp: Lamp) -> None:
    assert Lamp.from_report(json.loads(json.dumps(lamp.to_json())), 2) == lamp
    assert Lamp.from_link(lamp.to_link(), 2) == lamp


@given(st.text(max_size=12))
def test_a_number_of_a_link_is_plain_and_bounded(text: str) -> None:
    try:
        number = read_number(text)
    except ValueError:
        return
    assert abs(number) < 1e6
    assert text.isascii()


# ---- latents ---------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-300, 300), min_size=1, max_size=LARGEST_LATENT))
def test_a_latent_survives_the_link(numbers: list[float]) -> None:
    latent = as_latent(quantise(np.array(numbers)))
    text = latent_in_link(latent)
    assert latent_of_link(text, len(numbers)) == latent
    assert text.isascii()
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        latent = latent_of_link(text, 16)
    except ValueError:
        return
    assert len(latent) == 16
    assert np.isfinite(latent).all()


def test_a_latent_of_sixteen_takes_43_characters() -> None:
    assert len(latent_in_link([0.5] * 16)) == 43


@pytest.mark.parametrize(
    "numbers",
    [None, "x", (0.5,) * 16, [0.5] * 15, [0.5] * 17, *([*[0.5] * 15, wrong] for wrong in (None, 1e6, True, "1"))],
)
def test_a_latent_of_a_report_is_a_list_of_so_many_numbers(numbers: object) -> None:
    assert read_latent(numbers, 16) is None


def test_a_latent_of_a_report_is_rounded() -> None:
    assert read_latent([0.123, -1, 3], 3) == (0.12, -1.0, 3.0)


@pytest.mark.parametrize(
    ("value", "ordinary"), [(1, True), (-0.5, True), (True, False), (1e6, False), (float("nan"), False), ("1", False)]
)
def test_an_ordinary_number_is_known(value: object, ordinary: bool) -> None:
    assert is_number(value) == ordinary
