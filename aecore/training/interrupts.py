"""Signals that interrupt a training: Ctrl-C, and the system's request to end."""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen() -> None:
    """Raise KeyboardInterrupt on each signal from now on; shells make background jobs ignore Ctrl-C by default."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
