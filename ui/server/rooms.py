"""Rooms: a presenter opens one and shows a page to an audience that follows it live. Does not use Streamlit.

A room holds one small JSON object, the scene that its presenter shows now, in this process's memory only. Everything
here runs on the server's event loop, so no lock is needed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import math
import re
import secrets
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ui.server import join
from ui.server.room_answers import NOT_CACHED, RoomError, answered, in_a_sentence, key_of
from ui.services.frontend_assets import image_from_base64
from ui.state.declaration import installed

MOST_ROOMS = 50
MOST_FOLLOWERS = 500  # of one room
MOST_BYTES = 24_000  # of a scene
MOST_WRITES = 30  # per second and room
SECONDS = 3600.0  # a room ends after so long without a change
PATIENCE = 20.0  # seconds until a follower that does not read is dropped; at most one scene is buffered for it
NAME = r"[a-z]{3,8}-[1-9][0-9]"
KEY = r"[A-Za-z0-9_-]{22}"  # the presenter's, which permits to write

_UNUSED = 600.0  # seconds without a change or a follower after which a room may be replaced by a new one
_HEARTBEAT = 15.0  # seconds; proxies close a silent connection after a minute, and only a write notices a lost phone
_ENDED_KEPT = 500  # names
_DEEPEST = 6
_LARGEST = 1e9
# fmt: off
_WORDS = (
    "apple", "apricot", "banana", "cherry", "citron", "fig", "grape", "guava", "kiwi", "lemon", "lime", "lychee",
    "mango", "melon", "nectar", "olive", "orange", "papaya", "peach", "pear", "plum", "quince", "raisin", "almond",
    "basil", "carrot", "celery", "clover", "fennel", "ginger", "hazel", "laurel", "lotus", "maple", "mint", "myrtle",
    "nutmeg", "pepper", "pine", "poppy", "radish", "rose", "saffron", "sage", "sorrel", "tulip", "vanilla", "violet",
    "walnut", "willow",
)
# fmt: on


@dataclass
class Room:
    """One room: `scene` is JSON text, `version` counts its changes, `changed` wakes its followers."""

    name: str
    key: bytes  # SHA-256 of the presenter's key
    last_change: float
    scene: str = "null"
    picture: bytes = b""  # a private one that the presenter shows (`room_pictures.py`)
    version: int = 0
    followers: int = 0
    ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    left: float = MOST_WRITES  # writes that are allowed at once (a token bucket)
    filled: float = 0.0  # when `left` was updated

    def pay(self, now: float) -> None:
        """Take one of the writes that are allowed at a time; raises RoomError when none is left."""
        self.left = min(self.left + MOST_WRITES * (now - self.filled), MOST_WRITES)
        self.filled = now
        if self.left < 1:
            raise RoomError(429, f"That is too fast: a room takes {MOST_WRITES} changes a second.")
        self.left -= 1

    def wake(self) -> None:
        """Wake the followers, so that they read the scene again."""
        self.changed.set()
        self.changed = asyncio.Event()


class Rooms:
    """The open rooms of a server. `clock` returns seconds; `patience` is the seconds a follower has to read a scene."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        most_rooms: int = MOST_ROOMS,
        most_followers: int = MOST_FOLLOWERS,
        patience: float = PATIENCE,
    ) -> None:
        self.clock = clock
        self.patience = patience
        self.most_rooms = most_rooms
        self.most_followers = most_followers
        self.closing = False  # the server is about to stop
        self._rooms: dict[str, Room] = {}
        self._ended: dict[str, None] = {}  # names, the oldest first

    def __len__(self) -> int:
        return len(self._rooms)

    def open(self) -> tuple[Room, str]:
        """Open a room; returns it and the key for writing to it. Raises RoomError when there are too many."""
        self.sweep()
        if len(self._rooms) >= self.most_rooms:
            self._make_way()
        while (name := f"{secrets.choice(_WORDS)}-{10 + secrets.randbelow(90)}") in self._rooms:
            pass
        self._ended.pop(name, None)
        key = secrets.token_urlsafe(16)
        room = Room(name, _hash(key), self.clock(), filled=self.clock())
        self._rooms[name] = room
        return room, key

    def find(self, name: str) -> Room:
        """Return the open room of a name; raises RoomError."""
        self.sweep()
        if name in self._rooms:
            return self._rooms[name]
        if name in self._ended:
            raise RoomError(410, _has_ended(name))
        if not re.fullmatch(NAME, name, re.ASCII):
            raise RoomError(404, "There is no room of that name: check it, or ask for the link again.")
        raise RoomError(404, f"There is no room called {name}: check the name, or ask for the link again.")

    def problem_with(self, name: str) -> str:
        """Return why nobody can follow the room of a name, as a sentence; "" for an open room."""
        try:
            self.find(name)
        except RoomError as problem:
            return str(problem)
        return ""

    def write(self, name: str, key: str, data: bytes) -> Room:
        """Show a scene (JSON) in a room; raises RoomError."""
        room = self.own(name, key)
        room.pay(now := self.clock())
        scene = read_scene(data)
        if scene != room.scene:
            room.scene, room.last_change = scene, now
            room.version += 1
            room.wake()
        return room

    def end(self, name: str, key: str) -> None:
        """End a room for everybody; raises RoomError."""
        self._end(self.own(name, key))

    def enter(self, name: str) -> Room:
        """Count one more follower of a room; raises RoomError when there is no such room, or it is full."""
        room = self.find(name)
        if room.followers >= self.most_followers:
            raise RoomError(503, f"The room {name} is full: {room.followers} people follow it already.")
        room.followers += 1
        return room

    async def messages(self, room: Room) -> AsyncIterator[str]:
        """Yield a room's scenes as server-sent events; of several changes since the last event, only the newest."""
        seen = -1
        while not (room.ended or self.closing):
            if room.version != seen:
                seen = room.version
                yield f'data: {{"scene":{room.scene},"followers":{room.followers}}}\n\n'
                continue
            try:
                await asyncio.wait_for(room.changed.wait(), _HEARTBEAT)
            except asyncio.TimeoutError:
                self.sweep()
                yield ": still here\n\n"
        if room.ended:
            yield _problem(_has_ended(room.name))

    def close(self) -> None:
        """Disconnect every follower; their browsers connect again."""
        self.closing = True
        for room in self._rooms.values():
            room.wake()

    def sweep(self) -> None:
        """End the rooms that have not changed for an hour."""
        limit = self.clock() - SECONDS
        for room in [room for room in self._rooms.values() if room.last_change <= limit]:
            self._end(room)

    def own(self, name: str, key: str) -> Room:
        """Return the room that a key presents in; raises RoomError."""
        room = self.find(name)
        if not hmac.compare_digest(room.key, _hash(key)):
            raise RoomError(403, f"Only the presenter's own link may write in the room {name}.")
        return room

    def _make_way(self) -> None:
        """End the room that has been unused the longest; raises RoomError when all are in use."""
        unused = [room for room in self._rooms.values() if not room.followers]
        oldest = min(unused, key=lambda room: room.last_change, default=None)
        if oldest is None or oldest.last_change > self.clock() - _UNUSED:
            raise RoomError(503, f"{len(self._rooms)} rooms are open already: try again in a few minutes.")
        self._end(oldest)

    def _end(self, room: Room) -> None:
        room.ended = True
        del self._rooms[room.name]
        self._ended[room.name] = None
        while len(self._ended) > _ENDED_KEPT:
            del self._ended[next(iter(self._ended))]
        room.wake()


