from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from ui.server import join
from ui.server.join import name_in
from ui.server.room_routes import routes
from ui.server.rooms import Rooms

TYPED = {
    "plum-42": "plum-42",
    " Plum 42 ": "plum-42",
    "PLUM42": "plum-42",
    "plum–42.": "plum-42",
    "https://a.school/learn/?room=plum-42": "plum-42",
    "https://a.school/follow/plum-42": "plum-42",
    "": None,
    "plum": None,
    "42": None,
    "plum-4": None,
    "../plum-42": None,
    "plum-42/events": None,
    "plum-42\r\nx: y": None,
    "<script>-42": None,
    "pl😀um-42": None,
}


@pytest.mark.parametrize(("typed", "name"), TYPED.items())
def test_a_name_is_understood_as_people_type_it(typed: str, name: str | None) -> None:
    assert name_in(typed) == name


@dataclass
class Answer:
    """What the server sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


Visit = Callable[..., Answer]


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
def visit(rooms: Rooms) -> Visit:
    """A function that asks for an address, with a room's name in it."""
    app = Starlette(routes=[*routes(rooms), *join.routes(rooms.problem_with)])

    def get(path: str, room: str | None = None) -> Answer:
        answer = Answer()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.text += message.get("body", b"").decode()

        query = b"" if room is None else urlencode({"name": room}).encode()
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
        with ThreadPoolExecutor(1) as thread:  # a browser's tests may have a loop in this one
            thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
        return answer

    return get


def test_an_open_room_is_entered_by_a_relative_address(rooms: Rooms, visit: Visit) -> None:
    room, _ = rooms.open()
    answer = visit("/join", room.name.replace("-", " ").upper())
    assert (answer.status, answer.headers["location"]) == (303, f"./follow/{room.name}")
    assert room.followers == 0


def test_without_a_room_there_is_a_sentence_at_the_field(rooms: Rooms, visit: Visit) -> None:
    assert visit("/join").status == 200
    room, key = rooms.open()
    rooms.end(room.name, key)
    for typed, says in (
        ("quince-10", "There is no room called quince-10"),
        (room.name, "has ended"),
        ("", "a word and a number"),
        ('"><script>alert(1)</script>', "a word and a number"),
        ("x" * 100_000, "a word and a number"),
        ("$typed ${problem}", "a word and a number"),
    ):
        answer = visit("/join", typed)
        assert answer.status == 200
        assert says in unescape(answer.text)
        assert "<script" not in answer.text
        assert len(answer.text) < 8_000
        assert 'aria-invalid="true"' in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_an_address_with_a_slash_leads_there(visit: Visit) -> None:
    assert visit("/join/").headers["location"] == "../join"
