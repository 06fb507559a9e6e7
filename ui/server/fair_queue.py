"""Limits how many script runs go on at once: more threads only wait for each other, and delay every answer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque


class FairQueue:
    """A context manager that at most `most` threads are inside; the others wait and enter in the order they came.

    A semaphore has no such order: under a flood of new threads, one that waits may never enter.
    """

    def __init__(self, most: int, most_waiting: int = 4) -> None:
        self._free, self._most_waiting = most, most_waiting
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._outside: deque[asyncio.Future[None]] = deque()  # of the event loop below
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        """The number of threads that wait to enter."""
        return len(self._waiting)

    async def short(self, longest: float) -> None:
        """Wait, in turn, until fewer than `most_waiting` threads wait; at most so many seconds.

        For coroutines of one event loop, each of which then starts a thread that enters.
        """
        self._let_in()
        if self.waiting < self._most_waiting:
            return
        self._loop = asyncio.get_running_loop()
        turn = self._loop.create_future()
        self._outside.append(turn)
        try:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(turn, longest)
        finally:
            with contextlib.suppress(ValueError):  # it has had its turn
                self._outside.remove(turn)

    def _let_in(self) -> None:
        for _ in range(self._most_waiting - self.waiting):
            while self._outside and (turn := self._outside.popleft()):
                if not turn.done():
                    turn.set_result(None)
                    break

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # returns when a thread that leaves releases it

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
        if self._outside and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server ends
                self._loop.call_soon_threadsafe(self._let_in)


# Python runs one thread at a time and switches every few milliseconds: with twenty script runs at once, the thread that
# sends and receives runs twenty times less often. Two and not one, because a run may wait for a file.
FAIR_QUEUE = FairQueue(2)
