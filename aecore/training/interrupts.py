"""Ctrl-C, and what a system sends to end a process."""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen() -> None:
    """Raise KeyboardInterrupt on each of them from now on: a shell lets background jobs ignore the first."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
