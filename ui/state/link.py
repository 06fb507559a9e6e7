"""The link: the page's address holds the visitor's state. Each page writes it; a new session reads it once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

import streamlit as st

from aecore.core.latents import latent_from_text, latent_to_text
from ui.services import model_store
from ui.state.declaration import Feature, installed
from ui.state.table import FIRST_SAMPLE, place_sample, usable_models
from ui.state.visitor import Visitor, current
from ui.streamlit_compat import browser_address

_LONGEST_ADDRESS = 2_000  # characters, without the query


def write_link(feature: Feature) -> None:
    """Write model, latent, sample digit and a feature's state into the query parameters of the page's address.

    Every page calls this, because Streamlit clears them on a page switch. The states of features without a page are in
    every link.
    """
    visitor = current()
    link = {"model": visitor.model, "z": latent_to_text(visitor.latent)}
    if visitor.sample is not None:
        link["digit"] = str(visitor.sample)
    for other in installed():
        if other.state and (other.name == feature.name or other.page is None):
            state = visitor.state(other.state)
            link |= state.to_link() if state is not None else {}
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)


def read_link(link: Mapping[str, str]) -> Visitor:
    """Return a visitor made from query parameters; a notice names each parameter that could not be read."""
    visitor = Visitor()
    visitor.own = [name for name in (link.get("model", ""),) if model_store.exists(name)]
    names = [*usable_models(), *visitor.own]
    if "model" in link and link["model"] not in names:
        visitor.notices.append(f"The link asks for a model that is not here; showing `{names[0]}`.")
    visitor.model = link["model"] if link.get("model") in names else names[0]
    digit = link.get("digit", "")
    sample = int(digit) if digit in [str(d) for d in range(10)] else FIRST_SAMPLE
    if digit and str(sample) != digit:
        visitor.notices.append(f"The link asks for a sample that is not here; showing {sample}.")
    place_sample(visitor, sample)
    if "z" in link:
        try:
            visitor.latent = latent_from_text(link["z"], len(visitor.latent))
        except ValueError:
            visitor.notices.append("The latent in the link could not be read; showing the digit's own.")
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
