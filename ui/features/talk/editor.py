"""The editor of a talk's scenes."""

from __future__ import annotations

import msgspec
import streamlit as st

import aecore
from ui.features.talk import scenes
from ui.features.talk.nodes import LARGEST, TalkError
from ui.features.talk.tour import tour_as_talk
from ui.features.talk.view import current_talk
from ui.services.terms import explain
from ui.state.table import usable_models
from ui.state.visitor import current

SCRIPT = "script"


def editor() -> None:
    """Show the editor of the talk's file, with downloads; an invalid file is refused with line and reason."""
    state = current_talk()
    shown = state.draft or scenes.BUILT_IN.read_text(encoding="utf-8")
    with st.container(key="scenes"):
        text = st.text_area(
            "The scenes, as YAML",
            shown,
            height=420,
            max_chars=LARGEST,
            key=f"{SCRIPT}-{state.seq}",
        )
    if problem := _problem(state.draft):
        st.error(f"{problem}.", icon=":material/error:")
        lines = state.draft.splitlines()
        number = problem.line if isinstance(problem, TalkError) else 0
        if 0 < number <= len(lines) and (line := lines[number - 1].strip()):
            st.code(line[:200], language="yaml")
    with st.container(horizontal=True, gap="small"):
        st.button("Apply", icon=":material/play_arrow:", type="primary", on_click=_show, args=(text,))
        st.download_button("Download", text, "talk.yaml", "application/yaml", icon=":material/download:")
        st.button("The tour as a talk", icon=":material/flag:", on_click=_show_tour)
        if state.draft:
            st.button("Back to the original talk", icon=":material/undo:", on_click=drop_script)
    sentence = "The scenes are text in YAML. Your changes last only for this visit: download them to keep them."
    st.caption(explain(sentence), unsafe_allow_html=True)


def _show(text: str) -> None:
    take_script(st.session_state.get(f"{SCRIPT}-{current_talk().seq}", text))


def _show_tour() -> None:
    take_script(tour_as_talk())


def take_script(text: str) -> None:
    """Make a text the visitor's talk; where it is invalid, the page shows why, and the previous talk stays."""
    state = current_talk()
    text = text.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be encoded
    draft = text[:LARGEST]
    if _problem(text) is None:
        state = msgspec.structs.replace(state, script=draft, seq=state.seq + 1)
    current().put(msgspec.structs.replace(state, draft=draft))


def drop_script() -> None:
    """Go back to the built-in talk."""
    state = current_talk()
    current().put(msgspec.structs.replace(state, script="", draft="", seq=state.seq + 1))


def _problem(text: str) -> TalkError | aecore.ModelFileError | None:
    """Return the error in a talk's text, None for a valid or an empty one."""
    try:
        if text:
            scenes.parse(text, usable_models())
    except (TalkError, aecore.ModelFileError) as problem:
        return problem
    return None
