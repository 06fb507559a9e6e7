"""Where a room is on the page, and what its live part gets."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from tests.visitors import at_address, visiting
from ui.features.room.state import Place
from ui.features.room.view import data, room_link
from ui.server.rooms import read_scene
from ui.state.table import choose_sample

KEY = "aB3_-" * 4 + "xy"


@pytest.mark.parametrize("url", ["http://[", "http://x]/", "http://℀/", "//", "x" * 10_000, "\0", "http://a:99999/"])
def test_a_page_with_any_address_says_its_rooms_link(url: str) -> None:
    with at_address({}, url):
        assert len(room_link("apple-12")) < 3_000


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("http://localhost:8501/map", "http://localhost:8501/follow/fig-12"),
        ("https://a.school/demo/map?z=AA#x", "https://a.school/demo/follow/fig-12"),
        ("", "/follow/fig-12"),
    ],
)
def test_a_rooms_link_leads_to_the_page_without_a_session(address: str, link: str) -> None:
    with at_address({}, address):
        assert room_link("fig-12") == link


def test_only_who_presents_gets_the_audiences_link_and_never_with_the_key() -> None:
    with visiting(Place(room="fig-12", host=KEY)):
        found = data()["room"]
        assert (found["name"], found["key"]) == ("fig-12", KEY)
        assert found["link"].endswith("/follow/fig-12")
        assert unquote(found["qr"]).startswith("data:image/svg+xml")
    with visiting(Place(room="fig-12")):
        assert data()["room"] == {"name": "fig-12", "key": ""}
    with visiting():
        assert data()["room"] is None


def test_the_browser_gets_what_is_on_the_table_as_a_scene_that_a_room_takes() -> None:
    with visiting():
        choose_sample(7)
        found = data()["table"]
        assert (found["page"], found["model"], found["digit"]) == ("", "default", 7)
        assert json.loads(read_scene(json.dumps(found).encode())) == found
