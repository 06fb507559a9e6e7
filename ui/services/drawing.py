"""Drawings on the canvas: strokes as SVG paths, above a picture; and both as text for a link. All is untrusted."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image

import aecore
from aecore.data.strokes import CANVAS, STROKES, flatten, render
from ui.services.image_bytes import MOST, from_bytes, shape_of, to_bytes

MOST_STROKES = 400
LONGEST = 200_000  # characters of all strokes: ten minutes with the pen
_MOST_POINTS = 4_000  # that are drawn: a bound for the time it takes
_NUMBER = r"-?\d{1,4}(?:\.\d{1,2})?"
_PAIR = rf"{_NUMBER} {_NUMBER}"
_STROKE = re.compile(rf"M{_PAIR}(?:[ML]{_PAIR}|Q{_PAIR} {_PAIR}|C{_PAIR} {_PAIR} {_PAIR})*", re.ASCII)
_COMMAND = re.compile(r"([MLQC])([^MLQC]*)")
_SHORT = 16  # pixels of the canvas
_CLOSE = 0.04  # mean difference of a pixel between two renderings of the same strokes
_SIMPLER = 0.8  # pixels of the canvas: how far a stroke in a link may be off
_LONGEST_TEXT = 1_000  # characters of strokes in a link


class Drawing(NamedTuple):
    """Strokes, each an SVG path in pixels of the canvas, and the picture below them as bytes, None for none."""

    strokes: tuple[str, ...] = ()
    under: bytes | None = None

    @property
    def under_as_text(self) -> str | None:
        """The picture below the strokes in base64, as a browser gets it."""
        return None if self.under is None else base64.b64encode(self.under).decode()


NO_DRAWING = Drawing()


@lru_cache(maxsize=10)
def sample_drawing(digit: int) -> Drawing:
    """Return the strokes of a sample digit 0-9; raises KeyError."""
    return Drawing(tuple(re.sub(r" (?=[MLC])", "", stroke) for stroke in STROKES[digit]))


def drawing_of(image: np.ndarray) -> Drawing:
    """Return a drawing that shows an image and has no strokes."""
    return Drawing((), to_bytes(image))


def read_strokes(value: object) -> tuple[str, ...] | None:
    """Return the strokes in a browser's payload, None where one of them is invalid or they are too long."""
    if not isinstance(value, list | tuple) or len(value) > MOST_STROKES:
        return None
    if not all(isinstance(one, str) for one in value) or sum(map(len, value)) > LONGEST:
        return None
    return tuple(value) if all(_STROKE.fullmatch(one) for one in value) else None


def normalise(drawing: Drawing) -> np.ndarray | None:
    """Return what a model sees of a drawing, (28, 28) float32 in [0, 1]; None where it is empty."""
    return aecore.normalize_drawing(rasterize(drawing))


def shows(drawing: Drawing, image: np.ndarray | None) -> bool:
    """Return whether a drawing shows an image (28, 28), up to the differences between two pens."""
    found = normalise(drawing)
    if found is None or image is None:
        return found is image
    if found.shape != image.shape:
        return False
    return float(np.abs(found - image).mean()) < _CLOSE


def rasterize(drawing: Drawing) -> np.ndarray:
    """Draw the strokes and the picture below them, white on black: (280, 280) uint8."""
    lines, left = [], _MOST_POINTS
    for stroke in drawing.strokes:
        for line in _lines(stroke):
            lines.append(line[:left])
            left -= len(lines[-1])
    pixels = render([line for line in lines if len(line)])
    if drawing.under is None:
        return pixels
    picture = Image.fromarray(np.frombuffer(drawing.under, np.uint8).reshape(shape_of(len(drawing.under)))).convert("L")
    return np.maximum(pixels, np.asarray(picture.resize((CANVAS, CANVAS), Image.Resampling.BILINEAR)))


