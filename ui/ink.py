"""Turn strokes and canvas exports into pixels, within bounds: both come from the browser and may be anything."""

from __future__ import annotations

import io
import itertools
import math
from typing import Any

import numpy as np
from PIL import Image

from ui.samples import CANVAS, PEN

_MAX_EXPORT = 4 * CANVAS  # a screen with four device pixels per pixel
_MAX_POINTS = 4_000
_CURVE_STEPS = 8


def rasterize(drawing: dict[str, Any]) -> np.ndarray:
    """Draw the strokes of a Fabric drawing, white on black: (280, 280) uint8, antialiased.

    A pixel's coverage is taken from its distance to the nearest stroke. What is not a stroke is left out.
    """
    strokes = drawing.get("objects") if isinstance(drawing, dict) else None
    points = [p for stroke in (strokes if isinstance(strokes, list) else []) for p in _segments(stroke)][:_MAX_POINTS]
    distance = np.full((CANVAS, CANVAS), np.inf, np.float32)
    grid = np.arange(CANVAS, dtype=np.float32) + 0.5
    for x0, y0, x1, y1 in points:
        # Only the neighbourhood of a segment can be within the pen's reach.
        reach = PEN / 2 + 1
        left, right = (int(np.clip(v, 0, CANVAS)) for v in (min(x0, x1) - reach, max(x0, x1) + reach + 1))
        top, bottom = (int(np.clip(v, 0, CANVAS)) for v in (min(y0, y1) - reach, max(y0, y1) + reach + 1))
        x, y = grid[None, left:right] - x0, grid[top:bottom, None] - y0
        dx, dy = x1 - x0, y1 - y0
        along = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        near = np.hypot(x - along * dx, y - along * dy)
        part = distance[top:bottom, left:right]
        np.minimum(part, near, out=part)
    return np.rint(np.clip(PEN / 2 + 0.5 - distance, 0, 1) * 255).astype(np.uint8)


def _segments(stroke: Any) -> list[tuple[float, float, float, float]]:
    """Return a stroke's line segments (x0, y0, x1, y1) in canvas pixels; curves are cut into eight."""
    commands = stroke.get("path") if isinstance(stroke, dict) else None
    segments: list[tuple[float, float, float, float]] = []
    here: tuple[float, float] | None = None
    for command in commands if isinstance(commands, list) else []:
        numbers = command[1:] if isinstance(command, list | tuple) else []
        if len(numbers) not in (2, 4, 6) or not all(_on_canvas(n) for n in numbers):
            continue
        control = [(float(x), float(y)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if command[0] == "M" or here is None:
            here = control[-1]
            segments.append((*here, *here))  # a tap is a dot
            continue
        steps = _CURVE_STEPS if len(control) > 1 else 1
        for t in np.linspace(0, 1, steps + 1)[1:]:
            there = _bezier([here, *control], float(t))
            segments.append((*(segments[-1][2:]), *there))
        here = control[-1]
    return segments


def _bezier(points: list[tuple[float, float]], t: float) -> tuple[float, float]:
    while len(points) > 1:  # de Casteljau
        points = [((1 - t) * a + t * c, (1 - t) * b + t * d) for (a, b), (c, d) in itertools.pairwise(points)]
    return points[0]


def _on_canvas(n: object) -> bool:
    return isinstance(n, int | float) and math.isfinite(n) and abs(n) < 10 * CANVAS


def read_export(png: bytes) -> np.ndarray:
    """Decode the canvas's PNG to RGBA uint8 (H, W, 4); raises ValueError unless it is a PNG of a canvas's size."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if max(image.size) > _MAX_EXPORT:
                raise ValueError(f"the canvas sent {image.size[0]} x {image.size[1]} pixels, more than it has")
            return np.asarray(image.convert("RGBA"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("the canvas sent no readable picture") from error
