"""Ten digits as pen strokes, and a pen that draws them: for samples, training and tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np

from aecore.data.drawing import normalize_drawing

CANVAS = 280  # px, both sides of the drawing canvas
PEN = 26  # px; gives MNIST's stroke width at the size of these digits
_CURVE_STEPS = 8

# SVG paths in canvas pixels, one per stroke. Lines and cubics only: Fabric computes wrong bounds for quadratic curves
# (as if the control point were doubled), and would put the stroke in a wrong place.
STROKES: dict[int, tuple[str, ...]] = {
    0: ("M160 56 C122 48 86 92 84 150 C82 198 104 227 136 224 C174 220 198 174 196 122 C195 84 184 60 154 55",),
    1: ("M158 55 C150 108 138 168 122 225",),
    2: ("M86 98 C92 68 120 54 148 55 C182 57 198 84 186 114 C172 150 124 190 82 224 C112 214 160 216 200 222",),
    3: (
        "M92 76 C108 60 134 53 156 56 C192 62 192 106 156 124 C146 129 134 132 122 133 "
        "C164 128 196 146 194 176 C192 210 152 228 120 225 C104 223 92 216 82 206",
    ),
    4: ("M108 58 C100 92 90 122 78 154 C118 154 160 150 202 146", "M178 55 C168 112 156 170 146 225"),
    5: (
        "M112 62 C108 88 102 110 96 132 C118 114 154 110 174 128 C198 150 192 194 158 215 C134 230 104 226 84 210",
        "M112 62 C140 62 168 60 196 55",
    ),
    6: (
        "M172 55 C128 76 92 124 88 172 C86 206 108 226 136 225 C168 223 194 198 190 170 "
        "C186 144 154 136 128 148 C110 157 96 174 90 192",
    ),
    7: ("M82 64 C120 66 160 63 198 57 C178 108 142 168 128 225",),
    8: (
        "M162 58 C138 51 108 60 108 86 C108 112 138 128 158 146 C184 168 188 206 160 220 C132 232 94 222 94 190 "
        "C94 158 130 148 154 132 C176 117 190 98 184 78 C180 65 168 58 150 56",
    ),
    9: ("M186 88 C178 58 140 50 114 68 C88 88 86 126 110 140 C138 154 174 128 186 86 C182 130 170 180 156 225",),
}

Command = tuple[str, list[float]]  # a letter of M, L, Q or C, and its numbers


def commands(digit: int) -> list[list[Command]]:
    """Return the strokes of a digit 0-9, each a list of commands; raises KeyError."""
    return [
        [(letter, [float(n) for n in numbers.split()]) for letter, numbers in re.findall(r"([MLC])([^MLC]*)", stroke)]
        for stroke in STROKES[digit]
    ]


def flatten(stroke: Iterable[Command]) -> np.ndarray:
    """Return the points (N, 2) of a stroke's line; each curve becomes eight segments (de Casteljau)."""
    points: list[np.ndarray] = []
    for letter, numbers in stroke:
        control = np.array(numbers, float).reshape(-1, 2)
        if letter == "M" or not points:
            points.append(control[-1])
            continue
        control = np.concatenate([points[-1][None], control])
        for t in np.linspace(0, 1, (_CURVE_STEPS if len(control) > 2 else 1) + 1)[1:]:
            between = control
            while len(between) > 1:
                between = (1 - t) * between[:-1] + t * between[1:]
            points.append(between[0])
    return np.array(points).reshape(-1, 2)


def render(lines: Sequence[np.ndarray], pen: float = PEN, size: int = CANVAS) -> np.ndarray:
    """Return lines, each points (N, 2) in pixels, drawn with a round pen, white on black: (size, size) uint8.

    Antialiased: a pixel's coverage follows from its distance to the nearest line. A single point is a dot.
    """
    distance = np.full((size, size), np.inf, np.float32)
    grid = np.arange(size, dtype=np.float32) + 0.5
    reach = pen / 2 + 1  # only pixels near a segment can be covered
    for line in lines:
        for (x0, y0), (x1, y1) in zip(line, line[1:] if len(line) > 1 else line, strict=False):
            left, right = (int(np.clip(v, 0, size)) for v in (min(x0, x1) - reach, max(x0, x1) + reach + 1))
            top, bottom = (int(np.clip(v, 0, size)) for v in (min(y0, y1) - reach, max(y0, y1) + reach + 1))
            x, y = grid[None, left:right] - x0, grid[top:bottom, None] - y0
            dx, dy = x1 - x0, y1 - y0
            along = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
            part = distance[top:bottom, left:right]
            np.minimum(part, np.hypot(x - along * dx, y - along * dy), out=part)
    return np.rint(np.clip(pen / 2 + 0.5 - distance, 0, 1) * 255).astype(np.uint8)


def sample_image(digit: int) -> np.ndarray:
    """Return a sample digit 0-9, normalised: (28, 28) float32 in [0, 1]; raises KeyError."""
    drawing = render([flatten(stroke) for stroke in commands(digit)])
    return cast(np.ndarray, normalize_drawing(drawing))  # never None: there is ink
