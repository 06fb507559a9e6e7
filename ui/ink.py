"""Turn strokes and canvas exports into pixels, within bounds: both come from the browser and may be anything."""

from __future__ import annotations

import base64
import contextlib
import io
import math
from typing import Any, TypeGuard

import numpy as np
from PIL import Image

from aecore.strokes import CANVAS, Command, flatten, render

_MAX_EXPORT = 4 * CANVAS  # a screen with four device pixels per pixel
_MAX_POINTS = 4_000
_DATA_URL = "data:image/png;base64,"


def picture_on_canvas(image: np.ndarray) -> dict[str, Any]:
    """Return an image (28, 28) in [0, 1] as a Fabric drawing that shows it, for the canvas's `initial_drawing`."""
    buffer = io.BytesIO()
    Image.fromarray(np.rint(image * 255).astype(np.uint8)).save(buffer, "PNG")
    source = _DATA_URL + base64.b64encode(buffer.getvalue()).decode()
    place = {"originX": "left", "originY": "top", "left": 0, "top": 0, "scaleX": CANVAS / 28, "scaleY": CANVAS / 28}
    return {"version": "7.4.0", "objects": [{"type": "Image", "width": 28, "height": 28, "src": source, **place}]}


def rasterize(drawing: dict[str, Any]) -> np.ndarray:
    """Draw the strokes and the picture of a Fabric drawing, white on black: (280, 280) uint8; the rest is left out."""
    strokes = drawing.get("objects") if isinstance(drawing, dict) else None
    lines, left = [], _MAX_POINTS
    for stroke in strokes if isinstance(strokes, list) else []:
        for piece in _pieces(stroke):
            lines.append(flatten(piece)[:left])
            left -= len(lines[-1])
    pictures = [_picture(stroke) for stroke in strokes[:1]] if isinstance(strokes, list) else []
    return np.maximum.reduce([render([line for line in lines if len(line)]), *pictures])


def _picture(stroke: Any) -> np.ndarray:
    """Draw what `picture_on_canvas` put there; black where it is something else."""
    source = stroke.get("src") if isinstance(stroke, dict) else None
    if isinstance(source, str) and source.startswith(_DATA_URL) and len(source) < 8 * 28 * 28:
        with contextlib.suppress(ValueError):
            png = Image.fromarray(read_export(base64.b64decode(source[len(_DATA_URL) :]))).convert("L")
            return np.asarray(png.resize((CANVAS, CANVAS), Image.Resampling.BILINEAR))
    return np.zeros((CANVAS, CANVAS), np.uint8)


def _pieces(stroke: Any) -> list[list[Command]]:
    """Return the sound commands of a stroke, cut where the pen was lifted."""
    path = stroke.get("path") if isinstance(stroke, dict) else None
    pieces: list[list[Command]] = []
    for command in path if isinstance(path, list) else []:
        letter, *numbers = command if isinstance(command, list | tuple) and command else [""]
        if len(numbers) not in (2, 4, 6) or not all(_on_canvas(n) for n in numbers):
            continue
        if letter == "M" or not pieces:
            pieces.append([])
        pieces[-1].append((str(letter), [float(n) for n in numbers]))
    return pieces


def _on_canvas(n: object) -> TypeGuard[float]:
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
