"""The colours of an autoencoder's parts for figures that Python draws: those of the style sheets."""

from __future__ import annotations

import re
from functools import lru_cache

from ui.services.frontend_assets import FRONTEND

PARTS = ("input", "encoder", "latent", "decoder", "output")
_COLOUR = re.compile(r"--part-(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


def part_colour(part: str, theme: str | None = "light") -> str:
    """Return a part's colour as #rrggbb in the theme "light" or "dark"; None counts as light. Raises KeyError."""
    light, dark = _colours()[part]
    return dark if theme == "dark" else light


@lru_cache(maxsize=1)
def _colours() -> dict[str, tuple[str, str]]:
    text = (FRONTEND / "parts.css").read_text(encoding="utf-8")
    return {name: (light, dark) for name, light, dark in _COLOUR.findall(text)}
