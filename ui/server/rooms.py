"""Rooms: a presenter opens one and shows a page to an audience that follows it live. Does not use Streamlit.

A room holds one small JSON object, the scene that its presenter shows now, in this process's memory only. Everything
here runs on the server's event loop, so no lock is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ui.server.polls import MOST_ANSWERS, MOST_KEPT, Answer, Answers, Poll, poll_of, read_poll
from ui.server.room_answers import RoomError
from ui.server.room_events import LAST, Crowd
from ui.services.frontend_assets import image_from_base64
from ui.state.declaration import installed

MOST_ROOMS = 50
MOST_FOLLOWERS = 500  # of one room, on the app's own pages: each has a session
MOST_LISTENERS = 5_000  # of all rooms, on the pages without a session; `$AECORE_LISTENERS` is another number
MOST_BYTES = 24_000  # of a scene
MOST_WRITES = 30  # per second and room
SECONDS = 3600.0  # a room ends after so long without a change
PATIENCE = 20.0  # seconds until a follower that does not read is dropped; at most one scene is buffered for it
NAME = r"[a-z]{3,8}-[1-9][0-9]"
KEY = r"[A-Za-z0-9_-]{22}"  # the presenter's, which permits to write

_UNUSED = 600.0  # seconds without a change or a follower after which a room may be replaced by a new one
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
    """One room: `scene` is JSON text, `version` counts its changes, `crowd` are those who wait for the next one."""

    name: str
    key: bytes  # SHA-256 of the presenter's key
    last_change: float
    scene: str = "null"
    poll: Poll | None = None  # of the scene
    answers: Answers = field(default_factory=Answers)  # to it
    picture: bytes = b""  # a private one that the presenter shows (`room_pictures.py`)
    version: int = 0
    followers: int = 0
    listeners: int = 0  # those of the followers who have no session
    ended: bool = False
    is_closing: bool = False  # the server is about to stop
    crowd: Crowd = field(default_factory=Crowd)
    left: float = MOST_WRITES  # writes that are allowed at once (a token bucket)
    filled: float = 0.0  # when `left` was updated

    def pay(self, now: float) -> None:
        """Take one of the writes that are allowed at a time; raises RoomError when none is left."""
        self.left = min(self.left + MOST_WRITES * (now - self.filled), MOST_WRITES)
        self.filled = now
        if self.left < 1:
            raise RoomError(429, f"That is too fast: a room takes {MOST_WRITES} changes a second.")
        self.left -= 1

    def show(self, scene: str, now: float) -> None:
        """Show a scene (`read_scene`), where it is another than before."""
        if scene == self.scene:
            return
        self.scene, self.last_change = scene, now
        self.version += 1
        self.poll = poll_of(scene)
        if self.poll:
            self.answers.begin(self.poll.number)
        self.crowd.wake()

    def news(self, seen: int) -> tuple[int, str] | None:
        """Return the number of the newest event and its text (`room_events.Source`), None where that was `seen`."""
        if self.is_closing and not self.ended:
            return LAST, ""
        number = LAST if self.ended else self.version
        return None if number == seen != LAST else (number, f"data: {self.content}\n\n")

    @property
    def content(self) -> str:
        """What its followers get, as JSON: the scene, or why there is none any more."""
        if self.ended:
            return json.dumps({"problem": has_ended(self.name)})
        return f'{{"scene":{self.scene},"followers":{self.followers}}}'


class Rooms:
    """The open rooms of a server. `clock` returns seconds; `patience` is the seconds a follower has to read a scene."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        most_rooms: int = MOST_ROOMS,
        most_followers: int = MOST_FOLLOWERS,
        most_listeners: int = MOST_LISTENERS,
        patience: float = PATIENCE,
    ) -> None:
        self.clock = clock
        self.patience = patience
        self.most_rooms = most_rooms
        self.most_followers = most_followers
        self.most_listeners = most_listeners
        self.listeners = 0
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
            raise RoomError(410, has_ended(name))
        if not re.fullmatch(NAME, name, re.ASCII):
            raise RoomError(404, "There is no room of that name: check it, or ask for the link again.")
        raise RoomError(404, f"There is no room called {name}: check the name, or ask for the link again.")

    async def problem_with(self, name: str) -> str:
        """Return why nobody can follow the room of a name, as a sentence; "" for an open room."""
        await self.fetch(name)
        try:
            self.find(name)
        except RoomError as problem:
            return str(problem)
        return ""

    def write(self, name: str, key: str, data: bytes) -> Room:
        """Show a scene (JSON) in a room; raises RoomError."""
        room = self.own(name, key)
        room.pay(now := self.clock())
        room.show(read_scene(data), now)
        return room

    def end(self, name: str, key: str) -> Room:
        """End a room for everybody, and return it; raises RoomError."""
        room = self.own(name, key)
        self._end(room)
        return room

    def enter(self, name: str, is_light: bool = False) -> Room:
        """Count one more follower of a room, who `is_light` without a session; raises RoomError."""
        room = self.find(name)
        if is_light and self.listeners >= self.most_listeners:
            raise RoomError(503, f"This server is full: {self.listeners} people follow here already.")
        if not is_light and room.followers - room.listeners >= self.most_followers:
            raise RoomError(503, f"The room {name} is full: {self.most_followers} people follow it already.")
        room.followers += 1
        room.listeners += is_light
        self.listeners += is_light
        return room

    def leave(self, room: Room, is_light: bool = False) -> None:
        """Count one less."""
        room.followers -= 1
        room.listeners -= is_light
        self.listeners -= is_light

    def close(self) -> None:
        """Disconnect every follower; their browsers connect again."""
        for room in self._rooms.values():
            room.is_closing = True
            room.crowd.wake()

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

    # ---- with other processes, where these share the rooms (`shared_rooms.py`) -----------------------------------

    def has(self, name: str) -> bool:
        """Return whether a room is open, as far as this process knows."""
        return name in self._rooms

    def names(self) -> list[str]:
        """Return the names of the open rooms that this process knows."""
        return list(self._rooms)

    def take(self, name: str, key: bytes, scene: str) -> None:
        """Show in a room what another process was told; `key` is the SHA-256 of the presenter's key."""
        room = self._rooms.get(name)
        if room is not None and room.key != key:  # that one has ended, and another one has its name
            self._end(room)
            room = None
        if room is None:
            self._ended.pop(name, None)
            room = self._rooms[name] = Room(name, key, self.clock(), filled=self.clock())
        room.show(scene, self.clock())

    def take_end(self, name: str) -> None:
        """End a room that another process has ended."""
        if name in self._rooms:
            self._end(self._rooms[name])
        elif re.fullmatch(NAME, name, re.ASCII):
            self._ended[name] = None

    def drop(self, room: Room) -> None:
        """Forget a new room whose name another process has given away."""
        del self._rooms[room.name]

    async def run(self) -> None:
        """Hear what other processes change."""

    async def fetch(self, name: str) -> None:
        """Bring a room that another process has opened."""

    async def announce(self, room: Room) -> bool:
        """Tell the other processes of a new room; returns whether its name is free there."""
        return True

    async def share(self, room: Room) -> int:
        """Show a room's scene in the other processes, too; returns how many follow it in all. Raises RoomError."""
        return room.followers

    async def withdraw(self, room: Room) -> None:
        """End a room in the other processes, too."""

    async def share_picture(self, room: Room) -> None:
        """Let a room show its picture in the other processes, too."""

    async def fetch_picture(self, name: str) -> None:
        """Bring the picture that a room shows in another process."""

    # ---- answers to what a presenter asks (`polls.py`) -----------------------------------------------------------

    async def keep_answer(self, room: Room, answer: Answer) -> None:
        """Keep an answer for the presenter; raises RoomError."""
        others = sum(len(one.answers) for one in self._rooms.values())
        room.answers.add(answer, min(MOST_ANSWERS - len(room.answers), MOST_KEPT - others))

    async def answers_after(self, room: Room, cursor: str) -> tuple[list[Answer], str, int]:
        """Return the next answers after a cursor, "" for the first ones; the cursor after them; how many there are."""
        return *room.answers.after(cursor), len(room.answers)

    async def remove_answer(self, room: Room, phone: bytes) -> None:
        """Take a phone's answer away, and take none from it any more."""
        room.answers.remove(phone)

    def _make_way(self) -> None:
        """End the room that has been unused the longest; raises RoomError when all are in use."""
        unused = [room for room in self._rooms.values() if not room.followers]
        oldest = min(unused, key=lambda room: room.last_change, default=None)
        if oldest is None or oldest.last_change > self.clock() - _UNUSED:
            raise RoomError(503, f"{len(self._rooms)} rooms are open already: try again in a few minutes.")
        self._end(oldest)

    def _end(self, room: Room) -> None:
        room.ended = True
        room.answers.clear()
        del self._rooms[room.name]
        self._ended[room.name] = None
        while len(self._ended) > _ENDED_KEPT:
            del self._ended[next(iter(self._ended))]
        room.crowd.wake()


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
    if not _is_image(scene.get("image")):
        raise RoomError(400, "An image is the bytes of a square picture in base64, 784 for a digit.")
    if not _is_latent(latent):
        raise RoomError(400, "A latent is a list of at most 64 numbers.")
    if "poll" in scene and read_poll(scene["poll"]) is None:
        raise RoomError(400, "A poll has a question of 1 to 80 characters, a number and a model.")
    if not _is_glance(scene.get("glance", {})):
        raise RoomError(400, "What a scene shows at a glance is texts, pictures and a latent.")
    for feature in installed():
        if feature.state and feature.name in scene and feature.state.from_report(scene[feature.name]) is None:
            raise RoomError(400, f"What the scene says of `{feature.name}` is nothing that its page shows.")
    return json.dumps(scene, separators=(",", ":"))


