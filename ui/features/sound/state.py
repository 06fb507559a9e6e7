"""The state of the Sound page: which recording, its noise, and what is painted on its spectrogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ui.state.schema import NOT_IN_LINK, State

OWN = "own"  # the visitor's own recording, which only their browser has
MOST_STROKES, MOST_POINTS = 40, 60

_Shipped = Literal[
    "george-1",
    "george-2",
    "jackson-1",
    "jackson-2",
    "lucas-1",
    "lucas-2",
    "nicolas-1",
    "nicolas-2",
    "theo-1",
    "theo-2",
    "yweweler-1",
    "yweweler-2",
    "own",
]
_Noise = Literal["none", "white", "pink", "hum", "crackle", "rain", "engine"]


class Brush(State, frozen=True):
    """A stroke over the spectrogram, which erases or keeps what it covers.

    `points` are time and frequency by turns, in fractions of the spectrogram's width and height; `size` is the radius,
    in frames and frequencies.
    """

    decimals: ClassVar[Mapping[str, int]] = {"points": 4}

    erases: bool
    size: Annotated[float, Meta(ge=1, le=16)]
    points: Annotated[tuple[Annotated[float, Meta(ge=0, le=1)], ...], Meta(min_length=2, max_length=2 * MOST_POINTS)]

    def __post_init__(self) -> None:
        if len(self.points) % 2:
            raise ValueError("a point has two numbers")
        super().__post_init__()


class Listening(State, frozen=True):
    """A recording, with noise whose power is `ratio` dB below the voice's, and what is painted."""

    called: ClassVar[str] = "sound"

    recording: _Shipped = "george-1"
    noise: _Noise = "white"
    ratio: Annotated[float, Meta(ge=-10, le=20)] = 0.0
    strokes: Annotated[tuple[Brush, ...], Meta(max_length=MOST_STROKES), NOT_IN_LINK] = ()