def read_scene(data: bytes) -> str:
    """Check a scene and return it as JSON text without line breaks; raises RoomError.

    A scene is an object with the `page` it belongs to. Where present, `model`, `image` (a picture's bytes in base64, or
    null), `latent` and the features' states are checked; the live parts check everything else.
    """
    if len(data) > MOST_BYTES:
        raise RoomError(413, f"That is more than a room holds, {MOST_BYTES // 1000} kB.")
    try:
        scene = json.loads(data)
        valid = isinstance(scene, dict) and _is_plain(scene)
    except (ValueError, RecursionError):
        valid = False
    if not valid:
        raise RoomError(400, "A room takes a JSON object of texts, finite numbers, lists and objects.")
    latent = scene.get("latent", [])
    if not _is_word(scene.get("page"), r"[a-z]{0,16}") or not _is_word(scene.get("model", "x"), r"[a-z0-9_]{1,24}"):
        raise RoomError(400, "A scene needs the name of its page, and of a model.")
    try:
        image_from_base64(scene.get("image"))
    except ValueError:
        raise RoomError(400, "An image is the bytes of a square picture in base64, 784 for a digit.") from None
    if not (isinstance(latent, list) and len(latent) <= 64 and all(isinstance(n, int | float) for n in latent)):
        raise RoomError(400, "A latent is a list of at most 64 numbers.")
    for feature in installed():
        if feature.state and feature.name in scene and feature.state.from_report(scene[feature.name]) is None:
            raise RoomError(400, f"What the scene says of `{feature.name}` is nothing that its page shows.")
    return json.dumps(scene, separators=(",", ":"))


