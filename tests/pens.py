"""A file of pen trajectories like the real one, with a cross for each of some writers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aecore.data.pen_strokes import FILE

LABELS = (3, 1, 4, 1)


def write_pens(folder: Path, writers: Sequence[int]) -> None:
    """Write digits of two strokes each, an upright cross, one by each of four writers."""
    down = np.stack([np.full(50, 25), np.linspace(0, 100, 50)], axis=1)
    across = np.stack([np.linspace(0, 50, 50), np.full(50, 50)], axis=1)
    np.savez(
        folder / FILE,
        points=np.concatenate([down, across] * 4).astype(np.int16),
        stroke_offsets=np.arange(0, 401, 50, dtype=np.int32),
        digit_offsets=np.arange(0, 9, 2, dtype=np.int32),
        labels=np.array(LABELS, np.uint8),
        writers=np.array(writers, np.uint8),
    )
