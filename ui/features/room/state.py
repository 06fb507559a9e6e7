"""The state of a visitor's room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from ui.server.rooms import KEY, NAME
from ui.state.schema import State


class Place(State, frozen=True):
    """The name of the room that the visitor follows; with the presenter's key `host`, of the one they present in."""

    called: ClassVar[str] = "room"
    instead: ClassVar[str] = "the page without it"
    private: ClassVar[bool] = True
    undone: ClassVar[bool] = False

    room: Annotated[str, Meta(pattern=rf"^({NAME})\Z")]
    host: Annotated[str, Meta(pattern=rf"^({KEY})?\Z")] = ""

    def to_link(self) -> dict[str, str]:
        """Return the query parameters that name the room."""
        return {"room": self.room, **({"host": self.host} if self.host else {})}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Place | None:
        """Return the room in a link, None where there is none; raises ValueError."""
        return super().from_link({"host": "", **link}, latent_dim)
