"""Ten sample digits as pen strokes in the format of the drawing canvas, as if somebody had drawn them there."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.data.strokes import PEN, Command, commands


def drawing(digit: int) -> dict[str, Any]:
    """Return the sample digit 0-9 as a Fabric drawing, for the canvas's `initial_drawing`; raises KeyError."""
    return {"version": "7.4.0", "objects": [_fabric_path(stroke) for stroke in commands(digit)]}


def _fabric_path(stroke: list[Command]) -> dict[str, Any]:
    path: list[list[Any]] = [[letter, *numbers] for letter, numbers in stroke]
    left, top, right, bottom = _bounds(path)
    return {
        "type": "Path",
        # Fabric 7 places an object by the centre of its path, without the width of the pen.
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
    """Return left, top, right and bottom of the path, without the width of the pen."""
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
    """Return the extreme points, along x or y, of the cubic with control points (4, 2): roots of its derivative."""
    start, first, second, end = points
    a, b, c = end - 3 * second + 3 * first - start, 3 * (second - 2 * first + start), 3 * (first - start)
    roots = np.concatenate([np.roots(derivative) for derivative in zip(3 * a, 2 * b, c, strict=True)])
    return [start + t * (c + t * (b + t * a)) for t in roots[np.isreal(roots)].real if 0 < t < 1]
