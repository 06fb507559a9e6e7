"""The publisher of rooms, without an nginx: `tests/faults/test_hall.py` has a real one."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from ui.server.publisher import BACK, Publisher, publisher_by_setting
from ui.server.rooms import Room


class Channels(BaseHTTPRequestHandler):
    """What nchan does with a channel, as far as the publisher asks."""

    held: dict[str, bytes] = {}  # noqa: RUF012  # what was published, by path
    refuses = False

    def do_POST(self) -> None:
        self.held[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        known = self.path in self.held
        body = json.dumps({"subscribers": 3}).encode() if known else b""
        self.send_response(500 if Channels.refuses else 200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *of: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    Channels.held.clear()
    Channels.refuses = False
    with HTTPServer(("127.0.0.1", 0), Channels) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/rooms/"
        server.shutdown()
        thread.join()


def play(course: Any) -> Any:
    with ThreadPoolExecutor(1) as thread:  # a browser's tests may have a loop in this one
        return thread.submit(asyncio.run, course).result()


def test_a_scene_is_published_once_and_again_where_it_was_lost(address: str) -> None:
    publisher, room, path = Publisher(address), Room("plum-42", b"", 0.0), "/rooms/plum-42"
    assert play(publisher.publish(room)) == 3
    assert json.loads(Channels.held[path]) == {"scene": None, "followers": 0}
    room.scene, room.version = '{"page":""}', 1
    assert play(publisher.publish(room)) == 3
    assert json.loads(Channels.held[path])["scene"] == {"page": ""}
    Channels.held[path] = b"the same"
    assert play(publisher.publish(room)) == 3
    assert Channels.held[path] == b"the same"
    Channels.held.clear()  # nginx has started again
    assert play(publisher.publish(room)) == 3
    assert json.loads(Channels.held[path])["scene"] == {"page": ""}
    room.ended = True
    play(publisher.end(room))
    assert "has ended" in json.loads(Channels.held[path])["problem"]


def test_an_nginx_that_is_away_is_said_once(address: str, caplog: pytest.LogCaptureFixture) -> None:
    publisher, room = Publisher(address), Room("plum-42", b"", 0.0)
    Channels.refuses = True
    with caplog.at_level(logging.WARNING):
        assert [play(publisher.publish(room)) for _ in range(3)] == [0, 0, 0]
        Channels.refuses = False
        assert play(publisher.publish(room)) == 3
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[0].startswith("What rooms show cannot be published at http://127.0.0.1")
    assert said[1] == BACK


@pytest.mark.parametrize("setting", ["nginx:8081", "http://nginx:8081/rooms", "file:///etc/passwd/"])
def test_a_setting_that_is_no_address_publishes_nowhere(
    setting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AECORE_PUBLISH", setting)
    assert play(publisher_by_setting().publish(Room("plum-42", b"", 0.0))) == 0
    assert "AECORE_PUBLISH is no address" in caplog.text
