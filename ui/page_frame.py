"""The frame of every page: title, navigation, notices, and the features that are on every page."""

from __future__ import annotations

import contextlib
from pathlib import Path

import streamlit as st

import aecore
from ui.features import FEATURES, room
from ui.features.room.audience import is_audience
from ui.features.room.view import room as show_room
from ui.state.declaration import install, installed
from ui.state.link import asked_page
from ui.state.visitor import enter_page, take_destination, take_notices, take_restart
from ui.streamlit_compat import DeltaGenerator, StreamlitPage
from ui.widgets.model_picker import leave_lost_model, warn_of_broken_models

_ICON = str(Path(__file__).parents[1] / "assets" / "icon.png")  # icons by name are fetched from the internet

if not installed():  # so that a page that runs alone, without app.py, has the features too
    install(FEATURES)


def navigation() -> StreamlitPage:
    """Show the navigation and return the page that is asked for."""
    st.set_page_config("Autoencoder playground", _ICON, layout="wide")
    pages = {
        feature.name: st.Page(
            feature.script,
            title=feature.page.title,
            icon=feature.page.icon,
            url_path=feature.page.address or None,
            default=not feature.page.address,
        )
        for feature in installed()
        if feature.page
    }
    page = st.navigation(list(pages.values()), position="hidden")  # on a phone, Streamlit's own hides the other pages
    here = next(one for one in installed() if one.name in pages and pages[one.name].url_path == page.url_path)
    asked = asked_page()
    if asked is not None and asked is not here:
        st.switch_page(pages[asked.name], query_params=st.query_params.to_dict())
    above = st.container(key="audience")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="navigation"):
        for other in pages.values():
            st.page_link(other, width="content")
        with contextlib.suppress(aecore.ModelFileError):  # the page itself shows the error
            _follow(above, pages, page)
    with contextlib.suppress(aecore.ModelFileError):
        if take_restart():
            st.switch_page(next(iter(pages.values())))
        for feature in installed():
            if feature.on_every_page:
                feature.on_every_page(page.url_path)
    return page


def _follow(above: DeltaGenerator, pages: dict[str, StreamlitPage], page: StreamlitPage) -> None:
    """Show the room at the end of the navigation, or above it to an audience, and switch to the presenter's page."""
    enter_page(page.url_path)
    destination = take_destination()
    for other in pages.values():
        if other.url_path == destination and other is not page:
            st.switch_page(other)
    with above if is_audience() else contextlib.nullcontext():
        show_room(room.FEATURE, page.url_path)


def heading(title: str, sentence: str) -> None:
    """Show a page's title and its one sentence, then the notices."""
    st.markdown(f"### {title}\n{sentence}")
    try:
        warn_of_broken_models()
        leave_lost_model()
    except aecore.ModelFileError as error:  # no model can be read
        st.error(str(error), icon=":material/error:")
        st.stop()
    for notice in take_notices():
        st.info(notice, icon=":material/info:")
