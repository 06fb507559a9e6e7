"""Data for the live part of the Talk page, and the handler of its reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from aecore.data.strokes import PEN
from ui.features.talk import scenes
from ui.features.talk.nodes import TalkError
from ui.features.talk.state import Stage
from ui.server.routes import url_of_model
from ui.state.table import usable_models
from ui.state.visitor import current


@dataclass
class _Read:
    """The visitor's own talk as data for the stage, and the text that it was read from; kept for the session."""

    source: object = None
    talk: dict[str, Any] | None = None


def current_talk() -> Stage:
    """Return the state of the talk."""
    return current().state(Stage) or Stage()


def data() -> dict[str, Any] | None:
    """Return the talk and all its data; None, with a sentence on the page, where a file is missing."""
    state = current_talk()
    try:
        talk = _own_talk(state.script) if state.script else built_in_talk(scenes.BUILT_IN)
    except TalkError as problem:  # a file that it needs is missing: directions or a model
        st.warning(f"The talk cannot be shown: {problem}.", icon=":material/co_present:")
        return None
    return {"seq": state.seq, "talk": talk, "talking": state.talking, "scene": state.scene, "pen": PEN}


def take_stage(report: object) -> None:
    """Take the current scene from the browser's report; ignores an invalid one, and one about another talk."""
    state = current_talk()
    found = Stage.from_report(report)
    if found is not None and found.seq == state.seq:
        current().put(msgspec.structs.replace(state, talking=found.talking, scene=found.scene))


def built_in_talk(path: Path) -> dict[str, Any]:
    """Return the talk in one of our files as data for the browser; raises TalkError."""
    return _built_in_talk(path.read_text(encoding="utf-8"), tuple(usable_models()))


def _own_talk(script: str) -> dict[str, Any]:
    memo, source = current().memo(_Read), (script, tuple(usable_models()))
    if memo.talk is None or memo.source != source:
        memo.source, memo.talk = source, _read_talk(*source)
    return memo.talk


def _read_talk(script: str, models: tuple[str, ...]) -> dict[str, Any]:
    return scenes.for_browser(scenes.parse(script, models), url_of_model)


_built_in_talk = lru_cache(maxsize=8)(_read_talk)
