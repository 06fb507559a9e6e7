"""The state of the Draw page besides the digit: whether its latent is refined when the pen rests."""

from __future__ import annotations

from typing import Annotated

from ui.state.schema import InLink, State
from ui.state.visitor import current


class Refining(State, frozen=True):
    """Whether the encoder's latent of a digit is refined when the pen rests; a link says only that it is not."""

    automatic: Annotated[bool, InLink("refine")] = True

    def to_link(self) -> dict[str, str]:
        """Return the query parameters that hold the state."""
        return {} if self.automatic else super().to_link()


def refining() -> Refining:
    """Return the visitor's choice, by default the automatic one."""
    return current().state(Refining) or Refining()
