"""Booth: what happens on every page after a while without touch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import streamlit as st
from msgspec import Meta

from aecore.data.strokes import PEN
from ui.features.talk import scenes
from ui.features.talk.nodes import TalkError
from ui.features.talk.view import shipped_talk
from ui.state.declaration import Feature, LivePart, part_key, text
from ui.state.schema import State
from ui.state.table import start_over
from ui.state.visitor import current
from ui.widgets.live_part import show

_CHOICE = "attract-choice"
_CHOICES = {
    "off": "leave everything as it is",
    "loop": "play scenes until somebody touches",
    "kiosk": "play scenes, and clear what the last visitor drew",
}


class Booth(State, frozen=True):
    """What is played while nobody is there, and after how many seconds without touch."""

    attract: Literal["off", "loop", "kiosk"] = "off"
    idle: Annotated[int, Meta(ge=1, le=9999)] = 60

    def to_link(self) -> dict[str, str]:
        """Return the query parameters: attract=1 or kiosk=1, and idle where it is not the usual one."""
        if self.attract == "off":
            return {}
        idle = {"idle": str(self.idle)} if self.idle != Booth().idle else {}
        return {"attract" if self.attract == "loop" else "kiosk": "1", **idle}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Booth:
        """Read what is played; nothing, after the usual time, where that cannot be read."""
        attract = "kiosk" if link.get("kiosk") == "1" else "loop" if link.get("attract") == "1" else "off"
        found = re.fullmatch(r"\d{1,4}", link.get("idle", ""), re.ASCII)
        return cls(attract=attract, idle=max(int(found[0]), 1) if found else cls().idle)  # type: ignore[arg-type]

    def started_over(self) -> Booth:
        """Return it as it is: it is the booth's, not the visitor's."""
        return self


def _current() -> Booth:
    return current().state(Booth) or Booth()


def choice() -> None:
    """Let be chosen what happens after a while without touch."""
    state = _current()
    st.session_state[_CHOICE] = state.attract
    st.selectbox(
        f"At a booth, after {state.idle} seconds without touch",
        list(_CHOICES),
        format_func=_CHOICES.__getitem__,
        key=_CHOICE,
        on_change=_take_choice,
    )
    st.caption("On every page, until this is changed; the page's address carries it. The first touch takes over.")


def _take_choice() -> None:
    chosen = st.session_state[_CHOICE]
    if chosen in _CHOICES:
        current().put(msgspec.structs.replace(_current(), attract=chosen))


def _data() -> dict[str, Any] | None:
    """Return the scenes and when they begin; None where nothing is played."""
    state = _current()
    try:
        talk = shipped_talk(scenes.ATTRACT)
    except TalkError:  # the booth goes on without: its pages say what is missing
        return None
    return {"talk": talk, "idle": state.idle, "kiosk": state.attract == "kiosk", "pen": PEN}


def _on_every_page(address: str) -> None:
    if _current().attract != "off":
        show(FEATURE)


FEATURE: Feature = Feature(
    name="booth",
    state=Booth,
    example=Booth(attract="kiosk", idle=90),
    parts=(
        LivePart(
            data=_data,
            on={"cleared": lambda report: start_over(part_key(FEATURE, FEATURE.parts[0]))},
        ),
    ),
    widgets=(text(_CHOICE),),
    on_every_page=_on_every_page,
)
