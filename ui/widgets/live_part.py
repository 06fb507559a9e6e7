"""Shows a feature's live part on the page, and passes its reports to their handlers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Literal

import streamlit as st

from ui.services.bundle import bundle_url
from ui.state import history
from ui.state.declaration import Feature, LivePart, part_key
from ui.state.visitor import current, take_report


def show(feature: Feature, part: LivePart | None = None, width: Literal["stretch", "content"] = "stretch") -> Any:
    """Show a live part of a feature, by default the first; returns Streamlit's result of the component.

    Shows nothing and returns None where the part's data is None.
    """
    part = part or feature.parts[0]
    data = part.data()
    if data is None:
        return None
    key = part_key(feature, part)
    on = reactions(feature, part).items()
    handlers: dict[str, Any] = {f"on_{name}_change": _handler(key, name, act) for name, act in on}
    name, bridge = _definition(feature.name, part.module)
    # Registered each time: in Streamlit 1.65 every AppTest has a registry of its own.
    return st.components.v2.component(name, js=bridge)(key=key, data=data, width=width, **handlers)


def reactions(feature: Feature, part: LivePart) -> dict[str, Callable[[Any], object]]:
    """Return the handlers of a live part's reports, by the report's name."""
    usual = {} if feature.state is None else {"settled": partial(take_report, feature.state)}
    return {**usual, **part.on}


@lru_cache(maxsize=64)
def _definition(name: str, module: str) -> tuple[str, str]:
    """Return name and JavaScript of a live part's component; the module brings its style sheet along."""
    # Streamlit loads inline JavaScript as a Blob, where relative imports do not resolve: hence this bridge.
    bridge = f"""
        const {{ default: render }} = await import(new URL("{bundle_url(name, module)}", document.baseURI).href);
        export default render;
    """
    return f"playground_{name}_{module}", bridge


def _handler(key: str, name: str, act: Callable[[Any], object]) -> Callable[[], None]:
    def handle() -> None:
        found = st.session_state.get(key)  # None when a browser reports for a part that is not on the page
        act(found.get(name) if isinstance(found, dict) else None)
        history.keep(current())

    return handle
