"""The state of the Sound page: which recording, its noise, and what is painted on its spectrogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ui.services.recordings import FIRST, MOST_POINTS, MOST_STROKES, SECOND
from ui.state.schema import NOT_IN_LINK, InLink, State, latent_in_link, latent_of_link

LATENT = 16
OWN = "own"  # the visitor's own recording, which only their browser has

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


_Recording = Annotated[int, Meta(ge=0, lt=10_000)]  # its number on the map of spoken digits
_Voice = Annotated[tuple[float, ...], Meta(min_length=LATENT, max_length=LATENT)]


def _read_voice(text: str, latent_dim: int) -> tuple[float, ...]:
    return latent_of_link(text, LATENT)


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
    """A recording, with noise whose power is `ratio` dB below the voice's, and what is painted.

    Below, a spoken digit: `along` of the way from one recording to another, or sixteen numbers that were `bent`.
    """

    called: ClassVar[str] = "sound"

    recording: _Shipped = "george-1"
    noise: _Noise = "white"
    ratio: Annotated[float, Meta(ge=-10, le=20)] = 0.0
    strokes: Annotated[tuple[Brush, ...], Meta(max_length=MOST_STROKES), NOT_IN_LINK] = ()
    start: Annotated[_Recording, InLink("spoken")] = FIRST
    goal: _Recording = SECOND
    along: Annotated[float, Meta(ge=0, le=1)] = 0.0
    bent: Annotated[_Voice | None, InLink("bent", latent_in_link, _read_voice)] = None
