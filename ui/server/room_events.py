"""The events of a room, for everybody who listens: a stream of server-sent events for each, woken group by group.

Everything here runs on the server's event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ui.server.room_answers import NOT_CACHED

HEARTBEAT = 15.0  # seconds; proxies close a silent connection after a minute, and only a write notices a lost phone
_GROUP = 50  # listeners that are woken at once; then everybody else in the process has a turn
_REST = 1.0  # times as long as it took to wake all: so long the next change waits, and the process serves others


class Crowd:
    """Those who wait for the next change of a room."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._waking: asyncio.Task[None] | None = None
        self._is_due = False

    def join(self) -> asyncio.Future[None]:
        """Return what is done at the next change."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting

    def wake(self) -> None:
        """Wake everybody who waits, soon; several changes at once wake them once."""
        self._is_due = True
        if self._waiting and self._waking is None:
            self._waking = self._waiting[0].get_loop().create_task(self._wake())

    async def _wake(self) -> None:
        loop = asyncio.get_running_loop()
        while self._is_due:
            self._is_due, start = False, loop.time()
            waiting, self._waiting = self._waiting, []
            for first in range(0, len(waiting), _GROUP):
                for one in waiting[first : first + _GROUP]:
                    if not one.done():
                        one.set_result(None)
                await asyncio.sleep(0)
            await asyncio.sleep(_REST * (loop.time() - start))
        self._waking = None


LAST = -1  # the number of an event after which there is none


class Source(Protocol):
    """What a stream sends."""

    crowd: Crowd

    def news(self, seen: int) -> tuple[int, str] | None:
        """Return the number of the newest event and its text, None where that event was `seen`."""


class EventStream(Response):
    """The events of a source for one listener: at first the newest, and later, of several changes, only the newest.

    It ends with the source, when the listener leaves, and when it takes nothing for `patience` seconds. Then `left` is
    called.
    """

    def __init__(self, source: Source, patience: float, left: Callable[[], object]) -> None:
        super().__init__(media_type="text/event-stream", headers=NOT_CACHED)
        del self.headers["content-length"]
        self._source, self._patience, self._left = source, patience, left
        self._interval = min(HEARTBEAT, patience)
        self._has_left = self._is_dropped = self._is_silent = False
        self._waiting: asyncio.Future[None] | None = None
        self._sent: float | None = None  # when the text was sent that the connection has not taken yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._timer = self._loop.call_later(self._interval, self._look)
        leaving = asyncio.create_task(self._until_it_leaves(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._send_all(send)
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not self._is_dropped:
                raise
        finally:
            self._timer.cancel()
            leaving.cancel()
            self._left()

    async def _send_all(self, send: Send) -> None:
        seen = LAST
        while not self._has_left:
            news = self._source.news(seen)
            if news is None and not self._is_silent:
                self._waiting = self._source.crowd.join()
                await self._waiting
                continue
            seen, text = news or (seen, "event: ping\ndata:\n\n")
            self._is_silent = False
            self._sent = self._loop.time()
            message: dict[str, Any] = {"type": "http.response.body", "body": text.encode(), "more_body": True}
            await send(message)
            self._sent = None
            if news and seen == LAST:
                return

    async def _until_it_leaves(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._go_on()

    def _look(self) -> None:
        """Drop a listener that takes nothing, and let the others hear that the connection lives."""
        self._timer = self._loop.call_later(self._interval, self._look)
        if self._sent is None:
            self._is_silent = True
            self._go_on()
        elif self._loop.time() - self._sent >= self._patience and self._task:
            self._is_dropped = True
            self._task.cancel()

    def _go_on(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