def _lines(stroke: str) -> list[np.ndarray]:
    """Return the lines of a stroke, each points (N, 2), one for every time the pen was set down."""
    lines: list[list[tuple[float, float]]] = []
    for letter, numbers in _COMMAND.findall(stroke):
        values = [float(n) for n in numbers.split()]
        if letter == "M":
            lines.append([])
        elif letter in "QC":
            lines[-1] += _curve(lines[-1][-1], letter, values)
        lines[-1].append((values[-2], values[-1]))
    return [np.array(line) for line in lines]


def _curve(start: tuple[float, float], letter: str, values: list[float]) -> list[tuple[float, float]]:
    """Return the points of a curve between its ends; of a short one, as a pen leaves them, only the middle."""
    (x, y), (a, b, *_) = start, values
    if letter == "Q" and abs(values[2] - x) + abs(values[3] - y) < _SHORT:
        return [((x + 2 * a + values[2]) / 4, (y + 2 * b + values[3]) / 4)]
    return [(float(one[0]), float(one[1])) for one in flatten([("M", [x, y]), (letter, values)])[1:-1]]


# ---- as text for a link ----------------------------------------------------------------------------------------


def image_to_text(image: np.ndarray) -> str:
    """Return an image as base64url text: about 400 characters for a digit, at most 1,066."""
    writer = zlib.compressobj(9, wbits=-15)
    return to_base64url(writer.compress(to_bytes(image)) + writer.flush())


def image_from_text(text: str) -> np.ndarray:
    """Return the image that `image_to_text` wrote; raises ValueError for any other text."""
    reader = zlib.decompressobj(wbits=-15)
    try:
        pixels = reader.decompress(from_base64url(text), MOST + 1)
    except zlib.error:
        raise ValueError("this is not an image") from None
    if not reader.eof or reader.unused_data:
        raise ValueError("this is no image, or more than one")
    return from_bytes(pixels)


def strokes_to_text(strokes: Sequence[str]) -> str | None:
    """Return strokes, simplified and in steps of a pixel and a tenth, as base64url text; None where that is too long.

    Each line is the number of its points, then two bytes a point.
    """
    data = bytearray()
    for stroke in strokes:
        for line in _lines(stroke):
            points = np.rint(np.clip(_simplified(line), 0, CANVAS) * (255 / CANVAS)).astype(np.uint8)
            if len(points) > 255:
                return None
            data.append(len(points))
            data += points.tobytes()
    text = to_base64url(bytes(data))
    return text if len(text) <= _LONGEST_TEXT else None


def strokes_from_text(text: str) -> tuple[str, ...]:
    """Return the strokes that `strokes_to_text` wrote; raises ValueError for any other text."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError("too many strokes for a link")
    data, strokes = from_base64url(text), []
    while data:
        count = data[0]
        points = np.frombuffer(data[1 : 1 + 2 * count], np.uint8)
        if not count or len(points) != 2 * count:
            raise ValueError("a stroke ends before its last point")
        path = [f"{x:.1f} {y:.1f}" for x, y in points.reshape(-1, 2) * (CANVAS / 255)]
        strokes.append(f"M{path[0]}L" + "L".join(path[1:] or path))
        data = data[1 + 2 * count :]
    if len(strokes) > MOST_STROKES:
        raise ValueError("too many strokes for a link")
    return tuple(strokes)


def _simplified(line: np.ndarray) -> np.ndarray:
    """Return the points of a line (N, 2) that keep it within `_SIMPLER` of its place (Douglas and Peucker)."""
    kept, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        start, way = line[first], line[last] - line[first]
        inner = line[first + 1 : last] - start
        along = np.clip(inner @ way / max(float(way @ way), 1e-9), 0, 1)
        away = np.hypot(*(inner - along[:, None] * way).T)
        farthest = int(away.argmax())
        if away[farthest] > _SIMPLER:
            middle = first + 1 + farthest
            kept.add(middle)
            spans += [(first, middle), (middle, last)]
    return line[sorted(kept)]


def to_base64url(data: bytes) -> str:
    """Return bytes as base64url text without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Return the bytes that `to_base64url` wrote; raises ValueError for any other text."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is not base64url") from None
