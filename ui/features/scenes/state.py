"""The state of the Scenes page: what lies on the canvas, strokes of the pen and digits as sixteen numbers."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from ui.services.drawing import from_base64url, to_base64url
from ui.services.scene_samples import MOST_DIGITS, MOST_POINTS, MOST_STROKES, SIDE, opening_strokes
from ui.state.schema import InLink, State, read_number

LATENT = 16
_NOTHING = "0"  # no strokes, in a link: no base64
_LONGEST = 1_200  # characters of a scene in a link
_UNIT, _PEN_UNIT, _LATENT_UNIT = 0.5, 0.1, 0.01  # of the whole numbers in a link

_Place = Annotated[float, Meta(ge=-SIDE, le=2 * SIDE)]  # beyond the border, too: what is moved there comes back


class Stroke(State, frozen=True):
    """A stroke of a round pen: x and y of its points by turns, in pixels of the canvas."""

    points: Annotated[tuple[_Place, ...], Meta(min_length=2, max_length=2 * MOST_POINTS)]
    pen: Annotated[float, Meta(ge=1, le=20)]

    def __post_init__(self) -> None:
        if len(self.points) % 2:
            raise ValueError("a point has two numbers")
        super().__post_init__()


class Digit(State, frozen=True):
    """A digit that is decoded from its latent: the middle of its ink, and its longest side, in pixels."""

    latent: Annotated[tuple[float, ...], Meta(min_length=LATENT, max_length=LATENT)]
    row: _Place
    column: _Place
    size: Annotated[float, Meta(ge=4, le=SIDE)]


class Film(State, frozen=True):
    """Digits that move: `count` of them, scattered, three of a kind that cross, or one behind another.

    `speed` is a multiple of Moving MNIST's. Each of the `rate` frames a second is blurred by a Gaussian of `blur`
    pixels, and gets normal noise. `seed` says which digits there are, and where they go.
    """

    kind: Literal["scattered", "crossing", "hiding"] = "scattered"
    count: Annotated[int, Meta(ge=1, le=4)] = 3
    speed: Annotated[float, Meta(ge=0, le=2)] = 1.0
    rate: Annotated[int, Meta(ge=2, le=30)] = 12
    blur: Annotated[float, Meta(ge=0, le=2)] = 0.0
    noise: Annotated[float, Meta(ge=0, le=0.6)] = 0.0
    seed: Annotated[int, Meta(ge=1, lt=1_000_000)] = 1


def _write_film(film: Film) -> str:
    kind, *numbers = (getattr(film, name) for name in film.__struct_fields__)
    return "" if film == Film() else "~".join([kind, *(str(round(number, 2)) for number in numbers)])


def _read_film(text: str, latent_dim: int) -> dict[str, Any]:
    kind, *numbers = text.split("~")
    read = [int(number) if number == int(number) else number for number in map(read_number, numbers)]
    return {"kind": kind, **dict(zip(Film.__struct_fields__[1:], read, strict=True))}  # ValueError where one is missing


def _write_strokes(strokes: tuple[Stroke, ...]) -> str:
    data = b""
    for one in strokes:
        (x, y), *others = _in_short_steps([_whole(place, _UNIT) for place in one.points])
        data += struct.pack("<BBhh", len(others), _whole(one.pen, _PEN_UNIT), x, y)
        for step in others:
            data += struct.pack("bb", *step)
    return to_base64url(data) or _NOTHING


def _in_short_steps(places: list[int]) -> list[tuple[int, int]]:
    """Return the first point, and the steps to the others, none of which is longer than a byte can say."""
    points = list(zip(places[::2], places[1::2], strict=True))
    found = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        parts = 1 + max(abs(to_x - x), abs(to_y - y)) // 127
        way = [(x + (to_x - x) * i // parts, y + (to_y - y) * i // parts) for i in range(parts + 1)]
        found += [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(way)]
    return found[:MOST_POINTS]


def _read_strokes(text: str, latent_dim: int) -> list[dict[str, Any]]:
    data, found = _Bytes("" if text == _NOTHING else text), []
    while data.left:
        count, pen, x, y = data.take("<BBhh")
        points = [x, y]
        for step in data.take(f"{2 * count}b"):
            points.append(points[-2] + step)
        found.append({"points": [place * _UNIT for place in points], "pen": round(pen * _PEN_UNIT, 1)})
    return found


def _write_digits(digits: tuple[Digit, ...]) -> str:
    data = b""
    for one in digits:
        place = [_whole(number, _UNIT) for number in (one.row, one.column, one.size)]
        data += struct.pack(f"<{3 + LATENT}h", *place, *(_whole(number, _LATENT_UNIT) for number in one.latent))
    return to_base64url(data)


def _read_digits(text: str, latent_dim: int) -> list[dict[str, Any]]:
    data, found = _Bytes(text), []
    while data.left:
        row, column, size, *latent = data.take(f"<{3 + LATENT}h")
        place = {"row": row * _UNIT, "column": column * _UNIT, "size": size * _UNIT}
        found.append({**place, "latent": [round(number * _LATENT_UNIT, 2) for number in latent]})
    return found


class _Bytes:
    """The numbers in a link's text, from the first on; raises ValueError where it is none, or too short."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError("a scene too long for a link")
        self.left = from_base64url(text)

    def take(self, form: str) -> tuple[int, ...]:
        size = struct.calcsize(form)
        if len(self.left) < size:
            raise ValueError("half a scene")
        numbers: tuple[int, ...] = struct.unpack(form, self.left[:size])
        self.left = self.left[size:]
        return numbers


def _whole(number: float, unit: float) -> int:
    return max(-32768, min(round(number / unit), 32767))


class Canvas(State, frozen=True):
    """What lies on the canvas, where a pixel shows the brightest of it; and the film below."""

    called: ClassVar[str] = "scene"

    strokes: Annotated[
        tuple[Stroke, ...], Meta(max_length=MOST_STROKES), InLink("lines", _write_strokes, _read_strokes)
    ] = ()
    digits: Annotated[
        tuple[Digit, ...], Meta(max_length=MOST_DIGITS), InLink("placed", _write_digits, _read_digits)
    ] = ()
    film: Annotated[Film, InLink("film", _write_film, _read_film)] = Film()

    def to_link(self) -> dict[str, str]:
        """Return the query parameters that hold the scene; none where it is too long for a link."""
        link = {name: text for name, text in super().to_link().items() if text}
        return link if sum(map(len, link.values())) <= _LONGEST else {}


def opening() -> Canvas:
    """Return the scene of the first visit: three samples."""
    return Canvas(strokes=tuple(Stroke(points=tuple(one["points"]), pen=one["pen"]) for one in opening_strokes()))
