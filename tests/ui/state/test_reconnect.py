"""What a browser brings back to a session that does not know it; anything may be in it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ui.state.settings import Noise, Path

from aecore.data.strokes import sample_image
from ui.features.train import form
from ui.services.frontend_assets import image_to_base64
from ui.state import reconnect, session

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
FORM = {**form._fields_of("mlp"), "data": 1.0, "epochs": 37, "encoder": "flatten\ndense 77 relu"}
SCENES = "talk: Mine\nscenes:\n  - line: My own\n    digit: 2\n"
STOPS = [[0.25] * 16, [-1.0] * 16]
BROUGHT: dict[str, Any] = {
    "visit": "0123456789abcdef",
    "seq": 7,
    "chosen": 5,
    "canvas": 4,
    "talk": 2,
    "script": SCENES,
    "form": FORM,
    "runs": [],
    "models": [],
    "model": "pocket",
    "image": image_to_base64(np.roll(sample_image(5), 1)),
    "latent": [0.5] * 16,
    "digit": None,
    "noise": {"kind": "speckle", "level": 0.3, "mean": 0.1, "seed": 3, "box": None, "damage": "2" * 784},
    "path": {"stops": STOPS, "place": 0.8, "spherical": True},
    "map": {"view": "umap", "shown": "13"},
}


def take_back(payload: Any) -> tuple[bool, session.Playground]:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        return reconnect.take_back(payload), state


def test_a_new_session_has_all_that_was_brought() -> None:
    taken, state = take_back(json.loads(json.dumps(BROUGHT)))
    assert taken
    assert state.image is not None
    assert image_to_base64(state.image) == BROUGHT["image"]
    np.testing.assert_array_equal(state.latent, np.float32(BROUGHT["latent"]))
    assert (state.visit, state.seq, state.chosen, state.talk) == ("0123456789abcdef", 7, 5, 2)
    assert state.canvas == 5  # the strokes are a picture now
    assert state.model == "pocket"
    assert state.script == SCENES
    assert state.form == FORM
    assert type(state.form["level"]) is float  # JSON from a browser says 1 for 1.0, and the form's widgets mind
    assert state.noise == Noise("speckle", 0.3, 0.1, 3, None, "2" * 784)
    assert state.path == Path("pocket", tuple(map(tuple, STOPS)), 0.8, True)
    assert (state.view, state.shown) == ("umap", "13")


def test_a_sample_digit_as_it_was_keeps_its_canvas() -> None:
    taken, state = take_back({**BROUGHT, "image": image_to_base64(sample_image(5)), "digit": 5})
    assert taken
    assert (state.sample, state.canvas) == (5, 4)


def test_a_session_that_knows_the_visit_takes_nothing() -> None:
    _, state = take_back(BROUGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        state.latent = state.latent + 1
        assert not reconnect.take_back(BROUGHT)
    assert state.latent[0] == 1.5


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    JSON
    | st.fixed_dictionaries({key: st.just(value) | JSON for key, value in BROUGHT.items()})
    | st.sampled_from(sorted(BROUGHT)).flatmap(lambda key: JSON.map(lambda value: {**BROUGHT, key: value}))
    | st.sampled_from(sorted(FORM)).flatmap(
        lambda key: JSON.map(lambda value: {**BROUGHT, "form": {**FORM, key: value}})
    )
)
def test_whatever_is_brought_the_session_is_sound(payload: Any) -> None:
    _, state = take_back(payload)
    assert state.latent.shape == state.encoded.shape == (16,)
    assert np.isfinite(state.latent).all()
    assert state.image is None or state.image.shape == (28, 28)
    assert all(type(count) is int and count >= 0 for count in (state.seq, state.chosen, state.canvas, state.talk))
    assert session.is_visit(state.visit)
    assert state.form == {} or state.form == form.read_form(state.form)
    assert state.noise.is_sound
