"""What a browser brings back to a session that does not know it; anything may be in it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aecore.data.strokes import sample_image
from tests.visitors import visiting
from ui.features import FEATURES
from ui.features.denoise.state import Noise
from ui.features.map.state import MapView
from ui.features.morph.state import Path
from ui.features.talk.state import Stage
from ui.features.train.state import Training, form_of
from ui.services.drawing import Drawing, drawing_of, normalise, sample_drawing
from ui.services.frontend_assets import image_to_base64
from ui.state import history
from ui.state.reconnect import for_reload, take_back, take_reloaded, to_keep
from ui.state.table import choose_model, choose_sample, clear_canvas, move_in_history
from ui.state.visitor import Visitor, current

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
FORM = form_of("mlp", data=1.0, epochs=37, encoder="flatten\ndense 77 relu")
SCENES = "talk: Mine\nscenes:\n  - line: My own\n    digit: 2\n"
STOPS = ((0.25,) * 16, (-1.0,) * 16)
STATES = (
    Noise(kind="speckle", level=0.3, mean=0.1, seed=3, damage="2" * 784),
    Path(stops=STOPS, place=0.8, spherical=True),
    MapView(view="umap", shown="13"),
    Training(form=FORM),
    Stage(seq=2, script=SCENES, draft=SCENES),
)
BROUGHT: dict[str, Any] = {
    "visit": "0123456789abcdef",
    "seq": 7,
    "chosen": 5,
    "canvas": 4,
    "models": [],
    "model": "pocket",
    "image": image_to_base64(np.roll(sample_image(5), 1)),
    "latent": [0.5] * 16,
    "digit": None,
    "features": {
        feature.name: state.to_json() for feature in FEATURES for state in STATES if feature.state is type(state)
    },
}


def brought(payload: Any) -> tuple[bool, Visitor]:
    """Bring something to a new session; returns whether it was taken, and the visitor."""
    with visiting() as visitor:
        return take_back(payload), visitor


def test_a_new_session_has_all_that_was_brought() -> None:
    taken, visitor = brought(json.loads(json.dumps(BROUGHT)))
    assert taken
    assert visitor.image is not None
    assert image_to_base64(visitor.image) == BROUGHT["image"]
    np.testing.assert_array_equal(visitor.latent, np.float32(BROUGHT["latent"]))
    assert (visitor.visit, visitor.seq, visitor.chosen) == ("0123456789abcdef", 7, 5)
    assert visitor.canvas == 5
    assert visitor.model == "pocket"
    assert len(BROUGHT["features"]) == len(STATES)
    for state in STATES:
        assert visitor.state(type(state)) == state
    training = visitor.state(Training)
    assert training is not None
    assert training.form == FORM
    assert visitor.model_of(Path) == "pocket"  # whose latents these are


def test_a_browser_that_writes_whole_numbers_without_a_point_brings_the_same_form() -> None:
    whole = json.loads(json.dumps(BROUGHT))
    whole["features"]["train"]["form"] |= {"data": 1, "level": 1}
    _, visitor = brought(whole)
    training = visitor.state(Training)
    assert training is not None
    assert training.form == msgspec.structs.replace(FORM, level=1.0)
    assert type(training.form.level) is type(training.form.data) is float  # the form's widgets mind


def test_what_is_kept_is_what_is_brought() -> None:
    with visiting(model="book") as visitor:
        choose_model("mlp")
        choose_sample(7)
        clear_canvas()
        visitor.own = ["my_" + "0" * 32]
        for state in STATES:
            visitor.put(state)
        kept = to_keep("talk")
        assert kept == {
            **{"visit": visitor.visit, "seq": visitor.seq, "chosen": visitor.chosen, "canvas": visitor.canvas},
            **{"models": visitor.own, "features": BROUGHT["features"]},
            **{"strokes": [], "under": None},
        }
        assert "talk" in to_keep("map")["features"]
        visitor.put(Stage(script=SCENES + "#" * 20_000))  # too much to send with every slider elsewhere
        assert "talk" not in to_keep("map")["features"]
    json.dumps(kept, allow_nan=False)


def test_a_sample_digit_as_it_was_is_one() -> None:
    taken, visitor = brought({**BROUGHT, "image": image_to_base64(sample_image(5)), "digit": 5})
    assert taken
    assert (visitor.sample, visitor.drawing) == (5, sample_drawing(5))


def test_a_sample_digit_that_was_drawn_on_is_a_picture() -> None:
    _, visitor = brought({**BROUGHT, "digit": 5})
    assert (visitor.sample, visitor.canvas) == (None, 5)
    assert visitor.image is not None
    assert visitor.drawing == drawing_of(visitor.image)


def test_strokes_come_back_as_strokes_each_of_which_can_be_undone() -> None:
    drawing = Drawing(("M60 60L220 60", "M220 60L120 230", "M100 140L200 140"))
    payload = {**BROUGHT, "image": image_to_base64(normalise(drawing)), "strokes": list(drawing.strokes)}
    with visiting() as visitor:
        history.keep(visitor)
        assert take_back(payload)
        assert (visitor.drawing, visitor.source) == (drawing, "drawn")
        assert visitor.latent[0] == 0.5
        for count in (2, 1, 0):
            move_in_history(1)
            assert visitor.drawing.strokes == drawing.strokes[:count]
    _, visitor = brought({**payload, "strokes": ["M60 60L60 70"]})  # not what the image shows
    assert visitor.image is not None
    assert visitor.drawing == drawing_of(visitor.image)


def test_a_digit_that_was_invented_comes_back_as_one() -> None:
    _, visitor = brought({**BROUGHT, "source": "invented", "home": [0.25] * 16})
    assert (visitor.source, visitor.encoded[0], visitor.latent[0]) == ("invented", 0.25, 0.5)


def test_latents_of_a_model_that_is_not_here_any_more_are_left_out() -> None:
    taken, visitor = brought({**BROUGHT, "model": "my_" + "0" * 32, "latent": [0.5] * 16})
    assert taken
    assert visitor.model == "default"
    np.testing.assert_array_equal(visitor.latent, visitor.encoded)
    plane = {**BROUGHT, "model": "plane", "latent": [0.5] * 2}
    _, visitor = brought(plane)
    assert visitor.model == "plane"
    np.testing.assert_array_equal(visitor.latent, np.float32([0.5] * 2))
    assert visitor.state(Path) is None  # sixteen numbers a stop
    assert visitor.state(MapView) == MapView(view="umap", shown="13")


def test_a_talk_that_cannot_be_read_any_more_is_left_out_and_its_draft_stays() -> None:
    features = {**BROUGHT["features"], "talk": Stage(script="talk: x", draft="talk: y", seq=3).to_json()}
    _, visitor = brought({**BROUGHT, "features": features})
    assert visitor.state(Stage) == Stage(script="", draft="talk: y", seq=3)


def test_trainings_that_are_not_here_any_more_are_left_out(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path))
    features = {"train": Training(runs=("0" * 32,), form=FORM).to_json()}
    _, visitor = brought({**BROUGHT, "features": features})
    assert visitor.state(Training) == Training(form=FORM)


def test_a_session_that_knows_the_visit_takes_nothing() -> None:
    with visiting() as visitor:
        assert take_back(BROUGHT)
        visitor.latent = visitor.latent + 1
        assert not take_back(BROUGHT)
        assert visitor.latent[0] == 1.5


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    JSON
    | st.fixed_dictionaries({key: st.just(value) | JSON for key, value in BROUGHT.items()})
    | st.sampled_from(sorted(BROUGHT)).flatmap(lambda key: JSON.map(lambda value: {**BROUGHT, key: value}))
)
def test_whatever_is_brought_the_table_is_valid(payload: Any) -> None:
    taken, visitor = brought(payload)
    assert visitor.latent.shape == visitor.encoded.shape == (16,)
    assert np.isfinite(visitor.latent).all()
    assert visitor.image is None or visitor.image.shape == (28, 28)
    assert all(type(count) is int and count >= 0 for count in (visitor.seq, visitor.chosen, visitor.canvas))
    assert len(visitor.visit) == 16
    assert (visitor.visit == "0123456789abcdef") <= taken
    for kind, state in visitor.states.items():
        assert kind.from_report(state.to_json(), 16) == state


def test_a_reload_brings_a_tabs_talk_back_and_no_other_one() -> None:
    talk = "talk: Mine\nscenes:\n  - line: One\n"
    with visiting(Stage(script=talk, draft=talk)):
        kept = for_reload("")
    assert kept == {"talk": {"script": talk, "draft": talk}}
    long = talk + "# " + "x" * 16_000
    with visiting(Stage(script=long, draft=long)):
        assert for_reload("") == {"talk": None}
        assert for_reload("talk") == {"talk": {"script": long, "draft": long}}
    with visiting():
        take_reloaded(kept)
        found = current().state(Stage)
        assert found is not None
        assert (found.script, found.seq) == (talk, 1)
        take_reloaded({"talk": {"script": talk.replace("One", "Two")}})
        found = current().state(Stage)
        assert found is not None
        assert found.script == talk
    for forged in ({"talk": {"script": 7}}, {"talk": {"script": "no talk"}}, {"talk": 3}, [], "x", {"draw": {"x": 1}}):
        with visiting():
            take_reloaded(forged)
            found = current().state(Stage)
            assert found is None or found.script == ""
