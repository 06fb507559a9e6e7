"""Ten sample digits as pen strokes, ready to appear on the drawing canvas as if somebody had drawn them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

CANVAS = 280  # px, both sides
PEN = 26  # px; at the size of these digits, the weight of MNIST's strokes

# SVG paths in canvas pixels, one per stroke. Lines and cubics only: Fabric measures a quadratic curve as if its control
# point were doubled, so its idea of the middle, and with it the place of the stroke, would not be the true one.
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


def drawing(digit: int) -> dict[str, Any]:
    """Return the sample of a digit 0-9 as a Fabric drawing, for the canvas's `initial_drawing`; else raise KeyError."""
    return {"version": "7.4.0", "objects": [_fabric_path(stroke) for stroke in STROKES[digit]]}


def _fabric_path(stroke: str) -> dict[str, Any]:
    path = [[command, *map(float, numbers.split())] for command, numbers in re.findall(r"([MLC])([^MLC]*)", stroke)]
    left, top, right, bottom = _bounds(path)
    return {
        "type": "Path",
        # Fabric 7 places an object by the middle of its path, whatever the width of the pen.
        "originX": "center",
        "originY": "center",
        "left": (left + right) / 2,
        "top": (top + bottom) / 2,
        "width": right - left,
        "height": bottom - top,
        "fill": None,
        "stroke": "#ffffff",
        "strokeWidth": PEN,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "strokeMiterLimit": 10,
        "path": path,
    }


def _bounds(path: list[list[Any]]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the path itself, without the width of the pen."""
    pen = np.array(path[0][1:])
    reached = [pen]
    for command, *numbers in path[1:]:
        points = np.array([*pen, *numbers]).reshape(-1, 2)
        pen = points[-1]
        reached.append(pen)
        if command == "C":
            reached += _turning_points(points)
    (left, top), (right, bottom) = np.min(reached, axis=0).tolist(), np.max(reached, axis=0).tolist()
    return left, top, right, bottom


def _turning_points(points: np.ndarray) -> list[np.ndarray]:
    """Return where the cubic with control points (4, 2) turns round along x or along y: the roots of its derivative."""
    start, first, second, end = points
    a, b, c = end - 3 * second + 3 * first - start, 3 * (second - 2 * first + start), 3 * (first - start)
    roots = np.concatenate([np.roots(derivative) for derivative in zip(3 * a, 2 * b, c, strict=True)])
    return [start + t * (c + t * (b + t * a)) for t in roots[np.isreal(roots)].real if 0 < t < 1]