def _is_plain(value: Any, depth: int = 0) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and all(_is_plain(one, depth + 1) for one in inner)
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _LARGEST if isinstance(value, float) else abs(value) <= _LARGEST
    return True


def _is_word(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def _has_ended(name: str) -> str:
    return f"The room {name} has ended: it was closed, or nothing moved there for an hour."


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _problem(sentence: str) -> str:
    return f"data: {json.dumps({'problem': sentence})}\n\n"


# ---- over HTTP -------------------------------------------------------------------------------------------------


class _Stream(StreamingResponse):
    """The event stream of one follower; ends when the follower does not read for `patience` seconds."""

    def __init__(self, rooms: Rooms, room: Room) -> None:
        super().__init__(rooms.messages(room), media_type="text/event-stream", headers=NOT_CACHED)
        self._room, self._patience = room, rooms.patience

    async def stream_response(self, send: Send) -> None:
        async def patiently(message: Any) -> None:
            await asyncio.wait_for(send(message), self._patience)

        try:
            await super().stream_response(patiently)
        except asyncio.TimeoutError:
            return

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._room.followers -= 1


def routes(rooms: Rooms) -> list[Route]:
    """Return the routes: POST /rooms opens a room; /rooms/NAME writes or ends it; /rooms/NAME/events follows it.

    Another site cannot call them from a visitor's browser: JSON and a custom header need a CORS permission, which is
    never given.
    """

    async def open_(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise RoomError(403, "A room is opened from the app's own pages.")
        await _json(request)
        room, key = rooms.open()
        return answered({"name": room.name, "key": key}, 201)

    async def write(request: Request) -> Response:
        data = await _json(request)
        room = rooms.write(request.path_params["name"], key_of(request), data)
        return answered({"followers": room.followers})

    async def end(request: Request) -> Response:
        rooms.end(request.path_params["name"], key_of(request))
        return answered({})

    async def follow(request: Request) -> Response:
        try:
            return _Stream(rooms, rooms.enter(request.path_params["name"]))
        except RoomError as problem:  # a browser's EventSource hides the body of any answer other than 200
            return Response(_problem(str(problem)), media_type="text/event-stream", headers=NOT_CACHED)

    return [
        Route("/rooms", in_a_sentence(open_), methods=["POST"]),
        Route("/rooms/{name}", in_a_sentence(write), methods=["POST"]),
        Route("/rooms/{name}", in_a_sentence(end), methods=["DELETE"]),
        Route("/rooms/{name}/events", follow, methods=["GET"]),
    ]


def close_with_server(rooms: Rooms) -> None:
    """Disconnect the followers on SIGINT and SIGTERM: the server waits for every response, and theirs do not end.

    Call it while the server starts, from its event loop, after the server has installed its signal handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread can handle signals; elsewhere the app is embedded
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if callable(before := signal.getsignal(number)):
            signal.signal(number, _also(before, lambda: loop.call_soon_threadsafe(rooms.close)))


def _also(before: Callable[[int, FrameType | None], Any], act: Callable[[], object]) -> Callable[..., None]:
    def handle(number: int, frame: FrameType | None) -> None:
        act()
        before(number, frame)

    return handle


async def _json(request: Request) -> bytes:
    """Return a request's JSON body, at most as long as a scene may be; raises RoomError."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise RoomError(415, "A room takes JSON.")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise RoomError(413, f"That is more than a room holds, {MOST_BYTES // 1000} kB.")
    return data


ROOMS = Rooms()
ROUTES = [*routes(ROOMS), *join.routes(ROOMS.problem_with)]
