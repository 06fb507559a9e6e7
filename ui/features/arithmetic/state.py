"""The state of the Arithmetic page: the terms of A - B + C."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from ui.state.schema import NOT_IN_LINK, Named, State, latent_in_link, latent_of_link, read_number

MOST_KEPT = 12  # named latents, and as many named directions
_Term = Annotated[str, Meta(max_length=40)]
_Kept = Annotated[tuple[Named, ...], Meta(max_length=MOST_KEPT), NOT_IN_LINK]


class Sum(State, frozen=True):
    """The ids of the terms, and the latents and directions that the visitor saved under names.

    `strength` in [0, 2] scales the direction added to A: C - B, or the saved direction called `direction`.
    """

    called: ClassVar[str] = "sum"

    a: _Term = "mine"
    b: _Term = "mean-3"
    c: _Term = "mean-8"
    strength: Annotated[float, Meta(ge=0, le=2)] = 1.0
    direction: _Term = ""
    kept: _Kept = ()
    directions: _Kept = ()

    def fits(self, latent_dim: int) -> bool:
        """Return whether the saved latents and directions have `latent_dim` numbers each."""
        return all(len(one.latent) == latent_dim for one in (*self.kept, *self.directions))

    def to_link(self) -> dict[str, str]:
        """Return the query parameters; a term that is a saved latent is stored with its numbers."""
        kept = {f"kept-{one.name}": one.latent for one in self.kept}

        def term(name: str) -> str:
            return f"~{latent_in_link(kept[name])}" if name in kept else name

        link = {"a": term(self.a), "b": term(self.b), "c": term(self.c), "strength": f"{self.strength:.2f}"}
        directions = {one.name: one.latent for one in self.directions}
        if self.direction in directions:
            link["direction"] = latent_in_link(directions[self.direction])
        return link

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Sum | None:
        """Return the sum in a link, None where there is none; raises ValueError."""
        if "strength" not in link:
            return None
        kept, terms = [], {}
        for key in ("a", "b", "c"):
            term = link.get(key, getattr(cls(), key))
            if term.startswith("~"):
                name = f"{key.upper()} of the link"
                kept.append(Named(name=name, latent=latent_of_link(term[1:], latent_dim)))
                term = f"kept-{name}"
            elif not re.fullmatch("mine|(mean|sample)-[0-9]{1,2}", term):
                raise ValueError(f"no term: {term!r:.40}")
            terms[key] = term
        directions: tuple[Named, ...] = ()
        if "direction" in link:
            directions = (Named(name="of the link", latent=latent_of_link(link["direction"], latent_dim)),)
        strength = read_number(link["strength"])
        if not 0 <= strength <= 2:
            raise ValueError("out of range")
        direction = directions[0].name if directions else ""
        return cls(**terms, strength=strength, kept=tuple(kept), directions=directions, direction=direction)
