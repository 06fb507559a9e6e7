from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from tests.visitors import install_features
from ui.server import rooms
from ui.server.room_events import LAST
from ui.server.room_routes import routes
from ui.server.rooms import MOST_BYTES, MOST_WRITES, SECONDS, RoomError, Rooms, read_scene
from ui.services.frontend_assets import image_from_base64


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def scene(**others: object) -> bytes:
    return json.dumps({"page": "", **others}).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
IMAGE = base64.b64encode(bytes(784)).decode()
SCENE = st.fixed_dictionaries(
    {"page": st.sampled_from(["", "map", "../x", "a" * 17]) | JSON},
    optional={
        "model": st.sampled_from(["default", "../../x"]) | JSON,
        "image": st.sampled_from([None, IMAGE, IMAGE[4:], IMAGE[:-4] + "é==="]) | JSON,
        "latent": st.lists(st.floats(), max_size=66) | JSON,
        "denoise": JSON,
        "glance": st.dictionaries(
            st.sampled_from(["line", "words", "image", "output", "latent", "model", "isElsewhere", "x"]),
            JSON | st.sampled_from([IMAGE, IMAGE[4:]]) | st.lists(st.floats(), max_size=66),
        )
        | JSON,
        "map": st.fixed_dictionaries({"view": st.sampled_from(["pca", "globe"]), "shown": st.text(max_size=3)}) | JSON,
    },
)


@given(st.binary(max_size=60) | (JSON | SCENE).map(lambda value: json.dumps(value).encode()))
def test_what_an_audience_is_sent_is_small_plain_and_valid_whatever_was_written(data: bytes) -> None:
    install_features()
    try:
        text = read_scene(data)
    except RoomError:
        return
    assert "\n" not in text  # it is one line of a stream
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert re.fullmatch("[a-z]{0,16}", found["page"])
    assert len(found.get("latent", [])) <= 64
    assert np.isfinite(found.get("latent", [])).all()
    image = image_from_base64(found.get("image"))
    assert image is None or image.shape == (28, 28)
    glance = found.get("glance", {})
    assert len(glance.get("latent", [])) <= 64
    assert all(isinstance(glance.get(key, ""), str) for key in ("line", "words", "model"))
    for picture in (glance.get("image"), glance.get("output")):
        assert picture is None or image_from_base64(picture) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 10_000,
        b'{"page": "", "x": ' + b"[" * 7 + b"]" * 7 + b"}",
        b'{"page": "", "x": 1e999}',
        b'{"page": "", "x": NaN}',
        b'{"page": "", "x": 1' + b"0" * 5000 + b"}",
        b'{"page": "", "x": "' + b"x" * MOST_BYTES + b'"}',
        b'{"page": "draw\\n"}',
        b"\xff",
    ],
    ids=range(8),
)
def test_a_forged_scene_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(RoomError, match=r"^[A-Z].*\.$"):
        read_scene(data)


def test_only_the_key_writes_and_ends() -> None:
    open_ = Rooms(Clock())
    room, key = open_.open()
    other, other_key = open_.open()
    assert re.fullmatch(rooms.NAME, room.name)
    assert re.fullmatch(rooms.KEY, key)
    assert key not in repr(room)
    open_.write(room.name, key, scene(latent=[1]))
    before = room.scene
    for wrong in ("", key[:-1], key.swapcase(), other_key, "\ud800", "é" * 22):
        with pytest.raises(RoomError, match="Only the presenter's own link") as refused:
            open_.write(room.name, wrong, scene(latent=[2]))
        assert refused.value.status == 403
        with pytest.raises(RoomError, match="Only the presenter's own link"):
            open_.end(room.name, wrong)
    assert (room.scene, room.version, other.version) == (before, 1, 0)
    open_.end(room.name, key)
    with pytest.raises(RoomError, match="has ended"):
        open_.write(room.name, key, scene())
    assert len(open_) == 1


