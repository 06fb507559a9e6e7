"""What frames every page: its title, the navigation, notices, and the models that can be shown."""

from __future__ import annotations

import contextlib
from pathlib import Path

import streamlit as st

import aecore
from ui.features.train import user_models
from ui.state import audience, session
from ui.streamlit_compat import DeltaGenerator, StreamlitPage
from ui.widgets.components import attract, room
from ui.widgets.model_picker import warn_of_broken_models

_PAGES = (
    ("pages/draw.py", "Draw", ":material/draw:", None),
    ("pages/map.py", "Map", ":material/map:", "map"),
    ("pages/traversals.py", "Traversals", ":material/view_week:", "traversals"),
    ("pages/morph.py", "Morph", ":material/animation:", "morph"),
    ("pages/arithmetic.py", "Arithmetic", ":material/calculate:", "arithmetic"),
    ("pages/denoise.py", "Denoise", ":material/auto_fix_high:", "denoise"),
    ("pages/learn.py", "How it works", ":material/school:", "learn"),
    ("pages/train.py", "Train", ":material/model_training:", "train"),
    ("pages/talk.py", "Talk", ":material/co_present:", "talk"),
)


_ICON = str(Path(__file__).parent.parent / "assets" / "icon.png")  # icons by name are fetched from the internet

# Streamlit leaves six lines of air above the first one; on stage they are wanted below. It shows the button that copies
# only under a mouse: on a phone and from the keyboard it could not be found.
_STYLE = """<style>
.stMainBlockContainer { padding-top: 1.5rem; padding-bottom: 3rem; }
.st-key-train [data-testid="stColumn"]:first-child { flex: 0 1 380px; min-width: min(100%, 320px); }
.st-key-train [data-testid="stColumn"]:last-child { flex: 1 1 0; min-width: min(100%, 340px); }
.st-key-train .st-key-fields [data-testid="stColumn"] { flex: 1 1 0; min-width: 130px; }
.stAppHeader { background: none; height: 0; min-height: 0; }
:is(.st-key-draw, .st-key-bring, .st-key-learn) [data-testid="stColumn"] {
    &:first-child { flex: 0 0 280px; min-width: 280px; }
    &:last-child { flex: 1 1 0; min-width: min(100%, 340px); }
}
:is(.st-key-takeaway, .st-key-listing) [data-testid="stCode"] div { opacity: 1; visibility: visible; }
.st-key-scenes textarea { font: 14px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
</style>"""


def navigation() -> StreamlitPage:
    """Set the app's pages up and return the one that was asked for."""
    st.set_page_config("Autoencoder playground", _ICON, layout="wide")
    st.html(_STYLE)
    pages = [
        st.Page(path, title=title, icon=icon, url_path=address, default=address is None)
        for path, title, icon, address in _PAGES
    ]
    page = st.navigation(pages, position="hidden")  # on a phone the native ones hide the other pages behind a button
    if session.asks_for_stage() and page.url_path != "talk":
        st.switch_page(pages[-1], query_params=st.query_params.to_dict())
    above = st.container(key="audience")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="navigation"):
        for other in pages:
            st.page_link(other, width="content")
        with contextlib.suppress(aecore.ModelFileError):  # the page says what is wrong
            _join(above, pages, page)
    with contextlib.suppress(aecore.ModelFileError):
        if session.take_restart():
            st.switch_page(pages[0])
        attract()
    return page


def _join(above: DeltaGenerator, pages: list[StreamlitPage], page: StreamlitPage) -> None:
    """Offer a room where the navigation ends, or show above it the one that is followed, and go where it goes."""
    destination = audience.take_destination()
    for other in pages:
        if other.url_path == destination and other is not page:
            st.switch_page(other)
    if audience.is_audience():
        with above:
            room(page.url_path)
    else:
        room(page.url_path)


def heading(title: str, sentence: str) -> None:
    """Write a page's title and its one sentence, then the notices that are due."""
    st.markdown(f"### {title}\n{sentence}")
    try:
        warn_of_broken_models()
        user_models.leave_lost_model()
    except aecore.ModelFileError as error:  # not one model is left to show
        st.error(str(error), icon=":material/error:")
        st.stop()
    for notice in session.take_notices():
        st.info(notice, icon=":material/info:")
