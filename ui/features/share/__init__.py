"""Share: the link of what is shown, its picture, a GIF of it, or a card of the digit in its numbers."""

from __future__ import annotations

from typing import Any

from ui.state.declaration import Feature, Tool, installed


def _data() -> dict[str, Any]:
    """Return what a page's picture is, by its address, and which query parameters stay with the visitor, as JSON."""
    private = [one.state for one in installed() if one.state and one.state.private]
    return {
        "pictures": {one.page.address: one.picture for one in installed() if one.page and one.picture},
        "private": [name for state in private for name in state.parameters()],
    }


FEATURE = Feature(
    name="share",
    tool=Tool("Share", "the link, a picture, a GIF, or a card of this digit", data=_data),
)
