"""Thumbnail: which digit is on the table, with undo and redo for all pages. It is on every page."""

from __future__ import annotations

from ui.features.thumbnail.view import data, take_counts
from ui.state.declaration import Feature, LivePart
from ui.widgets.live_part import show


def _on_every_page(address: str) -> None:
    show(FEATURE, width="content")


FEATURE: Feature = Feature(
    name="thumbnail",
    parts=(LivePart(data=data, on={"settled": take_counts}),),
    on_every_page=_on_every_page,
)