def test_a_room_ends_an_hour_after_its_last_change_and_not_before() -> None:
    clock = Clock()
    open_ = Rooms(clock)
    room, key = open_.open()
    open_.write(room.name, key, scene(latent=[1]))
    clock.now += SECONDS - 1
    open_.write(room.name, key, scene(latent=[2]))  # a change
    clock.now += SECONDS - 1
    open_.write(room.name, key, scene(latent=[2]))  # none: who only keeps the page open does not keep the room
    assert open_.find(room.name) is room
    clock.now += 1
    with pytest.raises(RoomError, match=f"The room {room.name} has ended"):
        open_.find(room.name)
    assert len(open_) == 0
    with pytest.raises(RoomError, match="There is no room called plum-42"):
        open_.find("plum-42")
    with pytest.raises(RoomError, match="There is no room of that name"):
        open_.find("<script>")


def status_of(open_: Rooms, name: str) -> int:
    """Return how a room is found, by HTTP's number."""
    try:
        open_.find(name)
    except RoomError as problem:
        return problem.status
    return 200


def test_rooms_followers_and_writes_are_limited() -> None:
    clock = Clock()
    open_ = Rooms(clock, most_rooms=2, most_followers=3, most_listeners=4)
    (first, key), (second, _) = open_.open(), open_.open()
    for _ in range(3):
        open_.enter(first.name)
    with pytest.raises(RoomError, match=r"is full: 3 people follow it already"):
        open_.enter(first.name)
    for _ in range(4):
        open_.enter(first.name, is_light=True)  # without a session, there is room for more
    with pytest.raises(RoomError, match=r"is full: 4 people follow here already"):
        open_.enter(second.name, is_light=True)
    assert (first.followers, first.listeners, open_.listeners) == (7, 4, 4)
    open_.leave(first, is_light=True)
    open_.leave(open_.enter(second.name, is_light=True), is_light=True)
    with pytest.raises(RoomError, match="2 rooms are open already"):
        open_.open()

    for i in range(MOST_WRITES):
        open_.write(first.name, key, scene(latent=[i]))
    with pytest.raises(RoomError, match="too fast"):
        open_.write(first.name, key, scene(latent=[-1]))
    clock.now += 0.5
    for i in range(MOST_WRITES // 2):
        open_.write(first.name, key, scene(latent=[i]))
    with pytest.raises(RoomError, match="too fast"):
        open_.write(first.name, key, scene(latent=[-1]))

    clock.now += SECONDS / 2  # an unused room makes way for a new one, a room with followers never does
    open_.open()
    assert second.ended
    assert not first.ended
    names = set()
    for _ in range(3000):  # ended rooms leave nothing behind that grows
        clock.now += SECONDS + 1
        names.add(open_.open()[0].name)
    assert len(open_) == 1
    assert len(names) > 1000
    ended = sum(status_of(open_, name) == 410 for name in names)
    assert 499 <= ended <= 500  # those that it can say have ended; the open one may have the name of one of them


def test_who_reads_slowly_gets_the_newest_scene_only() -> None:
    open_ = Rooms(Clock())
    room, key = open_.open()
    seen, first = room.news(LAST) or (LAST, "")
    assert json.loads(first.removeprefix("data: "))["scene"] is None
    for i in range(5):
        open_.write(room.name, key, scene(latent=[i]))
    seen, second = room.news(seen) or (LAST, "")
    assert json.loads(second.removeprefix("data: "))["scene"]["latent"] == [4]
    assert room.news(seen) is None  # nothing is sent that was sent
    open_.end(room.name, key)
    number, last = room.news(seen) or (0, "")
    assert number == LAST
    assert "has ended" in json.loads(last.removeprefix("data: "))["problem"]


# ---- over HTTP -------------------------------------------------------------------------------------------------


@contextmanager
def serve(open_: Rooms, others: Sequence[Route] = ()) -> Iterator[int]:
    """Serve rooms, and other routes, from a thread of this process; yields the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=[*routes(open_), *others]), log_level="error", lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait(lambda: server.started)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def wait(happens: Callable[[], object]) -> None:
    for _ in range(500):
        if happens():
            return
        time.sleep(0.02)
    pytest.fail("it did not happen within ten seconds")


def ask(port: int, method: str, path: str, body: bytes = b"{}", **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    assert answer.getheader("Access-Control-Allow-Origin") is None
    connection.close()
    return answer.status, found


class Reader:
    """Somebody who follows a room, until the end of a `with`."""

    def __init__(self, port: int, name: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", f"/rooms/{name}/events")
        self.answer = self.connection.getresponse()

    def next(self) -> dict[str, Any]:
        while not (line := self.answer.readline()).startswith(b"data: "):
            assert line, "the stream has ended"
        found: dict[str, Any] = json.loads(line[6:])
        return found

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self.answer.close()
        self.connection.close()


def test_an_audience_reads_cannot_write_and_hears_why_it_is_not_let_in() -> None:
    clock = Clock()
    open_ = Rooms(clock, most_followers=2)
    with serve(open_) as port, ExitStack() as readers:

        def follow(name: str) -> Reader:
            return readers.enter_context(Reader(port, name))

        status, mine = ask(port, "POST", "/rooms")
        assert status == 201
        path, key = f"/rooms/{mine['name']}", mine["key"]
        first = follow(mine["name"])
        with follow(mine["name"]) as second:
            assert second.next()["scene"] is None
            assert "is full: 2 people" in follow(mine["name"]).next()["problem"]
        room = open_.find(mine["name"])
        wait(lambda: room.followers == 1)  # a place is free again
        second = follow(mine["name"])
        assert first.next()["scene"] is None
        assert second.next()["scene"] is None
        assert ask(port, "POST", path, scene(latent=[7]), X_Room_Key=key) == (200, {"followers": 2})
        assert first.next()["scene"] == second.next()["scene"] == {"page": "", "latent": [7]}
        refusals = {
            403: [ask(port, "POST", path, scene()), ask(port, "DELETE", path, X_Room_Key="x" * 22)],
            415: [ask(port, "POST", path, scene(), X_Room_Key=key, Content_Type="text/plain")],
            413: [ask(port, "POST", path, b" " * (MOST_BYTES + 1), X_Room_Key=key)],
            400: [ask(port, "POST", path, b"{}", X_Room_Key=key)],
            404: [ask(port, "POST", "/rooms/plum-42", scene(), X_Room_Key=key)],
        }
        refusals[403].append(ask(port, "POST", "/rooms", Sec_Fetch_Site="cross-site"))
        for status, answers in refusals.items():
            for answer in answers:
                assert answer[0] == status
                assert re.fullmatch(r"[A-Z].*\.", answer[1]["problem"])
        assert "There is no room called plum-42" in follow("plum-42").next()["problem"]

        clock.now += SECONDS
        assert ask(port, "POST", path, scene(), X_Room_Key=key)[0] == 410
        assert "has ended" in first.next()["problem"]
        assert "has ended" in second.next()["problem"]
        wait(lambda: room.followers == 0)


def test_a_reader_that_has_stopped_loses_its_place() -> None:
    clock = Clock()
    open_ = Rooms(clock, most_followers=1, patience=0.3)
    with serve(open_) as port:
        room, key = open_.open()
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            stuck.connect(("127.0.0.1", port))
            stuck.sendall(f"GET /rooms/{room.name}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait(lambda: room.followers == 1)
            for i in range(2000):  # more than the two machines' network keeps for it
                clock.now += 1
                ask(port, "POST", f"/rooms/{room.name}", scene(x=f"{i:15000}"), X_Room_Key=key)
                if not room.followers:
                    return
        pytest.fail("it keeps its place")
