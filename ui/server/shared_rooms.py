"""Rooms that several processes share, and that outlive them: in the Redis or Valkey that `$AECORE_ROOMS` names.

Every process has the rooms that it was asked for in its memory, too, and hears from the store what the others change.
While the store is away, it goes on with those, and puts them into the store again when that is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ui.server import shared_answers
from ui.server.polls import Answer
from ui.server.room_answers import RoomError
from ui.server.rooms import SECONDS, Room, Rooms, has_ended, most_listeners

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
SCHEMES = ("redis://", "rediss://", "unix://")
AWAY = "The store of rooms does not answer: rooms go on in this process's memory, without the other processes."
BACK = "The store of rooms answers again."
_PREFIX = "aecore:"
_TIMEOUT = 1.0  # seconds for an answer of the store
_RETRY = 1.0  # seconds from one try to reach it to the next
_PULSE = 10.0  # seconds between two reports of how many follow here
_FRESH = 25  # seconds that such a report counts
_ENDED, _FORBIDDEN = -2, -1

# Of a room: its hash, whether it has ended, how many follow it in each process, the answers of its poll, their phones.
_OPEN = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('HSET', KEYS[1], 'key', ARGV[1], 'scene', 'null')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
# A room that the store has lost is written again; one that has ended is not.
_WRITE = f"""
if redis.call('EXISTS', KEYS[2]) == 1 then return {_ENDED} end
local key = redis.call('HGET', KEYS[1], 'key')
if key and key ~= ARGV[1] then return {_FORBIDDEN} end
if not key or ARGV[7] == '1' then
  redis.call('HSET', KEYS[1], 'key', ARGV[1], 'scene', ARGV[2])
  for _, one in ipairs({{KEYS[1], KEYS[4], KEYS[5]}}) do redis.call('EXPIRE', one, ARGV[3]) end
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[3], ARGV[6], ARGV[8] .. ' ' .. now)
redis.call('EXPIRE', KEYS[3], ARGV[3])
local sum = 0
for _, one in ipairs(redis.call('HVALS', KEYS[3])) do
  local count, at = string.match(one, '(%d+) (%d+)')
  if now - tonumber(at) <= {_FRESH} then sum = sum + tonumber(count) end
