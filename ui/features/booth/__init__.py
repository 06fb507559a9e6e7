"""Booth: plays scenes on every page after some time without input, for exhibitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import msgspec
import streamlit as st
from msgspec import Meta

from aecore.data.strokes import PEN
from ui.features.talk import scenes
from ui.features.talk.nodes import TalkError
from ui.features.talk.view import built_in_talk
from ui.state.declaration import Feature, LivePart, part_key, text
from ui.state.schema import State
from ui.state.table import start_over
from ui.state.visitor import current
from ui.widgets.live_part import show

_CHOICE = "attract-choice"
_CHOICES = {
    "off": "off",
    "loop": "play scenes until somebody touches the screen",
    "kiosk": "play scenes, and clear the last visitor's drawing",
}


class Booth(State, frozen=True):
    """Whether scenes are played ("kiosk" also clears the last visitor's work), after `idle` seconds without input."""

    undone: ClassVar[bool] = False

    attract: Literal["off", "loop", "kiosk"] = "off"
    idle: Annotated[int, Meta(ge=1, le=9999)] = 60

    def to_link(self) -> dict[str, str]:
        """Return the query parameters: attract=1 or kiosk=1, and idle where it is not the default."""
        if self.attract == "off":
            return {}
        idle = {"idle": str(self.idle)} if self.idle != Booth().idle else {}
        return {"attract" if self.attract == "loop" else "kiosk": "1", **idle}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Booth:
        """Return the state in a link; the default where the parameters are invalid."""
        attract = "kiosk" if link.get("kiosk") == "1" else "loop" if link.get("attract") == "1" else "off"
        found = re.fullmatch(r"\d{1,4}", link.get("idle", ""), re.ASCII)
        return cls(attract=attract, idle=max(int(found[0]), 1) if found else cls().idle)  # type: ignore[arg-type]

    def started_over(self) -> Booth:
        """Return it unchanged: it belongs to the booth, not to the visitor."""
        return self


def _current() -> Booth:
    return current().state(Booth) or Booth()


def choice() -> None:
    """Show the choice of what happens after some time without input."""
    state = _current()
    st.session_state[_CHOICE] = state.attract
    st.selectbox(
        f"Exhibition mode, after {state.idle} seconds without input",
        list(_CHOICES),
        format_func=_CHOICES.__getitem__,
        key=_CHOICE,
        on_change=_take_choice,
    )
    st.caption("On every page, until you change it; the link of the page contains it. The first touch ends the scenes.")


def _take_choice() -> None:
    chosen = st.session_state[_CHOICE]
    if chosen in _CHOICES:
        current().put(msgspec.structs.replace(_current(), attract=chosen))


def _data() -> dict[str, Any] | None:
    """Return the scenes and the seconds before they start, None where the scenes cannot be read."""
    state = _current()
    try:
        talk = built_in_talk(scenes.ATTRACT)
    except TalkError:  # the booth works without scenes; the pages show what is missing
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
