"""What can be done with the digit on the table; anything may be reported of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore.core import pretrained
from aecore.core.latents import quantise
from aecore.data.strokes import sample_image
from tests.visitors import link_of, open_page, visiting, visitor_of
from ui.features.booth import Booth
from ui.features.denoise.state import Noise
from ui.features.talk.state import Stage
from ui.services.drawing import Drawing, drawing_of, sample_drawing
from ui.services.examples import sample_latents
from ui.state.table import (
    EMPTY,
    FIRST_SAMPLE,
    MOST_OWN,
    choose_model,
    choose_sample,
    clear_canvas,
    latent_for,
    place_sample,
    put_on_table,
    same_image,
    start_over,
    take_latent,
    take_picked,
    take_picture,
    usable_models,
)
from ui.state.visitor import current

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)
NUMBER = st.integers(-3, 30) | st.floats() | st.sampled_from([0.5, 1, 2e6, 10**400, True])
PICKED = {
    "model": st.sampled_from(["default", "mlp", "nobody", ["default"]]) | JSON,
    "latent": st.lists(NUMBER, min_size=16, max_size=16) | JSON,
}


# ---- what browsers report --------------------------------------------------------------------------------------


@given(
    JSON | st.fixed_dictionaries({"seq": st.just(0), "latent": JSON | st.lists(st.floats(), min_size=16, max_size=16)})
)
def test_a_forged_latent_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        taken = take_latent(payload)
    assert visitor.latent.shape == (16,)
    assert np.isfinite(visitor.latent).all()
    assert taken or not visitor.latent.any()


@given(JSON | st.fixed_dictionaries(PICKED))
def test_a_forged_pick_never_gets_in(payload: Any) -> None:
    with visiting() as visitor:
        take_picked("point", payload)
    assert visitor.model in ("default", "mlp")
    assert visitor.latent.shape == (16,)
    assert np.isfinite(visitor.latent).all()


def test_sliders_that_come_to_rest_are_taken_over_and_nothing_is_announced() -> None:
    with visiting() as visitor:
        choose_sample(7)
        before = visitor.seq, visitor.encoded
        assert take_latent({"seq": visitor.seq, "latent": [0.5] * 16})
        assert visitor.latent.tolist() == [0.5] * 16
        assert (visitor.seq, visitor.encoded) == before
        assert not take_latent({"seq": visitor.seq - 1, "latent": [1] * 16})  # about an earlier digit
        assert not take_latent({"seq": visitor.seq, "latent": [1] * 15})
        assert visitor.latent.tolist() == [0.5] * 16


def test_a_pick_brings_its_model() -> None:
    with visiting() as visitor:
        take_picked("point", {"model": "plane", "latent": [0.25, -0.5]})
        assert visitor.model == "plane"
        np.testing.assert_array_equal(visitor.latent, np.float32([0.25, -0.5]))
        assert visitor.reason == "picked"
        assert visitor.model_before == "default"
        take_picked("point", {"model": "plane", "latent": [0.5, -0.5]})  # of the same model: nothing more is switched
        assert visitor.model_before == "default"
        choose_model("mlp")  # chosen by the visitor
        assert visitor.model_before == ""


# ---- digits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", range(10))
def test_a_sample_is_on_the_canvas_encoded_and_shared_by_all(digit: int) -> None:
    with visiting(model="mlp") as visitor:
        choose_sample(digit)
        assert (visitor.sample, visitor.hint, visitor.reason) == (digit, "", "canvas")
        assert visitor.drawing == sample_drawing(digit)
        assert visitor.image is not None
        np.testing.assert_array_equal(visitor.image, sample_image(digit))
        np.testing.assert_array_equal(visitor.latent, quantise(aecore.load("mlp").encode(visitor.image[None])[0]))
        np.testing.assert_allclose(visitor.latent, sample_latents("mlp")[digit], atol=0.011)
        for shared in (visitor.image, visitor.latent):
            with pytest.raises(ValueError, match="read-only"):
                shared[...] = 0


def test_an_empty_canvas_says_so_and_leaves_the_sliders_where_they_are() -> None:
    with visiting() as visitor:
        choose_sample(7)
        before, canvas = visitor.latent, visitor.canvas
        clear_canvas()
        assert (visitor.image, visitor.sample, visitor.hint) == (None, None, EMPTY)
        assert visitor.latent is before
        assert visitor.canvas == canvas + 1
        choose_model("plane")
        assert visitor.latent.tolist() == [0, 0]


def test_a_picture_takes_the_place_of_strokes() -> None:
    image = np.roll(sample_image(5), 1)
    with visiting() as visitor:
        choose_sample(7)
        take_picture(image)
        assert (visitor.sample, visitor.reason) == (None, "photo")
        assert visitor.drawing == drawing_of(image)
        assert same_image(visitor.image, image)


def test_a_sample_that_comes_from_elsewhere_has_its_strokes_if_it_is_as_it_was() -> None:
    with visiting() as visitor:
        put_on_table(visitor, sample_image(5), 5)
        assert (visitor.sample, visitor.drawing) == (5, sample_drawing(5))
        for image, digit in ((np.roll(sample_image(5), 1), 5), (sample_image(5), 6), (sample_image(5), "5")):
            put_on_table(visitor, image, digit)
            assert visitor.sample is None
            assert visitor.drawing == drawing_of(image)
        put_on_table(visitor, None, None)
        assert (visitor.image, visitor.drawing) == (None, Drawing())


def test_images_are_the_same_to_the_byte_that_a_room_hands_on() -> None:
    image = sample_image(3)
    assert same_image(image, np.rint(image * 255) / 255)
    assert not same_image(image, np.roll(image, 1))
    assert same_image(None, None)
    assert not same_image(image, None)


# ---- models ----------------------------------------------------------------------------------------------------


def test_another_model_encodes_the_digit_on_the_table() -> None:
    with visiting() as visitor:
        choose_sample(7)
        visitor.latent = visitor.latent + 1
        assert latent_for("default") is visitor.latent
        other = latent_for("plane")
        choose_model("plane")
        np.testing.assert_array_equal(visitor.latent, other)
        np.testing.assert_array_equal(visitor.latent, visitor.encoded)
        assert visitor.image is not None
        np.testing.assert_array_equal(other, quantise(aecore.load("plane").encode(visitor.image[None])[0]))


def test_a_model_that_cannot_be_read_changes_nothing() -> None:
    with visiting() as visitor:
        choose_sample(7)
        before = visitor.seq, visitor.model, visitor.latent
        with pytest.raises(aecore.ModelFileError):
            choose_model("nobody")
        assert (visitor.seq, visitor.model, visitor.latent) == before


def test_broken_models_are_not_offered_and_without_any_a_sentence_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "problems", lambda: {"mlp": "It is damaged."})
    with visiting(own=["my_" + "0" * 32]):
        assert usable_models() == [name for name in aecore.available() if name != "mlp"]  # one's own is not here
        monkeypatch.setattr(pretrained, "problems", lambda: dict.fromkeys(aecore.available(), "It is damaged."))
        with pytest.raises(aecore.ModelFileError, match="None of the model files can be read"):
            usable_models()


# ---- starting over ---------------------------------------------------------------------------------------------


def test_starting_over_forgets_the_visitor_and_keeps_counting() -> None:
    booth = Booth(attract="kiosk", idle=5)
    with visiting(Noise(level=0.9), Stage(seq=3, script="mine"), booth, model="mlp") as old:
        choose_sample(7)
        old.upload("photo").number = 4
        old.own = [f"my_{number:032x}" for number in range(MOST_OWN)]
        start_over("kept")
        fresh = current()
        assert fresh is not old
        assert (fresh.model, fresh.sample, fresh.own) == ("default", FIRST_SAMPLE, [])
        assert fresh.states == {Booth: booth, Stage: Stage(seq=4)}
        assert fresh.seq > old.seq
        assert fresh.canvas > old.canvas
        assert fresh.upload("photo").number == 5  # a new uploader: what is in the old one is nobody's
        assert fresh.restart
        assert fresh.visit != old.visit


def test_a_sample_and_a_model_change_the_latent_on_the_page() -> None:
    app = open_page("draw")
    first = link_of(app)["z"]
    place_sample(visitor_of(app), 7)
    app.run()
    second = link_of(app)["z"]
    app.selectbox[0].select("book").run()
    assert len({first, second, link_of(app)["z"]}) == 3
    assert not app.exception
