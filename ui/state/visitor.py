"""What one visitor has on the table, and the state that each feature keeps of theirs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from ui.state.schema import State

KEY = "visitor"
S = TypeVar("S", bound=State)
M = TypeVar("M")


@dataclass
class Upload:
    """What became of the file that was brought last to one uploader; a new `number` makes a new uploader.

    `mark` says what was on the table then, where that matters.
    """

    number: int = 0
    problem: str = ""
    notice: str = ""
    mark: str = ""


@dataclass
class Visitor:
    """One visitor.

    `image` is the normalised drawing (28, 28), None when the canvas is empty; `encoded` its latent; `latent` where
    the sliders stand, both (D,) in steps of 0.01. `seq` counts what Python changed, so that the browser knows when to
    take it over; `reason` says what it was. `visit` tells a browser that comes back from one that was never here.
    """

    visit: str = field(default_factory=lambda: secrets.token_hex(8))
    model: str = "default"
    drawing: dict[str, Any] = field(default_factory=dict)
    canvas: int = 0  # a new number makes a new canvas
    sample: int | None = None  # the untouched sample digit on the canvas
    image: np.ndarray | None = None
    encoded: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    latent: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    at_rest: bool = False  # the sliders have just been reported, and the page shows what they stand for
    seq: int = 0
    chosen: int = 0  # the same count without the pen's strokes, which come while the page is being made
    reason: str = "start"
    hint: str = ""
    own: list[str] = field(default_factory=list)  # models that this visitor trained or brought
    states: dict[type[State], State] = field(default_factory=dict)
    models_of_states: dict[type[State], str] = field(default_factory=dict)  # whose latents are in them
    memos: dict[type, Any] = field(default_factory=dict)  # what features remember besides, for this session only
    uploads: dict[str, Upload] = field(default_factory=dict)
    destination: str | None = None  # the address of the page to go to
    restart: bool = False  # the next run begins at the first page
    notices: list[str] = field(default_factory=list)

    def state(self, kind: type[S]) -> S | None:
        """Return a feature's state, None while there is none."""
        found: Any = self.states.get(kind)
        return found

    def put(self, state: State) -> None:
        """Make this the state of its feature; latents in it are of the model on the table."""
        self.states[type(state)] = state
        self.models_of_states[type(state)] = self.model

    def model_of(self, kind: type[State]) -> str | None:
        """Return the model whose latents are in a feature's state, None while there is none."""
        return self.models_of_states.get(kind)

    def memo(self, kind: type[M]) -> M:
        """Return what a feature remembers in this session, a dataclass of its own; a new one at first."""
        found: M = self.memos.setdefault(kind, kind())
        return found

    def upload(self, name: str) -> Upload:
        """Return what became of the last file at the uploader of this name."""
        return self.uploads.setdefault(name, Upload())


def current() -> Visitor:
    """Return this visitor, made from the link on the first call."""
    if KEY not in st.session_state:
        from ui.state.link import read_link  # late: it makes a Visitor

        st.session_state[KEY] = read_link(st.query_params.to_dict())
    visitor: Visitor = st.session_state[KEY]
    return visitor


def is_known() -> bool:
    """Return whether this session's visitor has been made already."""
    return KEY in st.session_state


def replace(visitor: Visitor, kept_key: str) -> None:
    """Put another visitor in this one's place; of the widgets' values only that of `kept_key` stays."""
    for key in list(st.session_state):
        if key != kept_key:
            del st.session_state[key]
    st.session_state[KEY] = visitor


def take_notices() -> list[str]:
    """Return the one-line notices that are due, once."""
    visitor = current()
    due, visitor.notices = visitor.notices, []
    return due


def take_restart() -> bool:
    """Return, once, whether this run is to begin at the first page."""
    visitor = current()
    due, visitor.restart = visitor.restart, False
    return due


def take_destination() -> str | None:
    """Return the address of the page to go to, once; None for none."""
    visitor = current()
    found, visitor.destination = visitor.destination, None
    return found


def take_report(kind: type[State], report: object) -> None:
    """Make what a live part reports its feature's state; one about an earlier digit, or a forged one, is ignored."""
    visitor = current()
    if isinstance(report, dict) and report.get("seq", visitor.seq) == visitor.seq:
        found = kind.from_report(report, len(visitor.latent))
        if found is not None:
            visitor.put(found)
