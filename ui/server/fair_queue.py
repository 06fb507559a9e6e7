"""Lets few pages be made at once: more threads only wait for each other, and the server answers nobody meanwhile."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A context that at most so many threads are in; the others wait, and who came first goes first.

    A semaphore lets newcomers overtake: in a flood of them somebody may wait for ever.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._waiting)

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until who leaves hands over

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


# Python runs one thread at a time, and hands over every few milliseconds: with twenty pages in the making at once, what
# sends and receives gets its turn twenty times less often. Two, for one may wait for a file.
TURNS = Turns(2)
