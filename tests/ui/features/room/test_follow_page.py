"""The page that follows a room without a session: what it weighs, and what its routes answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote

import pytest

from tests.ui.server.test_rooms import serve
from tests.visitors import install_features
from ui.features.room import follow_page
from ui.server.compression import compress
from ui.server.join import routes as routes_of_join
from ui.server.rooms import Rooms
from ui.services.bundle import bundle

MOST = 150_000  # bytes, packed, of all that the page takes before its model
HOSTILE = (
    "<script>alert(1)</script>",
    "plum-42\r\nx:y",
    "../plum-42",
    "plum-4",
    "Plum-42",
    "plum-42$",
    "😀",
    "a" * 3000,
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    install_features()
    open_ = Rooms()
    with serve(open_, [*routes_of_join(open_.problem_with), *follow_page.ROUTES]) as port:
        yield port


@contextmanager
def get(port: int, path: str) -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def test_it_is_small_before_its_model() -> None:
    install_features()
    for encoding in ("br", "gzip"):
        code, page = (
            len(compress(data, encoding)) for data in (bundle("features/room/follow.js").encode(), follow_page.page())
        )
        assert code + page < MOST


def test_it_is_the_same_for_every_room_and_runs_only_its_own_code(port: int) -> None:
    bodies = []
    for name in ("plum-42", "quince-10"):
        with get(port, f"/follow/{name}") as answer:
            bodies.append(answer.read().decode())
            assert answer.status == 200
            policy = str(answer.getheader("Content-Security-Policy"))
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert "frame-ancestors 'none'" in policy
            assert answer.getheader("X-Content-Type-Options") == "nosniff"
            assert answer.getheader("Cache-Control") == "no-cache"
            assert answer.getheader("Set-Cookie") is None
    assert bodies[0] == bodies[1]
    assert not re.search(r'(?:href|src)="(?:https?:|//)', bodies[0])
    assert not re.search(r"<script(?! type=\"application/json\"| type=\"module\" src=)", bodies[0])


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_rooms_name_leads_to_the_page_where_one_is_typed(port: int, name: str) -> None:
    with get(port, f"/follow/{quote(name, safe='')}") as answer:
        assert answer.status in (303, 404)
        leads = str(answer.getheader("Location", "../join?name=") or "")
        assert re.fullmatch(r"\.\./join\?name=[\w.%~-]*", leads)
        assert b"<script" not in answer.read()


def test_a_slash_at_the_end_does_not_matter(port: int) -> None:
    with get(port, "/follow/plum-42/") as answer:
        assert (answer.status, answer.getheader("Location")) == (303, "../../follow/plum-42")


@pytest.mark.parametrize("name", ["default", "mlp", "plane"])
def test_a_model_is_described_by_its_name(port: int, name: str) -> None:
    with get(port, f"/follow/models/{name}.json") as answer:
        found = json.loads(answer.read())
        assert answer.status == 200
    assert found["model"]["name"] == name
    assert len(found["model"]["statistics"]["low"]) == found["model"]["numbers"]


@pytest.mark.parametrize("name", ["nothing", "colorizer", "..%2f..%2fmanifest", "my_" + "0" * 32, "a" * 5000])
def test_there_is_no_description_of_what_is_no_model_of_digits(port: int, name: str) -> None:
    with get(port, f"/follow/models/{name}.json") as answer:
        assert answer.status == 404
        assert answer.read() in (b"not found", b"Not Found")
