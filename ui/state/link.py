"""The link: the page's address holds the visitor's state. Each page writes it; a new session reads it once."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import SplitResult, urlencode, urlsplit

import numpy as np
import streamlit as st

from aecore.core.latents import latent_from_text, latent_to_text
from ui.services import model_store
from ui.services.drawing import Drawing, image_from_text, image_to_text, strokes_from_text, strokes_to_text
from ui.state import history
from ui.state.declaration import Feature, installed
from ui.state.table import (
    DECODED,
    count_of_samples,
    first_sample,
    is_bent,
    is_decoded,
    place_sample,
    put_on_table,
    take_decoded,
    take_refined,
    usable_models,
)
from ui.state.visitor import Decoded, Visitor, current
from ui.streamlit_compat import browser_address

_LONGEST_ADDRESS = 2_000  # characters, without the query
_LONGEST_LINK = 1_500  # characters of the values; a digit that makes it longer stays out


def write_link(feature: Feature) -> None:
    """Write model, latent, digit and a feature's state into the query parameters of the page's address.

    Every page calls this at its end, because Streamlit clears them on a page switch. The states of features without a
    page are in every link.
    """
    visitor = current()
    history.amend(visitor)
    link = {"model": visitor.model, "z": latent_to_text(visitor.latent)}
    if visitor.sample is not None:
        link["digit"] = str(visitor.sample)
    for other in installed():
        if other.state and (other.name == feature.name or other.page is None):
            state = visitor.state(other.state)
            link |= state.to_link() if state is not None else {}
    for name, value in _digit_in_link(visitor).items():
        if sum(map(len, link.values())) + len(value) <= _LONGEST_LINK:
            link[name] = value
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)


def _digit_in_link(visitor: Visitor) -> dict[str, str]:
    """Return what a link has of a digit that is no sample: what cannot be made from the latent, the important first.

    "empty" as a source says that there is no digit.
    """
    refined = {} if visitor.refined is None else {"home": latent_to_text(visitor.refined)}
    if visitor.sample is not None:
        return refined
    if is_decoded(visitor):
        found: dict[str, str] = {} if visitor.source == "numbers" else {"from": visitor.source}
        return {**found, "home": latent_to_text(visitor.encoded)} if is_bent(visitor) else found
    if visitor.image is None:
        return {"from": "empty"}
    strokes = _strokes_in_link(visitor) if visitor.drawing.under is None else None
    shown = {"image": image_to_text(visitor.image), "from": visitor.source, **refined}
    return {**shown, "strokes": strokes} if strokes else shown


@dataclass
class _Written:
    """The strokes of the last link, as they are and as its text."""

    strokes: tuple[str, ...] = ()
    text: str | None = None


def _strokes_in_link(visitor: Visitor) -> str | None:
    """Return the text of the strokes, None where it is too long; a slider's movement does not make it again."""
    written = visitor.memo(_Written)
    if written.strokes is not visitor.drawing.strokes:
        written.strokes, written.text = visitor.drawing.strokes, strokes_to_text(visitor.drawing.strokes)
    return written.text


def read_link(link: Mapping[str, str]) -> Visitor:
    """Return a visitor made from query parameters; a notice names each parameter that could not be read."""
    visitor = Visitor()
    visitor.own = [name for name in (link.get("model", ""),) if model_store.exists(name)]
    names = [*usable_models(), *visitor.own]
    if "model" in link and link["model"] not in names:
        visitor.notices.append(f"The link asks for a model that is not here; showing “{model_store.label(names[0])}”.")
    visitor.model = link["model"] if link.get("model") in names else names[0]
    digit = link.get("digit", "")
    known = re.fullmatch(r"0|[1-9]\d{0,3}", digit, re.ASCII) and int(digit) < count_of_samples(visitor.model)
    sample = int(digit) if known else first_sample(visitor.model)
    if digit and str(sample) != digit:
        visitor.notices.append(f"The link asks for a sample that is not here; showing {sample}.")
    place_sample(visitor, sample)
    latent = home = None
    try:
        latent = latent_from_text(link["z"], len(visitor.latent)) if "z" in link else None
        home = latent_from_text(link["home"], len(visitor.latent)) if "home" in link and digit else None
    except ValueError:
        visitor.notices.append("The latent in the link could not be read; showing the digit's own.")
    if not digit:
        _place_digit(visitor, link, latent)
    elif home is not None:
        take_refined(visitor, home)
    visitor.latent = visitor.home if latent is None else latent
    visitor.fresh = False  # a link opens the picture that it showed
    for feature in installed():
        if feature.state:
            try:
                state = feature.state.from_link(link, len(visitor.latent))
            except ValueError:
                called, instead = feature.state.called, feature.state.instead
                visitor.notices.append(f"The {called} in the link could not be read; showing {instead}.")
            else:
                if state is not None:
                    visitor.put(state)
    return visitor


def _place_digit(visitor: Visitor, link: Mapping[str, str], latent: np.ndarray | None) -> None:
    """Put the digit of a link without a sample on the table: its image, else the decoded digit of its latent."""
    source = link.get("from", "numbers")
    if source == "empty":
        return put_on_table(visitor, None)
    try:
        image = image_from_text(link["image"]) if "image" in link else None
        strokes = strokes_from_text(link.get("strokes", ""))
        home = latent_from_text(link["home"], len(visitor.latent)) if "home" in link else latent
    except ValueError:
        visitor.notices.append("The drawing in the link could not be read; showing the decoded digit.")
        image, strokes, home = None, (), latent
    if image is not None and image.any() and image.shape == model_store.load(visitor.model).image_shape:
        put_on_table(visitor, image, None, Drawing(strokes), "drawn" if source in DECODED else source)
        if "home" in link and home is not None:
            take_refined(visitor, home)
    elif home is not None:
        take_decoded(visitor, home, cast(Decoded, source) if source in DECODED else "numbers", "canvas")
    return None


def asked_page() -> Feature | None:
    """Return the feature whose page a query parameter asks for (`Page.opened_by`), None where there is none."""
    for feature in installed():
        if feature.page and feature.page.opened_by:
            name, value = feature.page.opened_by
            if st.query_params.get(name) == value:
                return feature
    return None


def whole_link() -> str:
    """Return the first page's address with the parameters of `write_link`, without the private ones, for copying."""
    states = [feature.state for feature in installed() if feature.state]
    private = {name for state in states if state.private for name in state.parameters()}
    link = {key: value for key, value in st.query_params.to_dict().items() if key not in private}
    return root_address()._replace(query=urlencode(link)).geturl()


def root_address() -> SplitResult:
    """Return the address of the app's root as the visitor's browser reports it; every page lies directly below it."""
    url = browser_address()
    with contextlib.suppress(ValueError):
        if len(url) <= _LONGEST_ADDRESS:
            address = urlsplit(url)
            return address._replace(path=address.path[: address.path.rfind("/") + 1] or "/", query="", fragment="")
    return urlsplit("/")
