"""Data for the room's live part, and its place on the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno
import streamlit as st

from aecore.data.strokes import PEN
from ui.features.room.audience import current_place
from ui.services.frontend_assets import image_to_base64, latent_to_list
from ui.state.declaration import Feature
from ui.state.link import root_address
from ui.state.reconnect import for_reload, take_back, to_keep
from ui.state.visitor import current
from ui.widgets.live_part import show


@dataclass
class _Page:
    """The address of the current page."""

    address: str = ""


def room(feature: Feature, page: str) -> None:
    """Show the room: its name and QR code to a presenter, a bar at the top of the page to an audience.

    It runs on every page before all else: here a new session is restored from the browser's snapshot.
    """
    current().memo(_Page).address = page
    place = current_place()
    found = show(feature, width="content" if place is None or place.host else "stretch")
    if take_back(found.get("back")):
        st.rerun()


def data() -> dict[str, Any]:
    """Return the room, the current digit, model and latent, and the snapshot for the browser to keep, as JSON."""
    visitor, place, page = current(), current_place(), current().memo(_Page).address
    return {
        "room": None if place is None else {"name": place.room, "key": place.host, **_way_in(place.room, place.host)},
        "table": {
            "page": page,
            "model": visitor.model,
            "image": image_to_base64(visitor.image),
            "latent": latent_to_list(visitor.latent),
            "home": latent_to_list(visitor.home),
            "digit": visitor.sample,
            "source": visitor.source,
        },
        "chosen": visitor.chosen,
        "pen": PEN,
        "kept": to_keep(page),
        "for_reload": for_reload(page),
    }


def _way_in(name: str, key: str) -> dict[str, str]:
    """Return for the presenter the audience's link, its QR code, and the address to type, without "https://"."""
    if not key:
        return {}
    link, root = room_link(name), root_address()
    return {"link": link, "qr": _qr_code(link), "join": f"{root.netloc}{root.path}join"}


def room_link(name: str) -> str:
    """Return the link for the audience of a room: a page without a session."""
    root = root_address()
    return root._replace(path=f"{root.path}follow/{name}").geturl()


@lru_cache(maxsize=64)
def _qr_code(link: str) -> str:
    code: str = segno.make(link, error="m").svg_data_uri(omitsize=True, light="#fff")
    return code
