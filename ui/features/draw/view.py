"""Data for the live part of the Draw page, and the fragment that runs when its sliders come to rest."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.features.draw.save_and_share import is_open
from ui.features.draw.state import Refining, refining
from ui.features.drawing_canvas.view import is_outdated
from ui.services import model_store
from ui.services.examples import is_drawable
from ui.services.frontend_assets import directions_for_browser, image_to_base64, latent_to_list
from ui.state import history
from ui.state.declaration import Feature
from ui.state.link import write_link
from ui.state.table import is_bent, is_decoded, take_latent
from ui.state.visitor import current
from ui.widgets.live_part import show
from ui.widgets.model_picker import address_of_atlas, model_for_browser


def data() -> dict[str, Any]:
    """Return image, encoder's latent, sliders' latent and decoded digit, as JSON."""
    visitor = current()
    # The decoded digit is for the first frame; when sliders come to rest, the browser has decoded it already.
    decoded = None
    if not visitor.at_rest:
        decoded = model_store.decode(visitor.model, visitor.latent)
    visitor.at_rest = False
    return {
        "seq": visitor.seq,
        "reason": visitor.reason,
        "model": model_for_browser(visitor.model),
        "atlas": address_of_atlas(visitor.model),
        "directions": directions_for_browser(visitor.model),
        "image": image_to_base64(visitor.image),
        "encoded": latent_to_list(visitor.encoded),
        "home": latent_to_list(visitor.home),
        "latent": latent_to_list(visitor.latent),
        "decoded": image_to_base64(decoded),
        "hint": visitor.hint,
        "isDecoded": is_decoded(visitor),
        "isDrawn": is_drawable(visitor.model),
        "isFresh": visitor.fresh,
        "automatic": refining().automatic,
    }


def take_sliders(report: object) -> None:
    """Take the sliders' positions from a report, and note that the page shows their image already.

    A refined latent belongs to the step that brought the digit.
    """
    visitor = current()
    before, was_fresh = visitor.canvas, visitor.fresh
    if not take_latent(report):
        return
    visitor.at_rest = visitor.canvas == before
    switched = Refining.from_report(report)
    if switched is not None and switched != refining():
        visitor.put(switched)
    elif was_fresh and not visitor.fresh and not is_bent(visitor):
        history.amend(visitor)


@st.fragment
def sliders(feature: Feature) -> None:
    """Show the live part and write the link.

    Only this fragment runs when sliders come to rest, for a third of the page's CPU time. The whole page runs while the
    popover to save and share is open, which shows the sliders' latent, and when a digit was invented.
    """
    outdated = is_drawable(current().model) and is_outdated()  # else the canvas is not on the page any more
    if outdated or (current().at_rest and is_open()):
        current().at_rest = False
        st.rerun()
    show(feature)
    write_link(feature)
