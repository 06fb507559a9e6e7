"""The editor of a talk's scenes, and what a booth does while nobody is there."""

from __future__ import annotations

import streamlit as st

from ui.features.talk import scenes
from ui.state import session

_ATTRACTS = {
    "off": "leave everything as it is",
    "loop": "play scenes until somebody touches",
    "kiosk": "play scenes, and clear what the last visitor drew",
}


def editor() -> None:
    """Let the talk's file be edited, shown and taken along; a broken one is answered by its line and the reason."""
    state = session.current()
    shown = state.script_draft or scenes.SHIPPED.read_text(encoding="utf-8")
    with st.container(key="scenes"):
        text = st.text_area(
            "The scenes, as YAML", shown, height=420, max_chars=scenes.LARGEST, key=f"{session.SCRIPT}-{state.talk}"
        )
    if state.script_problem:
        st.error(f"{state.script_problem}.", icon=":material/error:")
        lines = state.script_draft.splitlines()
        if 0 < state.script_line <= len(lines) and (line := lines[state.script_line - 1].strip()):
            st.code(line[:200], language="yaml")
    with st.container(horizontal=True, gap="small"):
        st.button("Show", icon=":material/play_arrow:", type="primary", on_click=_show, args=(text,))
        st.download_button("Download", text, "talk.yaml", "application/yaml", icon=":material/download:")
        if state.script_draft:
            st.button("Back to the shipped talk", icon=":material/undo:", on_click=session.drop_script)
    st.caption("It stays in this visit only: download it to keep it.")


def _show(text: str) -> None:
    state = session.current()
    session.take_script(st.session_state.get(f"{session.SCRIPT}-{state.talk}", text))


def booth() -> None:
    """Choose what happens after a while without touch."""
    state = session.current()
    st.session_state[session.ATTRACT_CHOICE] = state.attract
    st.selectbox(
        f"At a booth, after {state.idle} seconds without touch",
        session.ATTRACTS,
        format_func=_ATTRACTS.__getitem__,
        key=session.ATTRACT_CHOICE,
        on_change=session.take_attract_choice,
    )
    st.caption("On every page, until this is changed; the page's address carries it. The first touch takes over.")
