"""The state of the Morph page: a path from digit to digit."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from ui.state.schema import InLink, Latent, State, latent_in_link, latent_of_link

MOST_STOPS = 6


def _write_stops(stops: tuple[tuple[float, ...], ...]) -> str:
    return ".".join(map(latent_in_link, stops))


def _read_stops(text: str, latent_dim: int) -> tuple[tuple[float, ...], ...]:
    return tuple(latent_of_link(stop, latent_dim) for stop in text.split("."))


def _write_way(spherical: bool) -> str:
    return "spherical" if spherical else "straight"


def _read_way(text: str, latent_dim: int) -> bool:
    return text == "spherical"


class Path(State, frozen=True):
    """A path through the latents `stops`; `place` 0 is at the first of them, 1 at the second.

    With `back` it is played, and saved as an animation, there and back.
    """

    called: ClassVar[str] = "path"
    passing: ClassVar[tuple[str, ...]] = ("place",)

    stops: Annotated[
        tuple[Latent, ...], Meta(min_length=2, max_length=MOST_STOPS), InLink("stops", _write_stops, _read_stops)
    ]
    place: Annotated[float, Meta(ge=0)] = 0.5
    spherical: Annotated[bool, InLink("path", _write_way, _read_way)] = False
    back: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.place > len(self.stops) - 1:
            raise ValueError("the place is behind the last stop")

    def to_link(self) -> dict[str, str]:
        """Return the query parameters: `back` only where it is not the default."""
        link = super().to_link()
        if self.back:
            del link["back"]
        return link

    def fits(self, latent_dim: int) -> bool:
        """Return whether the stops have `latent_dim` numbers each."""
        return all(len(stop) == latent_dim for stop in self.stops)
