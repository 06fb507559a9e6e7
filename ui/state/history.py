"""Undo and redo: the last steps of a visitor's work, with what was on the table and the features' states at each.

A step is kept when a report of the browser, or a button, has changed something. What a run then changes by itself, such
as the first state of a page, belongs to the same step. Steps share their latents, strokes and states, and have the
image as compressed bytes: about a kilobyte each.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from aecore.core.latents import quantise
from ui.services import model_store
from ui.services.drawing import Drawing, normalise
from ui.services.image_bytes import from_bytes, to_bytes
from ui.state.schema import State
from ui.state.visitor import Source, Visitor

MOST_STEPS = 50
EMPTY = "The canvas is empty: draw a digit, or pick a sample."
_HEAVIEST = 400_000  # characters of strokes in all steps
Way = Literal["undo", "redo"]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What was on the table, by the names of `Visitor`'s fields, and the features' states.

    `pixels` is the compressed image, None for none; `pending` says that the image and its latent are still to be
    made from the strokes: of several strokes that were reported at once, only the last one's image is known.
    """

    model: str
    model_before: str
    drawing: Drawing
    sample: int | None
    source: Source
    hint: str
    pixels: bytes | None
    encoded: np.ndarray
    refined: np.ndarray | None
    latent: np.ndarray
    fresh: bool
    states: Mapping[type[State], State]
    models_of_states: Mapping[type[State], str]
    pending: bool = False


@dataclass
class History:
    """A visitor's steps; `at` is the index of the present one, and `moves` counts how often that was changed by undo.

    The browser counts the undos and redos that it asks for: `wanted` is its last report, `taken` what has been done.
    """

    steps: list[Step] = field(default_factory=list)
    at: int = 0
    image: np.ndarray | None = None  # of the present step, as the visitor has it
    moves: int = 0
    wanted: tuple[int, int] = (0, 0)
    taken: tuple[int, int] = (0, 0)

    @property
    def left(self) -> tuple[int, int]:
        """The number of steps that can be undone, and redone."""
        return self.at, max(len(self.steps) - 1 - self.at, 0)


def of(visitor: Visitor) -> History:
    """Return a visitor's history."""
    return visitor.memo(History)


def begin(visitor: Visitor) -> None:
    """Start the history with what is on the table, whose strokes can be undone one by one."""
    history = of(visitor)
    history.steps.clear()
    now = _step(visitor, history)
    blank = replace(now, drawing=Drawing((), now.drawing.under), pending=True)
    history.steps = [blank, *_between(blank, now), now] if now.source == "drawn" and now.drawing.strokes else [now]
    history.at, history.image = len(history.steps) - 1, visitor.image


def keep(visitor: Visitor) -> None:
    """Add what is on the table and the features' states as a step, if they differ from the present one."""
    history = of(visitor)
    if not history.steps:
        return begin(visitor)
    now, present = _step(visitor, history), history.steps[history.at]
    if _same(now, present):
        history.steps[history.at] = now
        return None
    history.steps[history.at + 1 :] = [*_between(present, now), now]
    del history.steps[: max(len(history.steps) - MOST_STEPS - 1, _too_heavy(history.steps))]
    history.at = len(history.steps) - 1
    history.image = visitor.image
    return None


def amend(visitor: Visitor) -> None:
    """Make what is on the table and the features' states the present step."""
    history = of(visitor)
    if not history.steps:
        return begin(visitor)
    history.steps[history.at] = _step(visitor, history)
    history.image = visitor.image
    return None


def move(visitor: Visitor, steps: int) -> Step | None:
    """Go so many steps back, or forward where the number is negative; returns the step left, None without a change."""
    history = of(visitor)
    keep(visitor)
    before, at = history.steps[history.at], min(max(history.at - steps, 0), len(history.steps) - 1)
    if at == history.at:
        return None
    _go_to(visitor, history, at)
    return before


