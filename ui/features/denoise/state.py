"""The state of the Denoise page: how the digit is corrupted."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
from msgspec import Meta

from aecore.training.job import LARGEST
from ui.state.schema import NOT_IN_LINK, InLink, State

_Kind = Literal["gaussian", "salt_and_pepper", "speckle", "shot", "blur", "low_contrast", "occlusion", "scratches"]
NOISE_KINDS: tuple[str, ...] = get_args(_Kind)


class Box(State, frozen=True):
    """The top left corner of an occlusion, in pixels of an image of 28 x 28."""

    top: Annotated[int, Meta(ge=0, le=28)]
    left: Annotated[int, Meta(ge=0, le=28)]


def _write_box(box: Box) -> str:
    return f"{box.top}-{box.left}"


def _read_box(text: str, latent_dim: int) -> dict[str, int] | None:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text, re.ASCII)
    return {"top": int(found[1]), "left": int(found[2])} if found else None


class Noise(State, frozen=True):
    """The arguments of `aecore.corrupt`, and the damage done with the pointer.

    `mean` is of Gaussian noise; `box` is the place to which an occlusion was dragged; `damage` is empty, or has one
    digit per pixel: 0 untouched, 1 noise, 2 erased. `searched`: whether the latent is searched on from the denoiser's.
    """

    called: ClassVar[str] = "noise"
    instead: ClassVar[str] = "the article's"

    kind: _Kind = "gaussian"
    level: Annotated[float, Meta(ge=0, le=1)] = 0.5
    mean: Annotated[float, Meta(ge=-1, le=1)] = 0.5
    seed: Annotated[int, Meta(ge=1, lt=1_000_000)] = 1
    box: Annotated[Box | None, InLink("box", _write_box, _read_box)] = None
    damage: Annotated[str, Meta(pattern=rf"^([012]{{16,{LARGEST**2}}}|)\Z"), NOT_IN_LINK] = ""
    searched: Annotated[bool, InLink("refined")] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if math.isqrt(len(self.damage)) ** 2 != len(self.damage):
            raise ValueError("the damage is that of no square picture")

    def to_link(self) -> dict[str, str]:
        """Return the query parameters; `mean` only for Gaussian noise, `box` for a square, `refined` after a search."""
        link = super().to_link()
        unused = {"mean": self.kind != "gaussian", "box": self.kind != "occlusion", "refined": not self.searched}
        return {name: value for name, value in link.items() if not unused.get(name)}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Noise | None:
        """Return the noise in a link; a missing mean equals the level, as in the article. Raises ValueError."""
        found = super().from_link(link, latent_dim)
        if found is not None and found.kind == "gaussian" and "mean" not in link:
            return msgspec.structs.replace(found, mean=found.level)
        return found