def _is_glance(glance: object) -> bool:
    """Return whether this is what pages without a session show of a scene (`ui/features/room/glance.js`)."""
    kinds: dict[str, Any] = {"line": str, "words": str, "model": str, "isElsewhere": bool}
    if not isinstance(glance, dict) or not glance.keys() <= {*kinds, "latent", "image", "output"}:
        return False
    return (
        all(isinstance(glance[key], kind) for key, kind in kinds.items() if key in glance)
        and _is_latent(glance.get("latent", []))
        and all(_is_image(glance.get(key)) for key in ("image", "output"))
    )


def _is_latent(value: object) -> bool:
    return isinstance(value, list) and len(value) <= 64 and all(isinstance(number, int | float) for number in value)


def _is_image(value: object) -> bool:
    try:
        image_from_base64(value)
    except ValueError:
        return False
    return True


def _is_plain(value: Any, depth: int = 0) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and all(_is_plain(one, depth + 1) for one in inner)
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= _LARGEST if isinstance(value, float) else abs(value) <= _LARGEST
    return True


def _is_word(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def has_ended(name: str) -> str:
    """Return the sentence for a room that has ended."""
    return f"The room {name} has ended: it was closed, or nothing moved there for an hour."


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def as_event(content: dict[str, Any]) -> str:
    """Return the text of a server-sent event."""
    return f"data: {json.dumps(content)}\n\n"


def most_listeners() -> int:
    """Return how many may listen without a session: `$AECORE_LISTENERS`, where that is a number."""
    wanted = os.environ.get("AECORE_LISTENERS", "")
    return int(wanted) if re.fullmatch(r"\d{1,6}", wanted, re.ASCII) else MOST_LISTENERS
