"""The state of the Colorize page: which picture, and its sixteen numbers of colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ui.state.schema import NOT_IN_LINK, InLink, State, latent_in_link, latent_of_link

LATENT = 16
OWN = "own"  # the visitor's own picture, which only their browser has
MOST_HINTS = 12

_Shipped = Literal[
    "pavilion", "coffee", "cat", "raccoon", "dahlia", "astronaut", "hopper", "rocket", "galaxies", "retina", "own"
]
_Palette = Literal[
    "", "pavilion", "coffee", "cat", "raccoon", "dahlia", "astronaut", "hopper", "rocket", "galaxies", "retina", "own"
]
_Colours = Annotated[tuple[float, ...], Meta(min_length=LATENT, max_length=LATENT)]


def _read_colours(text: str, latent_dim: int) -> tuple[float, ...]:
    return latent_of_link(text, LATENT)


class Hint(State, frozen=True):
    """A colour "#rrggbb" that a visitor wants at a place, in fractions of the picture's width and height."""

    decimals: ClassVar[Mapping[str, int]] = {"x": 3, "y": 3}

    x: Annotated[float, Meta(ge=0, le=1)]
    y: Annotated[float, Meta(ge=0, le=1)]
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}\Z")]


class Palette(State, frozen=True):
    """Colour numbers taken from other pictures: those of `plus` are mixed in or added, those of `minus` subtracted.

    `base` are the numbers before, to which `strength` 0 leads back.
    """

    base: _Colours
    plus: _Palette = ""
    minus: _Palette = ""
    strength: Annotated[float, Meta(ge=0, le=1.5)] = 1.0


class Colouring(State, frozen=True):
    """A picture and its colours; `latent` None stands for those with which it opens: of the draws of seed 1, the
    most colourful ones.

    `temperature` and `draw` are of the nine other colourings: how vivid they are, and the seed of their random numbers.
    """

    called: ClassVar[str] = "colouring"

    picture: _Shipped = "pavilion"
    latent: Annotated[_Colours | None, InLink("colours", latent_in_link, _read_colours)] = None
    hints: Annotated[tuple[Hint, ...], Meta(max_length=MOST_HINTS), NOT_IN_LINK] = ()
    palette: Annotated[Palette | None, NOT_IN_LINK] = None
    temperature: Annotated[float, Meta(ge=0, le=1.5), NOT_IN_LINK] = 1.0
    draw: Annotated[int, Meta(ge=1, lt=1_000_000), NOT_IN_LINK] = 1
