"""The frame of every page: navigation, heading, notices, the features on every page, and the way to the next page."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import html
from functools import lru_cache

import streamlit as st

import aecore
from aecore.export.images import image_to_png
from ui.features import FEATURES, room
from ui.features.room.audience import is_audience
from ui.features.room.view import room as show_room
from ui.features.thumbnail.view import take_steps
from ui.server import index_page
from ui.services.image_bytes import from_bytes, to_bytes
from ui.services.naming import named
from ui.services.terms import explain
from ui.state.declaration import Feature, Page, groups_of_pages, install, installed, page_after
from ui.state.link import asked_page
from ui.state.visitor import current, enter_page, take_destination, take_notices, take_restart
from ui.streamlit_compat import DeltaGenerator, StreamlitPage, page_of
from ui.widgets.model_picker import leave_lost_model, warn_of_broken_models

if not installed():  # so that a page that runs alone, without app.py, has the features too
    install(FEATURES)


def navigation() -> StreamlitPage:
    """Show navigation and heading, and return the page that is asked for."""
    pages = {feature.name: _page(feature) for group in groups_of_pages().values() for feature in group}
    page = st.navigation(list(pages.values()), position="hidden")  # on a phone, Streamlit's own hides the other pages
    here = next(one for one in installed() if one.name in pages and pages[one.name].url_path == page.url_path)
    asked = asked_page()
    if asked is not None and asked is not here:
        st.switch_page(pages[asked.name], query_params=st.query_params.to_dict())
    declared = here.page or Page("", "")
    st.set_page_config(index_page.title(declared), layout="wide")
    above = st.container(key="audience")
    with st.container(key="header"):
        _links(pages)
        with st.container(horizontal=True, gap="xsmall", key="tools"):
            every_page = st.container(horizontal=True, gap="xsmall", width="content", key="every-page")
            with contextlib.suppress(aecore.ModelFileError):  # the page itself shows the error
                _follow(above, pages, page)
        st.html(index_page.heading(_named(declared)))
    with contextlib.suppress(aecore.ModelFileError), every_page:
        if take_restart():
            st.switch_page(next(iter(pages.values())))
        for feature in installed():
            if feature.on_every_page:
                feature.on_every_page(page.url_path)
    return page


def _named(page: Page) -> Page:
    """Return a page whose heading and sentence are about the images of the visitor's model."""
    with contextlib.suppress(aecore.ModelFileError):
        model = current().model
        return dataclasses.replace(
            page, heading=named(page.heading or page.title, model), sentence=named(page.sentence, model)
        )
    return page


def _page(feature: Feature) -> StreamlitPage:
    page = feature.page or Page("", "")
    return page_of(feature.script, page.title, page.address)


def _links(pages: dict[str, StreamlitPage]) -> None:
    with st.container(horizontal=True, gap=None, key="navigation"):  # the groups and their names are CSS: `index_page`
        for page in pages.values():
            st.page_link(page, width="content")


def _follow(above: DeltaGenerator, pages: dict[str, StreamlitPage], page: StreamlitPage) -> None:
    """Show the room at the end of the navigation, or above it to an audience, and switch to the presenter's page."""
    enter_page(page.url_path)
    take_steps()
    destination = take_destination()
    for other in pages.values():
        if other.url_path == destination and other is not page:
            st.switch_page(other)
    with above if is_audience() else contextlib.nullcontext():
        show_room(room.FEATURE, page.url_path)


def notices() -> None:
    """Show what the visitor has to know before the page; without any model only that."""
    try:
        warn_of_broken_models()
        leave_lost_model()
    except aecore.ModelFileError as error:  # no model can be read
        st.error(str(error), icon=":material/error:")
        st.stop()
    for notice in take_notices():
        st.info(notice, icon=":material/info:")


def next_page(feature: Feature) -> None:
    """Show the digit, the link that takes it on to the page that follows a feature's page, and what features add."""
    here, after = feature.page, page_after(feature)
    if here is None or after is None:
        return
    following = next(one for one in installed() if one.page is after)
    st.html(f'<p class="about">{explain(html.escape(named(here.sentence, current().model)))}</p>')
    with st.container(key="next"):
        st.html(f"{_picture()}<small>Next: {html.escape(after.title)}</small>")
        st.page_link(_page(following), label=named(after.invitation, current().model), width="content")
    for one in installed():
        if one.foot:
            one.foot(feature)


def _picture() -> str:
    image = current().image
    return "<i></i>" if image is None else _as_element(to_bytes(image))


@lru_cache(maxsize=64)
def _as_element(pixels: bytes) -> str:
    png = base64.b64encode(image_to_png(from_bytes(pixels))).decode()
    return f'<img src="data:image/png;base64,{png}" alt="">'
