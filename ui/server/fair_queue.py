"""Limits how many script runs go on at once: more threads only wait for each other, and delay every answer."""

from __future__ import annotations

import threading
from collections import deque


class FairQueue:
    """A context manager that at most `most` threads are inside; the others wait and enter in the order they came.

    A semaphore has no such order: under a flood of new threads, one that waits may never enter.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """The number of threads that wait to enter."""
        return len(self._waiting)

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


# Python runs one thread at a time and switches every few milliseconds: with twenty script runs at once, the thread that
# sends and receives runs twenty times less often. Two and not one, because a run may wait for a file.
FAIR_QUEUE = FairQueue(2)
