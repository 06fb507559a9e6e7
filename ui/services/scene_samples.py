"""What a scene begins with: the ten samples as strokes, those of the first visit, limits. Does not use Streamlit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aecore.data.strokes import CANVAS, commands, flatten

SIDE = 128  # pixels of a scene
MOST_STROKES, MOST_POINTS, MOST_DIGITS = 60, 120, 12
PEN = 0.12  # of a digit's longest side: the width of a pen that MNIST's strokes have
_OPENING = ((3, 36, 34, 38), (4, 46, 90, 34), (5, 94, 62, 30))  # digits; row and column of their middles; longest sides


def for_browser() -> dict[str, Any]:
    """Return the samples, the width of their pen and the limits of a scene, for the live part."""
    return {
        "samples": [[[round(n, 3) for n in line] for line in _unit_lines(digit)] for digit in range(10)],
        "pen": PEN,
        "most": {"strokes": MOST_STROKES, "points": MOST_POINTS, "digits": MOST_DIGITS},
    }


def opening_strokes() -> list[dict[str, Any]]:
    """Return the strokes of the scene of the first visit: {points, pen}, x and y by turns, in pixels."""
    return [
        {
            "points": [round(n * size * (1 - PEN) + (column, row)[i % 2], 2) for i, n in enumerate(line)],
            "pen": round(size * PEN, 2),
        }
        for digit, row, column, size in _OPENING
        for line in _unit_lines(digit)
    ]


def _unit_lines(digit: int) -> Iterator[list[float]]:
    """Yield a sample's lines, x and y by turns, with the middle at 0 and a longest side of 1."""
    lines = [flatten(stroke) / CANVAS for stroke in commands(digit)]
    low, high = (min, max)
    ends = [[side(float(side(line[:, axis])) for line in lines) for side in (low, high)] for axis in (0, 1)]
    longest = max(end[1] - end[0] for end in ends)
    for line in lines:
        yield [float((point[axis] - sum(ends[axis]) / 2) / longest) for point in line for axis in (0, 1)]
