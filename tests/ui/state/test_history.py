"""Undo and redo: one history of the table and of all features' states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.visitors import visiting
from ui.features.booth import Booth
from ui.features.denoise.state import Noise
from ui.features.map.state import MapView
from ui.features.thumbnail.view import data, in_words, take_counts, take_steps
from ui.services.drawing import NO_DRAWING, Drawing, normalise
from ui.services.frontend_assets import image_to_base64
from ui.state import history
from ui.state.table import (
    choose_model,
    choose_sample,
    clear_canvas,
    move_in_history,
    same_image,
    take_drawing,
    take_latent,
    take_picked,
)
from ui.state.visitor import Visitor

STROKES = tuple(f"M{60 + 10 * i} 60L{60 + 10 * i} 220" for i in range(12))

ACTS = ("sample", "latent", "noise", "undo", "redo")


def draw(visitor: Visitor, strokes: tuple[str, ...], way: str = "") -> None:
    """Report strokes like the canvas, and keep the step like its handler."""
    image = image_to_base64(normalise(Drawing(strokes)))
    take_drawing({"canvas": visitor.canvas, "strokes": list(strokes), "under": False, "image": image, "way": way})
    history.keep(visitor)


def begin(visitor: Visitor, digit: int = 3) -> None:
    choose_sample(digit)
    history.amend(visitor)


def shown(visitor: Visitor) -> tuple[Any, ...]:
    image = None if visitor.image is None else (255 * visitor.image).round().astype(int).tolist()
    states = {kind: state for kind, state in visitor.states.items() if kind.undone}
    return visitor.model, visitor.drawing, visitor.sample, visitor.source, image, visitor.latent.tolist(), states


def test_twelve_strokes_are_undone_one_by_one_and_redone_however_they_were_reported() -> None:
    for reports in ([12], [1, 12], [3, 4, 9, 12], list(range(1, 13))):
        with visiting() as visitor:
            begin(visitor)
            clear_canvas()
            history.keep(visitor)
            for count in reports:
                draw(visitor, STROKES[:count])
            for count in range(11, -1, -1):
                move_in_history(1)
                assert visitor.drawing.strokes == STROKES[:count]
                assert same_image(visitor.image, normalise(visitor.drawing))
            move_in_history(1)
            assert visitor.sample == 3
            move_in_history(-100)
            assert visitor.drawing.strokes == STROKES


def test_the_canvas_undoes_and_redoes_in_the_browser_and_the_history_follows() -> None:
    with visiting() as visitor:
        begin(visitor)
        clear_canvas()
        history.keep(visitor)
        draw(visitor, STROKES[:5])
        canvas = visitor.canvas
        draw(visitor, STROKES[:2], "undo")
        assert history.of(visitor).left == (3, 3)
        draw(visitor, STROKES[:4], "redo")
        assert history.of(visitor).left == (5, 1)
        assert visitor.canvas == canvas  # the browser has it on its canvas already
        draw(visitor, (*STROKES[:4], STROKES[9]))
        assert history.of(visitor).left == (6, 0)
        draw(visitor, ())  # Clear is a change, though an earlier step was empty, too
        assert history.of(visitor).left == (7, 0)


def test_every_kind_of_change_is_taken_back_and_put_back() -> None:
    with visiting() as visitor:
        begin(visitor, 7)
        seen = [shown(visitor)]
        changes: list[Any] = [
            lambda: take_latent({"seq": visitor.seq, "latent": [0.5] * 16}),
            lambda: visitor.put(Noise(level=0.25)),
            lambda: take_latent({"seq": visitor.seq, "latent": [0.1] * 16, "source": "invented"}),
            lambda: visitor.put(Noise(level=0.75, kind="shot")),
            lambda: choose_model("mlp"),
            lambda: take_picked("point", {"model": "plane", "latent": [0.5, 0.5]}),
            lambda: choose_sample(4),
            clear_canvas,
        ]
        for change in changes:
            change()
            history.keep(visitor)
            seen.append(shown(visitor))
        assert history.of(visitor).left == (len(changes), 0)
        for before in reversed(seen[:-1]):
            count = visitor.seq
            move_in_history(1)
            assert shown(visitor) == before
            assert visitor.seq > count  # the live parts take it
        for after in seen[1:]:
            move_in_history(-1)
            assert shown(visitor) == after


def test_a_new_change_ends_what_could_be_redone() -> None:
    with visiting() as visitor:
        begin(visitor)
        for digit in (4, 5, 6):
            choose_sample(digit)
            history.keep(visitor)
        move_in_history(2)
        choose_sample(9)
        history.keep(visitor)
        assert history.of(visitor).left == (2, 0)
        move_in_history(1)
        assert visitor.sample == 4


def test_what_a_run_changes_by_itself_is_no_step_and_other_states_stay() -> None:
    with visiting(Booth(attract="loop")) as visitor:
        begin(visitor)
        visitor.put(MapView())
        history.amend(visitor)
        choose_sample(5)
        history.keep(visitor)
        visitor.put(Booth(attract="off"))
        history.keep(visitor)
        assert history.of(visitor).left == (1, 0)
        move_in_history(1)
        assert visitor.states == {MapView: MapView(), Booth: Booth(attract="off")}


def test_at_most_fifty_steps_are_kept_and_they_are_small() -> None:
    with visiting() as visitor:
        begin(visitor)
        for i in range(80):
            draw(visitor, (*visitor.drawing.strokes, STROKES[i % 12]))
        steps = history.of(visitor)
        assert steps.left == (history.MOST_STEPS, 0)
        assert sum(len(step.pixels or b"") for step in steps.steps) < 20_000
        latents = {id(step.latent) for step in steps.steps} | {id(step.encoded) for step in steps.steps}
        assert len(latents) <= history.MOST_STEPS + 1
        long = [f"M{i} 9" + "L9 9" * 12_000 for i in range(20)]
        for stroke in long:
            draw(visitor, (stroke,))
        assert len(steps.steps) < 15
        move_in_history(1)
        assert visitor.drawing.strokes == (long[-2],)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["sample", "latent", "noise", "undo", "redo"]), st.integers(0, 9)), max_size=25)
)
def test_the_history_is_like_that_of_any_editor(acts: list[tuple[str, int]]) -> None:
    with visiting() as visitor:
        begin(visitor)
        steps, at = [shown(visitor)], 0
        for act, number in acts:
            if act in ("undo", "redo"):
                at = min(max(at + (number if act == "redo" else -number), 0), len(steps) - 1)
                move_in_history(-number if act == "redo" else number)
            else:
                if act == "sample":
                    choose_sample(number)
                elif act == "latent":
                    take_latent({"seq": visitor.seq, "latent": [number / 10] * 16})
                else:
                    visitor.put(Noise(level=number / 10))
                history.keep(visitor)
                if shown(visitor) != steps[at]:
                    steps[at + 1 :] = [shown(visitor)]
                    at += 1
            assert shown(visitor) == steps[at]
            assert history.of(visitor).left == (at, len(steps) - 1 - at)


def test_counts_that_grow_are_steps_each_taken_once() -> None:
    with visiting() as visitor:
        begin(visitor)
        for digit in (4, 5, 6):
            choose_sample(digit)
            history.keep(visitor)
        for undo, redo, digit in ((2, 0, 4), (2, 0, 4), (2, 1, 5), (9, 1, 3), (1, 1, 3), (1, 3, 5)):
            take_counts({"undo": undo, "redo": redo})
            take_steps()
            assert visitor.sample == digit
            assert in_words(visitor) == f"sample {digit}"
        assert data()["left"] == (2, 1)
        assert data()["taken"] == (1, 3)


@given(
    st.recursive(st.none() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3))
    | st.fixed_dictionaries({"undo": st.integers() | st.text(), "redo": st.integers() | st.none()})
)
def test_forged_counts_are_ignored_or_bounded(payload: Any) -> None:
    with visiting() as visitor:
        take_counts(payload)
        assert all(0 <= count < 1_000_000_000 for count in history.of(visitor).wanted)


@pytest.mark.parametrize("way", ["", "undo", "redo"])
def test_a_drawing_of_another_canvas_is_ignored(way: str) -> None:
    with visiting() as visitor:
        begin(visitor)
        report = {"canvas": visitor.canvas - 1, "strokes": [STROKES[0]], "image": None, "way": way}
        take_drawing(report)
        assert visitor.sample == 3
        take_drawing({**report, "canvas": visitor.canvas, "strokes": ["M1 1", "x"]})
        assert visitor.sample == 3
        clear_canvas()
        assert visitor.drawing == NO_DRAWING
        assert np.isfinite(visitor.latent).all()
