"""Progress messages of long measurements."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

_STEP = 1000  # images between two messages

Say = Callable[[str], None]


def seldom(pause: float = 1.0) -> Say:
    """Return a `say` that prints to standard error, at most one line per `pause` seconds."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last > pause:
            print(line, file=sys.stderr, flush=True)
            last = time.monotonic()

    return say


def in_steps(run: Callable[[np.ndarray], np.ndarray], given: np.ndarray, label: str, say: Say) -> np.ndarray:
    """Return the results of a function of batches for all of `given`; `say` gets how many are done."""
    parts = []
    for start in range(0, max(len(given), 1), _STEP):
        parts.append(run(given[start : start + _STEP]))
        say(f"{label}: {min(start + _STEP, len(given)):,} of {len(given):,}")
    return np.concatenate(parts)
