"""Say how far a long measurement is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

_STEP = 1000  # images between two words of progress

Say = Callable[[str], None]


def seldom(pause: float = 1.0) -> Say:
    """Make a `say` that prints to standard error, at most one line per `pause` seconds."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last > pause:
            print(line, file=sys.stderr, flush=True)
            last = time.monotonic()

    return say


def in_steps(run: Callable[[np.ndarray], np.ndarray], given: np.ndarray, label: str, say: Say) -> np.ndarray:
    """Run a function of a batch on parts of `given`, saying how many are done; returns what it makes of the whole."""
    parts = []
    for start in range(0, len(given), _STEP):
        parts.append(run(given[start : start + _STEP]))
        say(f"{label}: {min(start + _STEP, len(given)):,} of {len(given):,}")
    return np.concatenate(parts)
