"""The state of the Colorize page."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from tests.visitors import at_address, install_features, visiting
from ui.features.colorize import FEATURE
from ui.features.colorize.state import MOST_HINTS, OWN, Colouring, Hint, Palette
from ui.services.pictures import pictures
from ui.state.link import read_link, write_link
from ui.state.visitor import current, take_report

ZEROS = (0.0,) * 16


def field(kind: type, name: str) -> Any:
    return next(one.type for one in msgspec.structs.fields(kind) if one.name == name)


def test_its_pictures_are_those_of_the_manifest_and_the_visitors_own() -> None:
    assert get_args(field(Colouring, "picture")) == (*pictures(), OWN)
    for name in ("plus", "minus"):
        assert get_args(field(Palette, name)) == ("", *pictures(), OWN)


def test_a_link_carries_the_picture_and_the_numbers_and_nothing_else() -> None:
    latent = tuple(round(0.25 * i - 2, 2) for i in range(16))
    hint = Hint(x=0.1, y=0.2, colour="#102030")
    whole = Colouring(picture="cat", latent=latent, hints=(hint,), palette=Palette(base=ZEROS), temperature=0.3, draw=9)
    link = whole.to_link()
    assert link.keys() == {"picture", "colours"}
    assert len(link["colours"]) == 43
    assert Colouring.from_link(link, 16) == Colouring(picture="cat", latent=latent)
    assert Colouring(picture="cat").to_link() == {"picture": "cat"}


@pytest.mark.parametrize("latent_dim", [2, 16, 64])
def test_its_sixteen_numbers_do_not_depend_on_the_model_of_the_digits(latent_dim: int) -> None:
    link = Colouring(latent=ZEROS).to_link()
    assert Colouring.from_link(link, latent_dim) == Colouring(latent=ZEROS)


@pytest.mark.parametrize(
    "link",
    [
        {"picture": "nobody"},
        {"picture": ""},
        {"picture": "cat", "colours": "x"},
        {"picture": "cat", "colours": "A" * 22},
        {"picture": "../secret"},
    ],
)
def test_an_unreadable_link_is_said(link: dict[str, str]) -> None:
    install_features()
    visitor = read_link(link)
    assert visitor.state(Colouring) is None
    assert visitor.notices == ["The colouring in the link could not be read; showing another one."]


@pytest.mark.parametrize(
    "change",
    [
        {"picture": "nobody"},
        {"latent": [0.0] * 15},
        {"latent": [1e9] * 16},
        {"latent": "x"},
        {"hints": [{"x": 2, "y": 0, "colour": "#000000"}]},
        {"hints": [{"x": 0, "y": 0, "colour": "red"}]},
        {"hints": [{"x": 0, "y": 0, "colour": "#00000G"}]},
        {"hints": [{"x": 0, "y": 0, "colour": "#000000\n"}]},
        {"hints": [{"x": 0, "y": 0, "colour": "#000000"}] * (MOST_HINTS + 1)},
        {"palette": {"base": [0.0] * 16, "plus": "nobody"}},
        {"palette": {"base": [0.0] * 17}},
        {"palette": {"base": [0.0] * 16, "strength": 2}},
        {"temperature": -0.1},
        {"temperature": 1.6},
        {"draw": 0},
        {"draw": 1_000_000},
    ],
    ids=str,
)
def test_a_forged_report_is_refused(change: dict[str, Any]) -> None:
    with visiting(Colouring(picture="cat"), model="mlp") as visitor:
        take_report(Colouring, {**Colouring(picture="coffee").to_json(), **change})
        assert visitor.state(Colouring) == Colouring(picture="cat")


def test_a_private_picture_is_not_in_its_link() -> None:
    install_features()
    with at_address({}) as query:
        current().put(Colouring(picture=OWN, latent=ZEROS))
        write_link(FEATURE)
        assert query["picture"] == OWN  # its name alone: on another computer the page says that it is not there
        assert sum(map(len, query.values())) < 150