def find(visitor: Visitor, drawing: Drawing, way: Way) -> bool:
    """Go to the nearest step with this drawing, which the browser has undone or redone; return whether there is one."""
    history = of(visitor)
    keep(visitor)
    before, after = range(history.at - 1, -1, -1), range(history.at + 1, len(history.steps))
    places = before if way == "undo" else after
    at = next((place for place in places if history.steps[place].drawing == drawing), None)
    if at is None:
        return False
    _go_to(visitor, history, at)
    return True


def _step(visitor: Visitor, history: History) -> Step:
    known = history.steps[history.at] if history.steps else None
    if known is not None and history.image is visitor.image:
        pixels = known.pixels
    else:
        pixels = None if visitor.image is None else zlib.compress(to_bytes(visitor.image))
    states = {kind: state for kind, state in visitor.states.items() if kind.undone}
    models = {kind: name for kind, name in visitor.models_of_states.items() if kind.undone}
    if known is not None and known.states == states and known.models_of_states == models:
        states, models = known.states, known.models_of_states  # type: ignore[assignment]
    table = (visitor.drawing, visitor.sample, visitor.source, visitor.hint, pixels, visitor.encoded)
    latents = (visitor.refined, visitor.latent, visitor.fresh)
    return Step(visitor.model, visitor.model_before, *table, *latents, states, models)


def _same(a: Step, b: Step) -> bool:
    plain = ("model", "drawing", "sample", "source", "pixels", "models_of_states")
    if not all(getattr(a, name) == getattr(b, name) for name in plain) or not np.array_equal(a.latent, b.latent):
        return False
    return a.states is b.states or all(_same_state(state, b.states.get(kind)) for kind, state in a.states.items())


def _same_state(a: State, b: State | None) -> bool:
    """Return whether two states of one feature differ at most in what is no step."""
    names = (name for name in a.__struct_fields__ if name not in a.passing)
    return a is b or (b is not None and all(getattr(a, name) == getattr(b, name) for name in names))


def _between(present: Step, now: Step) -> list[Step]:
    """Return a step for each stroke but the last, where several were drawn since the present step."""
    before, after = present.drawing, now.drawing
    if now.source != "drawn" or before.under != after.under or before.strokes != after.strokes[: len(before.strokes)]:
        return []
    counts = range(len(before.strokes) + 1, len(after.strokes))
    return [replace(now, drawing=Drawing(after.strokes[:count], after.under), pending=True) for count in counts]


def _too_heavy(steps: list[Step]) -> int:
    """Return how many of the first steps to leave out, so that the strokes of the others are not too long."""
    total, known = 0, set[int]()
    for place in range(len(steps) - 1, -1, -1):
        for stroke in steps[place].drawing.strokes:
            total += 0 if id(stroke) in known else len(stroke)
            known.add(id(stroke))
        if total > _HEAVIEST:
            return min(place + 1, len(steps) - 1)
    return 0


def _go_to(visitor: Visitor, history: History, at: int) -> None:
    step = history.steps[at]
    if step.pending:
        step = history.steps[at] = _completed(step)
    table = ("model", "model_before", "drawing", "sample", "source", "hint")
    for name in (*table, "encoded", "refined", "latent", "fresh"):
        setattr(visitor, name, getattr(step, name))
    visitor.image = None if step.pixels is None else from_bytes(zlib.decompress(step.pixels))
    visitor.states = {**{kind: one for kind, one in visitor.states.items() if not kind.undone}, **step.states}
    models: dict[type[State], Any] = {kind: one for kind, one in visitor.models_of_states.items() if not kind.undone}
    visitor.models_of_states = {**models, **step.models_of_states}
    history.at, history.image = at, visitor.image
    history.moves += 1


def _completed(step: Step) -> Step:
    """Return a step with the image of its strokes, and with its latent."""
    image = normalise(step.drawing)
    if image is None:
        return replace(step, pixels=None, hint=EMPTY, pending=False)
    encoded = quantise(model_store.load(step.model).encode(image[None])[0])
    latents: dict[str, Any] = {"encoded": encoded, "refined": None, "latent": encoded, "fresh": True}
    return replace(step, pixels=zlib.compress(to_bytes(image)), pending=False, **latents)
