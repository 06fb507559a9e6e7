"""A button at the foot of every page: add what the page shows to the visitor's talk, as a scene."""

from __future__ import annotations

from typing import Any

import streamlit as st
import yaml

import aecore
from ui.features.talk.editor import take_script
from ui.features.talk.nodes import TalkError
from ui.features.talk.scenes import LONGEST_LINE, TITLE, pages, parse
from ui.features.talk.view import current_talk
from ui.services.naming import named
from ui.state.declaration import Feature, Page, installed
from ui.state.table import usable_models
from ui.state.visitor import current

_NEW = "talk: My talk\nscenes:\n"
_PAGE_OF_DIGITS = "draw"


def add_view(feature: Feature) -> None:
    """Show the button, but on the page of talks itself."""
    if feature.page and feature.name != "talk":
        st.button(
            "Add this view to my talk",
            key="add-view",
            type="tertiary",
            icon=":material/add_to_queue:",
            on_click=_add,
            args=(feature,),
        )


def _add(feature: Feature) -> None:
    state = current_talk()
    text = with_scene(state.script or _NEW, scene_of(feature))
    try:
        count = len(parse(text, usable_models()).scenes)
    except (TalkError, aecore.ModelFileError) as problem:
        st.toast(f"This view cannot be added: {problem}.", icon=":material/error:")
        return
    take_script(text)
    st.toast(f"Scene {count} of your talk. It waits for you on the page Talk.", icon=":material/add_to_queue:")


def scene_of(feature: Feature) -> dict[str, Any]:
    """Return the fields of the scene that shows what the visitor sees on a feature's page."""
    own = feature.in_talk or feature.name
    name = own if own in pages() and own != TITLE else _PAGE_OF_DIGITS
    page = feature.page or Page("", "")
    line = named(page.heading or page.title, current().model)[:LONGEST_LINE]
    shown = next((one.scene for one in installed() if one.name == name and one.scene), None)
    return {"line": line, "page": name, **(shown.fields() if shown else {})}


def with_scene(text: str, scene: dict[str, Any]) -> str:
    """Return a talk as YAML with a scene at its end."""
    block = yaml.safe_dump([scene], sort_keys=False, allow_unicode=True, default_flow_style=None, width=118)
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    return text.rstrip() + ("\n" if text == _NEW else "\n\n") + indented
