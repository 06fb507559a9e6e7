"""The state of one visitor's session: digit, model and latent ("the table"), and the states of the features."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np
import streamlit as st

from ui.services.drawing import NO_DRAWING, Drawing
from ui.state.schema import State
from ui.streamlit_compat import script_run

Original = Literal["drawn", "sample", "photo"]  # where a digit comes from that is no decoded latent
Decoded = Literal["invented", "average", "point", "sum", "file", "numbers", "example"]  # and one that is
Source = Original | Decoded
KEY = "visitor"
S = TypeVar("S", bound=State)
M = TypeVar("M")


@dataclass
class Upload:
    """The result of the last file in one uploader; a new `number` gives the page a new, empty uploader.

    `mark` identifies the image and latent at that time, where a feature needs it.
    """

    number: int = 0
    problem: str = ""
    notice: str = ""
    mark: str = ""


@dataclass
class Visitor:
    """One visitor's session.

    `image` is the digit on the table, (28, 28), or a picture of the model's shape, in steps of 1/255, None when the
    canvas is empty: by its `source` a drawing, a sample or a photo as the model sees it, or else a decoded latent.
    `encoded` is its latent by the encoder, `refined` the one that Draw has found for it by refining that, and `latent`
    the sliders' positions, all (D,) in steps of 0.01; a `fresh` digit waits for Draw to refine it. `seq` counts changes
    by Python: the browser takes Python's values when it has grown; `reason` names the change. `visit` identifies the
    session to a browser that reconnects.
    """

    visit: str = field(default_factory=lambda: secrets.token_hex(8))
    model: str = "default"
    model_before: str = ""  # the one that a latent of another model has replaced, until a model is chosen
    drawing: Drawing = NO_DRAWING
    canvas: int = 0  # a new number puts `drawing` on the page's canvas
    sample: int | None = None  # the sample digit on the canvas, while it is unchanged
    image: np.ndarray | None = None
    source: Source = "drawn"
    encoded: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    refined: np.ndarray | None = None
    latent: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    fresh: bool = False
    at_rest: bool = False  # the sliders have just been reported, and the page shows their image already
    seq: int = 0
    chosen: int = 0  # like `seq`, without pen strokes, which arrive while the page is being made
    reason: str = "start"
    hint: str = ""
    own: list[str] = field(default_factory=list)  # names of the models that this visitor trained or uploaded
    states: dict[type[State], State] = field(default_factory=dict)
    models_of_states: dict[type[State], str] = field(default_factory=dict)  # the models of the latents in the states
    memos: dict[type, Any] = field(default_factory=dict)  # features' other data, for this session only
    uploads: dict[str, Upload] = field(default_factory=dict)
    destination: str | None = None  # the address of the page that the next run switches to
    restart: bool = False  # the next run switches to the first page
    notices: list[str] = field(default_factory=list)  # not shown yet
    shown: list[str] = field(default_factory=list)  # notices on the page now
    page: str = ""  # the address of the page now

    @property
    def home(self) -> np.ndarray:
        """The digit's own latent (D,): the refined one, else the encoder's."""
        return self.encoded if self.refined is None else self.refined

    def state(self, kind: type[S]) -> S | None:
        """Return a feature's state, None while there is none."""
        found: Any = self.states.get(kind)
        return found

    def put(self, state: State) -> None:
        """Store a feature's state; latents in it belong to the chosen model."""
        self.states[type(state)] = state
        self.models_of_states[type(state)] = self.model

    def model_of(self, kind: type[State]) -> str | None:
        """Return the name of the model of the latents in a feature's state, None while there is no state."""
        return self.models_of_states.get(kind)

    def memo(self, kind: type[M]) -> M:
        """Return a feature's data for this session only, a dataclass of its own; made on the first call."""
        found: M = self.memos.setdefault(kind, kind())
        return found

    @property
    def secrets(self) -> frozenset[str]:
        """The secrets in the features' states, which open what only this visitor may see."""
        return frozenset(secret for state in self.states.values() for secret in state.secrets)

    def upload(self, name: str) -> Upload:
        """Return the result of the last file in the uploader of this name."""
        return self.uploads.setdefault(name, Upload())


class _Last(threading.local):
    """The last script run of this thread, and its visitor: a run asks for it sixty times."""

    run: object = None
    visitor: Visitor


_last = _Last()


def current() -> Visitor:
    """Return this session's visitor, made from the link on the first call."""
    run = script_run()
    if run is not None and _last.run is run:
        return _last.visitor
    if KEY not in st.session_state:
        from ui.state.link import read_link  # here, because link imports this module

        st.session_state[KEY] = read_link(st.query_params.to_dict())
    visitor: Visitor = st.session_state[KEY]
    if run is not None:
        _last.run, _last.visitor = run, visitor
    return visitor


def is_known() -> bool:
    """Return whether this session already has a visitor."""
    return KEY in st.session_state


def replace(visitor: Visitor, kept_key: str) -> None:
    """Replace this session's visitor; of the widgets only that of `kept_key` keeps its value."""
    for key in list(st.session_state):
        if key != kept_key:
            del st.session_state[key]
    st.session_state[KEY] = visitor
    _last.run = None


def enter_page(address: str) -> None:
    """Note that the page at this address is shown; the notices on another page end with it."""
    visitor = current()
    if address != visitor.page:
        visitor.page, visitor.shown = address, []


def take_notices() -> list[str]:
    """Return the notices to show, of one line each: the new ones, or else those that are on the page already.

    They stay until there are others, or another page: if they went with the next touch, the page would move under it.
    """
    visitor = current()
    if visitor.notices:
        visitor.shown, visitor.notices = visitor.notices, []
    return visitor.shown


def take_restart() -> bool:
    """Return whether this run has to switch to the first page, and reset that."""
    visitor = current()
    due, visitor.restart = visitor.restart, False
    return due


def take_destination() -> str | None:
    """Return the address of the page to switch to, None for none, and reset it."""
    visitor = current()
    found, visitor.destination = visitor.destination, None
    return found


def take_report(kind: type[State], report: object) -> None:
    """Store a live part's report as its feature's state; ignores an invalid one, and one about an earlier digit."""
    visitor = current()
    if isinstance(report, dict) and report.get("seq", visitor.seq) == visitor.seq:
        found = kind.from_report(report, len(visitor.latent))
        if found is not None:
            visitor.put(found)