end
return sum
"""


class SharedRooms(Rooms):
    """The rooms of all processes that name the same store; `url` is its address."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(**options)
        from redis import asyncio as client
        from redis import exceptions

        self._errors = (exceptions.RedisError, OSError, asyncio.TimeoutError)
        self._redis: Redis = client.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
        self._listener: Redis = client.from_url(url, socket_connect_timeout=_TIMEOUT)
        self._me = secrets.token_hex(4)  # this process
        self._shared: dict[str, int] = {}  # the version of each room that the store has
        self.is_listening = False  # to what the others change
        self._is_away = False

    # ---- to the store ------------------------------------------------------------------------------------------

    async def announce(self, room: Room) -> bool:
        """Put a new room into the store; returns whether its name is free there."""
        keys = _keys(room.name)
        found = await self._ask(lambda: self._redis.eval(_OPEN, 5, *keys, room.key.hex(), int(SECONDS)))
        self._shared[room.name] = room.version
        return found != 0

    async def share(self, room: Room) -> int:
        """Show a room's scene in all processes; returns how many follow it there. Raises RoomError."""
        is_new = self._shared.get(room.name) != room.version
        version, message = room.version, json.dumps({"by": self._me, "scene": room.scene})
        told = (room.key.hex(), room.scene, int(SECONDS), _channel(room.name), message)
        own = (self._me, str(int(is_new)), room.followers)
        found = await self._ask(lambda: self._redis.eval(_WRITE, 5, *_keys(room.name), *told, *own))
        if found is None:
            return room.followers
        if found == _ENDED:
            self._forget(room)
            raise RoomError(410, has_ended(room.name))
        if found == _FORBIDDEN:
            raise RoomError(403, f"Only the presenter's own link may write in the room {room.name}.")
        self._shared[room.name] = version
        if is_new and room.poll:
            number = room.poll.number
            await self._ask(lambda: shared_answers.begin(self._redis, _keys_of_answers(room.name), number))
        return int(found)

    async def withdraw(self, room: Room) -> None:
        """End a room in all processes."""
        there, ended, *others = _keys(room.name)

        async def end() -> Any:
            pipe = self._redis.pipeline()
            pipe.delete(there, *others)
            pipe.set(ended, 1, ex=int(SECONDS))
            pipe.publish(_channel(room.name), json.dumps({"by": self._me, "ended": True}))
            return await pipe.execute()

        await self._ask(end)

    async def share_picture(self, room: Room) -> None:
        """Let a room show its picture in all processes."""
        await self._ask(lambda: self._redis.hset(_keys(room.name)[0], "picture", room.picture))

    async def keep_answer(self, room: Room, answer: Answer) -> None:
        """Keep an answer for the presenter, whichever process they ask for it; raises RoomError."""
        if not await self._ask(lambda: shared_answers.add(self._redis, _keys_of_answers(room.name), answer)):
            await super().keep_answer(room, answer)  # until the store is there

    async def remove_answer(self, room: Room, phone: bytes) -> None:
        """Take a phone's answer away in all processes."""
        await super().remove_answer(room, phone)
        await self._ask(lambda: shared_answers.remove(self._redis, _keys_of_answers(room.name), phone))

    # ---- from the store ----------------------------------------------------------------------------------------

    async def fetch(self, name: str, is_wanted: bool = False) -> None:
        """Bring a room that another process has opened, or an earlier one; `is_wanted` also where it is here."""
        if self.has(name) and self.is_listening and not is_wanted:
            return
        there, ended, *_ = _keys(name)
        before = self._version(name)

        async def read() -> Any:
            pipe = self._redis.pipeline()
            pipe.hmget(there, "key", "scene")
            pipe.exists(ended)
            return await pipe.execute()

        found = await self._ask(read)
        if found is None or self._version(name) != before:  # what was written here meanwhile is newer
            return
        (key, scene), is_over = found
        if is_over:
            self.take_end(name)
        elif key:
            self.take(name, bytes.fromhex(key.decode()), scene.decode())
            self._note(name)

    async def fetch_picture(self, name: str) -> None:
        """Bring the picture that a room shows."""
        picture = await self._ask(lambda: self._redis.hget(_keys(name)[0], "picture"))
        if picture and self.has(name):
            self.find(name).picture = picture if isinstance(picture, bytes) else picture.encode()

    async def answers_after(self, room: Room, cursor: str) -> tuple[list[Answer], str, int]:
        """Return the next answers after a cursor, the cursor after them, and how many there are."""
        keys, number = _keys_of_answers(room.name), room.poll.number if room.poll else 0
        found = await self._ask(lambda: shared_answers.after(self._redis, keys, number, cursor))
        return found or await super().answers_after(room, cursor)

    async def run(self) -> None:
        """Hear what other processes change, and report how many follow here; runs until it is cancelled."""
        while True:
            try:
                async with self._listener.pubsub() as channel:
                    await channel.psubscribe(_channel("*"))
                    await self._redis.ping()
                    await self._come_back()
                    await self._hear(channel)
            except self._errors:
                self._lose()
            await asyncio.sleep(_RETRY)

    async def _hear(self, channel: Any) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=_RETRY)
            if message is not None:
                self._take(message["channel"].decode().removeprefix(_channel("")), json.loads(message["data"]))
            if self._is_away:  # for the others of its connections
                await self._redis.ping()
                await self._come_back()
            if loop.time() >= due:
                due = loop.time() + _PULSE
                await self._share_all(lambda room: room.followers > 0)

    def _take(self, name: str, message: dict[str, Any]) -> None:
        if message["by"] == self._me or not self.has(name):
            return
        if message.get("ended"):
            self.take_end(name)
        else:
            room = self.find(name)
            self.take(name, room.key, message["scene"])
            self._note(name)

    async def _come_back(self) -> None:
        """Take what has changed meanwhile, and put into the store what it has lost."""
        if self._is_away:
            logging.getLogger(__name__).warning(BACK)
        self._is_away = False
        for name in self.names():
            if self._shared.get(name) == self.find(name).version:
                await self.fetch(name, is_wanted=True)
        await self._share_all(lambda room: True)
        for room in [self.find(name) for name in self.names()]:
            for answer in room.answers.take_all():
                with contextlib.suppress(RoomError):
                    await self.keep_answer(room, answer)
        self.is_listening = True

    async def _share_all(self, of: Callable[[Room], bool]) -> None:
        for room in [self.find(name) for name in self.names()]:
            if of(room):
                try:
                    await self.share(room)
                except RoomError:
                    self._forget(room)  # it has ended elsewhere

    def _version(self, name: str) -> int | None:
        return self.find(name).version if self.has(name) else None

    def _note(self, name: str) -> None:
        if self.has(name):
            self._shared[name] = self.find(name).version

    def _forget(self, room: Room) -> None:
        self._shared.pop(room.name, None)
        self.take_end(room.name)

    async def close_store(self) -> None:
        """Close the connections to the store."""
        await self._redis.aclose()
        await self._listener.aclose()

    # ---- whether it is there -----------------------------------------------------------------------------------

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Return the store's answer, None while it is away."""
        if self._is_away:
            return None
        try:
            return await ask()
        except self._errors:
            self._lose()
            return None

    def _lose(self) -> None:
        if not self._is_away:
            logging.getLogger(__name__).warning(AWAY)
        self._is_away, self.is_listening = True, False


def _keys(name: str) -> tuple[str, ...]:
    there, ended, followers = f"{_PREFIX}room:{name}", f"{_PREFIX}ended:{name}", f"{_PREFIX}followers:{name}"
    return there, ended, followers, f"{_PREFIX}answers:{name}", f"{_PREFIX}phones:{name}"


def _keys_of_answers(name: str) -> tuple[str, str, str]:
    there, *_, answers, phones = _keys(name)
    return there, answers, phones


def _channel(name: str) -> str:
    return f"{_PREFIX}changed:{name}"


def rooms_by_setting() -> Rooms:
    """Return the rooms that `$AECORE_ROOMS` asks for: in a store where it names one, else in this process's memory."""
    wanted, limit = os.environ.get("AECORE_ROOMS", ""), most_listeners()
    if not wanted:
        return Rooms(most_listeners=limit)
    url = wanted.replace("valkey", "redis", 1) if wanted.startswith("valkey") else wanted
    try:
        if not url.startswith(SCHEMES):
            raise ValueError(f"{wanted!r:.60} is no address of a store, such as redis://localhost:6379")
        return SharedRooms(url, most_listeners=limit)
    except (ImportError, ValueError) as problem:
        reason = "pip install -r requirements-hall.txt" if isinstance(problem, ImportError) else str(problem)
        logging.getLogger(__name__).warning("Rooms are in this process's memory, not in AECORE_ROOMS: %s.", reason)
        return Rooms(most_listeners=limit)
