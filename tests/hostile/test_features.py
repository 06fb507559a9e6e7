"""Every feature's state under attack: whatever is sent of it, a valid state or none; a new feature is tried unasked."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
import numpy as np
import pytest

from tests.hostile.corpus import examples, forged, json_text, many, query
from tests.hostile.payloads import EXAMPLES, KEPT, LINKS, REPORTS, SCENE
from tests.visitors import install_features, visiting
from ui.features import FEATURES
from ui.server.rooms import RoomError, read_scene
from ui.services.drawing import NO_DRAWING
from ui.state import history
from ui.state.declaration import Feature, LivePart, part_key
from ui.state.reconnect import take_back, to_keep
from ui.state.schema import State
from ui.state.visitor import Visitor, current
from ui.widgets.live_part import reactions

pytestmark = pytest.mark.filterwarnings("ignore:.*overflow encountered:RuntimeWarning")

WITH_STATE = [feature for feature in FEATURES if feature.state]


def assert_valid(state: State) -> None:
    """A state that got in is what its declaration says, and can be written down and read again."""
    kind = type(state)
    plain = state.to_json()
    assert msgspec.convert(plain, kind) == state
    assert kind.from_report(json.loads(json.dumps(plain, allow_nan=False))) == state
    assert json.dumps(plain, ensure_ascii=False).encode()
    assert urlencode(state.to_link()).isascii()


def assert_presentable(visitor: Visitor) -> None:
    """What is on the table can be sent to a browser and written into the address."""
    assert visitor.latent.shape == visitor.encoded.shape == (len(visitor.latent),)
    assert np.isfinite(visitor.latent).all()
    assert visitor.image is None or visitor.image.shape == (28, 28)
    assert all(type(count) is int and count >= 0 for count in (visitor.seq, visitor.chosen, visitor.canvas))
    for state in visitor.states.values():
        assert_valid(state)
        assert visitor.model_of(type(state)) != visitor.model or state.fits(len(visitor.latent))
    assert len(json.dumps([to_keep("talk"), visitor.notices], ensure_ascii=False).encode()) < 500_000


def of_each(function: Any) -> Any:
    return pytest.mark.parametrize("feature", WITH_STATE, ids=lambda feature: feature.name)(function)


@of_each
def test_two_thousand_forged_states_are_valid_or_none(feature: Feature) -> None:
    assert feature.state
    valid = EXAMPLES[feature.name]
    got_in = 0
    for report in examples(many(2_000), 1, lambda rng: forged(rng, valid)):
        state = feature.state.from_report(report, 16)
        if state is not None:
            assert_valid(state)
            assert state.fits(16)
            got_in += state.to_json() != valid
    assert got_in > many(10)  # something harmless was changed: it is read in earnest


@of_each
def test_two_thousand_forged_links_are_valid_none_or_refused(feature: Feature) -> None:
    assert feature.state
    assert feature.example
    own = feature.example.to_link() or dict.fromkeys(feature.state.parameters(), "1")

    def make(rng: random.Random) -> str:
        return query(rng, {**rng.choice(LINKS), **own})

    found, refused = 0, 0
    for text in examples(many(2_000), 2, make):
        fields = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        try:
            state = feature.state.from_link(fields, 16)
        except ValueError:
            refused += 1
            continue
        if state is not None:
            found += 1
            assert_valid(state)
            assert state.fits(16)
            assert_valid(feature.state.from_link(state.to_link(), 16) or state)
    assert found + refused > many(100) or not feature.example.to_link()
    assert refused == 0 or feature.state.called  # it is said what could not be read


@of_each
def test_a_thousand_forged_scenes_carry_a_valid_state_or_are_refused(feature: Feature) -> None:
    assert feature.state
    install_features()
    valid = {**SCENE, feature.name: EXAMPLES[feature.name]}

    def make(rng: random.Random) -> bytes:
        if rng.random() < 0.3:
            return json_text(rng, valid)
        return json.dumps({**SCENE, feature.name: forged(rng, EXAMPLES[feature.name])}).encode()

    passed = refused = 0
    for data in examples(many(1_000), 3, make):
        try:
            text = read_scene(data)
        except RoomError as problem:
            refused += problem.status in (400, 413)
            continue
        passed += 1
        assert "\n" not in text
        assert text.isascii()
        scene = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        if feature.name in scene:
            state = feature.state.from_report(scene[feature.name])
            assert state is not None
            assert_valid(state)
    assert passed > many(20)
    assert passed + refused == many(1_000)


@of_each
def test_five_hundred_forged_states_that_a_browser_kept_leave_the_table_valid(feature: Feature) -> None:
    assert feature.state
    taken = 0
    with visiting(model="book") as visitor:
        for state in examples(many(500), 4, lambda rng: forged(rng, EXAMPLES[feature.name])):
            visitor.visit = ""  # a session that knows nothing yet
            visitor.states.clear()
            assert take_back({**KEPT, "image": None, "features": {feature.name: state}})
            assert_presentable(visitor)
            taken += feature.state in visitor.states
    assert many(10) < taken < many(500)


# ---- what live parts report --------------------------------------------------------------------------------------

ALL = [
    (feature, part, event, valid)
    for feature in FEATURES
    for part in feature.parts
    for event, valid in REPORTS[part_key(feature, part)].items()
]
CHANGING = ("settled", "picked", "followed", "opened", "cleared", "left")  # the valid ones, the table or a state


@pytest.mark.parametrize(
    ("feature", "part", "event", "valid"), ALL, ids=[f"{feature.name}-{event}" for feature, _, event, _ in ALL]
)
def test_a_thousand_forged_reports_leave_the_table_valid(
    feature: Feature, part: LivePart, event: str, valid: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    take = reactions(feature, part)[event]
    changes = 0
    with visiting(model="book"):
        for report in examples(many(1_000), 5, lambda rng: forged(rng, valid)):
            visitor = current()
            if feature.example and type(feature.example) not in visitor.states:  # left, or cleared at a booth
                visitor.put(feature.example)
            if isinstance(report, dict) and "seq" in report:
                own = feature.state and visitor.state(feature.state)
                report["seq"] = getattr(own, "seq", visitor.seq)
            # A drawing that is there already changes nothing, and undos that have been counted do not either.
            visitor.drawing, history.of(visitor).wanted = NO_DRAWING, (0, 0)
            if isinstance(report, dict) and report.get("canvas") == 1:  # as in the valid one
                report["canvas"] = visitor.canvas
            latent, states, wanted = visitor.latent, dict(visitor.states), history.of(visitor).wanted
            take(report)
            assert_presentable(current())
            changes += (
                current() is not visitor
                or visitor.latent is not latent
                or history.of(visitor).wanted != wanted
                or any(visitor.states.get(kind) is not state for kind, state in states.items())
            )
    has_nothing = feature.name == "examples"  # these are of visitors' own models: tests/ui/test_other_pictures.py
    assert changes > many(20) or event not in CHANGING or has_nothing
    assert not list(tmp_path.rglob("*.*"))  # nothing is written


def test_a_thousand_forged_payloads_that_a_browser_kept_leave_the_table_valid() -> None:
    taken = 0
    with visiting(model="book") as visitor:
        for payload in examples(many(1_000), 6, lambda rng: forged(rng, KEPT)):
            visitor.visit = ""
            taken += take_back(payload)
            assert_presentable(visitor)
            assert visitor.visit == "" or len(visitor.visit) == 16
    assert many(100) < taken < many(1_000)
