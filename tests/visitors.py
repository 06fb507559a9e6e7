"""A visitor for tests that need no running app, and pages opened without a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.server import ROOT
from ui.features import FEATURES
from ui.state import link as link_module
from ui.state.declaration import install, installed
from ui.state.schema import State
from ui.state.visitor import KEY, Visitor
from ui.streamlit_compat import key_of

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


@contextmanager
def visiting(*states: State, **fields: Any) -> Iterator[Visitor]:
    """Make a visitor with these states of features the current one."""
    install_features()
    with pytest.MonkeyPatch.context() as patch:
        visitor = Visitor(**fields)
        patch.setattr(st, "session_state", {KEY: visitor})
        for state in states:
            visitor.put(state)
        yield visitor


class Query(dict[str, str]):
    """The query parameters of a page's address, with the interface of `st.query_params`."""

    def to_dict(self) -> dict[str, str]:
        return dict(self)

    def from_dict(self, values: Mapping[str, str]) -> None:
        self.clear()
        self.update(values)


@contextmanager
def at_address(link: Mapping[str, str], url: str = "") -> Iterator[Query]:
    """Simulate a browser at an address with these query parameters, from which the current visitor is made."""
    install_features()
    query = Query(link)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {})
        patch.setattr(st, "query_params", query)
        patch.setattr(link_module, "browser_address", lambda: url)
        yield query


def install_features() -> None:
    """Install the app's features, like app.py."""
    if installed() != FEATURES:
        install(FEATURES)


def open_page(name: str, **link: str) -> AppTest:
    """Open a page by its script's name, with these query parameters, and check that it shows no exception."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    app.query_params.update(link)
    app.run()
    assert not app.exception
    return app


@cache
def fresh_page(name: str) -> AppTest:
    """Return a page as a new visitor opens it. Tests share it, and must not change it."""
    return open_page(name)


def link_of(app: AppTest) -> dict[str, str]:
    """Return the query parameters of a page's address."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def visitor_of(app: AppTest) -> Visitor:
    """Return the visitor of an opened page."""
    visitor: Visitor = app.session_state[KEY]
    return visitor


def widgets_of(app: AppTest) -> dict[str, str]:
    """Return what Streamlit expects of a page's widgets: {key: kind of value}. Nothing public says it."""
    known = app.session_state._state._state._new_widget_state.widget_metadata
    return {key_of(id_): metadata.value_type for id_, metadata in known.items()}
