"""The pictures that others see with a link to a page: one for each, made by `python -m tests.previews`."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from ui.services.frontend_assets import UI

PREVIEWS = UI.parent / "assets" / "previews"
SIZE = (1200, 630)  # pixels


@lru_cache(maxsize=64)
def preview(name: str) -> bytes | None:
    """Return the picture of a page as a PNG, by the name of its feature; None where there is none."""
    path = PREVIEWS / f"{name}.png"
    return path.read_bytes() if path.exists() else None


def preview_url(name: str) -> str | None:
    """Return the address of a page's picture, relative to the app's root; None where there is none."""
    data = preview(name)
    return f"previews/{hashlib.sha256(data).hexdigest()[:16]}/{name}.png" if data else None
