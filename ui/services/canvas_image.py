"""Conversion of strokes and canvas exports to pixels, within bounds: both are sent by the browser and untrusted."""

from __future__ import annotations

import base64
import contextlib
import io
import math
import struct
import zlib
from typing import Any, TypeGuard

import numpy as np
from PIL import Image

from aecore.data import png
from aecore.data.strokes import CANVAS, Command, flatten, render

_MAX_EXPORT = 4 * CANVAS  # a screen with four device pixels per pixel
_MAX_POINTS = 4_000
_MAX_STROKES = 2_000
_MAX_URL = 2_000_000  # characters: a canvas full of strokes at four device pixels per pixel takes a fifth of it
_DATA_URL = "data:image/png;base64,"
# The exceptions that Pillow raises for damaged files.
_UNREADABLE = (OSError, SyntaxError, ValueError, IndexError, zlib.error, struct.error, Image.DecompressionBombError)


def picture_on_canvas(image: np.ndarray) -> dict[str, Any]:
    """Return an image (28, 28) in [0, 1] as a Fabric drawing that shows it, for the canvas's `initial_drawing`."""
    buffer = io.BytesIO()
    Image.fromarray(np.rint(image * 255).astype(np.uint8)).save(buffer, "PNG")
    source = _DATA_URL + base64.b64encode(buffer.getvalue()).decode()
    place = {"originX": "left", "originY": "top", "left": 0, "top": 0, "scaleX": CANVAS / 28, "scaleY": CANVAS / 28}
    return {"version": "7.4.0", "objects": [{"type": "Image", "width": 28, "height": 28, "src": source, **place}]}


def rasterize(drawing: dict[str, Any]) -> np.ndarray:
    """Draw the strokes and the picture of a Fabric drawing, white on black: (280, 280) uint8. Ignores other objects."""
    strokes = drawing.get("objects") if isinstance(drawing, dict) else None
    lines, left = [], _MAX_POINTS
    for stroke in strokes if isinstance(strokes, list) else []:
        for piece in _pieces(stroke):
            lines.append(flatten(piece)[:left])
            left -= len(lines[-1])
    pictures = [_picture(stroke) for stroke in strokes[:1]] if isinstance(strokes, list) else []
    return np.maximum.reduce([render([line for line in lines if len(line)]), *pictures])


def _picture(stroke: Any) -> np.ndarray:
    """Draw an object made by `picture_on_canvas`; black for any other object. Returns (280, 280) uint8."""
    source = stroke.get("src") if isinstance(stroke, dict) else None
    if isinstance(source, str) and source.startswith(_DATA_URL) and len(source) < 8 * 28 * 28:
        with contextlib.suppress(ValueError):
            picture = Image.fromarray(read_export(base64.b64decode(source[len(_DATA_URL) :]))).convert("L")
            return np.asarray(picture.resize((CANVAS, CANVAS), Image.Resampling.BILINEAR))
    return np.zeros((CANVAS, CANVAS), np.uint8)


def _pieces(stroke: Any) -> list[list[Command]]:
    """Return the valid commands of a stroke, split where the pen was lifted."""
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


def read_canvas(report: object, known: dict[str, Any]) -> tuple[dict[str, Any], np.ndarray] | None:
    """Return the drawing in a report of the canvas and its picture, RGBA uint8 (H, W, 4).

    Returns None when the drawing is the `known` one, or the report is invalid.
    """
    drawn = report.get("drawing") if isinstance(report, dict) else None
    drawing, source = (drawn.get("raw"), drawn.get("data")) if isinstance(drawn, dict) else (None, None)
    strokes = drawing.get("objects") if isinstance(drawing, dict) else None
    if drawing is None or drawing == known or not isinstance(strokes, list) or len(strokes) > _MAX_STROKES:
        return None
    if not isinstance(source, str) or not source.startswith(_DATA_URL) or len(source) > _MAX_URL:
        return None
    try:
        return drawing, read_export(base64.b64decode(source[len(_DATA_URL) :], validate=True))
    except ValueError:
        return None


def is_usual(report: object) -> bool:
    """Return whether `st_canvas` can read a report of the canvas without an error."""
    if not isinstance(report, dict) or report.get("backgroundFit") is not None:
        return False
    return isinstance(report.get("drawing"), dict | None)


def read_export(data: bytes) -> np.ndarray:
    """Decode the canvas's PNG to RGBA uint8 (H, W, 4); raises ValueError unless it is a PNG of a canvas's size.

    Pillow gets only the chunks that hold pixels, and only after the size in the header is checked. So no file needs
    more memory than a canvas, whatever it claims or expands to.
    """
    try:
        pixels = png.essentials(data)
        size = png.size(pixels)
        if max(size) > _MAX_EXPORT:
            raise ValueError("more than it has")
        with Image.open(io.BytesIO(pixels), formats=("PNG",)) as image:
            return np.asarray(image.convert("RGBA"))
    except _UNREADABLE as error:
        raise ValueError("the canvas sent no readable picture of its size") from error
