"""Lets few pages be made at once: more threads only wait for each other, and the server answers nobody meanwhile."""

from __future__ import annotations

import threading

# Python runs one thread at a time, and hands over every few milliseconds: with twenty pages in the making at once, what
# sends and receives gets its turn twenty times less often. Two, for one may wait for a file.
TURNS = threading.BoundedSemaphore(2)
