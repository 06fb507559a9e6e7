"""What Draw has refined belongs to the digit: it is undone with it, and travels with it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

import aecore
from aecore.core.latents import latent_to_text, quantise
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape, Spec
from aecore.data.strokes import sample_image
from tests.visitors import at_address, visiting
from ui.features.denoise.photo import take_photo
from ui.features.draw import FEATURE
from ui.features.draw.state import Refining, refining
from ui.features.draw.view import take_sliders
from ui.features.room.audience import take_scene
from ui.features.room.state import Place
from ui.features.room.view import data as room_data
from ui.services.drawing import Drawing, normalise
from ui.services.frontend_assets import decodes_quickly, image_to_base64, latent_to_list
from ui.state import history
from ui.state.link import read_link, write_link
from ui.state.reconnect import take_back, to_keep
from ui.state.table import choose_model, choose_sample, is_bent, move_in_history, take_decoded, take_drawing
from ui.state.visitor import Visitor, current

FOUR = ("M168 42L70 154L210 154", "M168 112L154 252")


def draw(visitor: Visitor, strokes: tuple[str, ...], way: str = "") -> None:
    """Report strokes like the canvas, and keep the step like its handler."""
    image = image_to_base64(normalise(Drawing(strokes)))
    take_drawing({"canvas": visitor.canvas, "strokes": list(strokes), "under": False, "image": image, "way": way})
    history.keep(visitor)


def report(visitor: Visitor, latent: np.ndarray, **changes: Any) -> np.ndarray:
    """Report a refined latent like Draw, and keep the step like its handler; returns the latent."""
    found = latent_to_list(quantise(latent))
    take_sliders({"seq": visitor.seq, "latent": found, "home": found, "fresh": False, "automatic": True, **changes})
    history.keep(visitor)
    return quantise(latent)


def test_a_stroke_and_what_was_refined_are_one_step() -> None:
    with visiting() as visitor:
        choose_sample(3)
        history.amend(visitor)
        draw(visitor, FOUR[:1])
        first = report(visitor, visitor.latent + 0.1)
        draw(visitor, FOUR)
        encoded = visitor.encoded
        second = report(visitor, visitor.latent - 0.2)
        assert not is_bent(visitor)
        np.testing.assert_array_equal(visitor.encoded, encoded)
        assert history.of(visitor).left == (2, 0)
        move_in_history(1)
        assert visitor.drawing.strokes == FOUR[:1]
        np.testing.assert_array_equal(visitor.latent, first)
        assert not is_bent(visitor)
        move_in_history(-1)
        np.testing.assert_array_equal(visitor.home, second)
        draw(visitor, FOUR[:1], "undo")  # by the canvas itself
        np.testing.assert_array_equal(visitor.latent, first)


def test_sliders_that_move_on_from_there_are_a_step_of_their_own() -> None:
    with visiting() as visitor:
        choose_sample(3)
        history.amend(visitor)
        refined = report(visitor, visitor.latent + 0.1)
        report(visitor, refined + 1, home=latent_to_list(refined))
        assert is_bent(visitor)
        assert history.of(visitor).left == (1, 0)
        move_in_history(1)
        np.testing.assert_array_equal(visitor.latent, refined)
        assert not is_bent(visitor)


def test_what_has_just_come_waits_for_draw_and_what_a_link_opens_does_not() -> None:
    with visiting() as visitor:
        choose_sample(3)
        assert visitor.fresh
        report(visitor, visitor.latent)
        assert not visitor.fresh
        draw(visitor, FOUR[:1])
        draw(visitor, FOUR)  # before anything was refined
        move_in_history(1)
        assert visitor.fresh
        choose_model("book")
        assert visitor.fresh
        take_decoded(visitor, np.zeros(16, np.float32), "average", "canvas")
        assert not visitor.fresh
        report(visitor, visitor.latent + 1)
        assert visitor.refined is None  # there is no digit to compare it with
    for link in ({}, {"digit": "7"}, {"digit": "7", "z": latent_to_text(np.full(16, 0.5))}, {"from": "empty"}):
        assert not read_link(link).fresh


@pytest.mark.parametrize("strokes", [None, FOUR])
@pytest.mark.parametrize("bent", [False, True])
def test_a_link_has_it(strokes: tuple[str, ...] | None, bent: bool) -> None:
    with at_address({"digit": "7"}) as query:
        visitor = current()
        if strokes:
            draw(visitor, strokes)
        refined = report(visitor, visitor.latent + 0.1)
        if bent:
            report(visitor, refined + 1, home=latent_to_list(refined))
        write_link(FEATURE)
        found, wanted = dict(query), visitor
    opened = read_link(found)
    for name in ("encoded", "home", "latent"):
        np.testing.assert_allclose(getattr(opened, name), getattr(wanted, name), atol=0.011, err_msg=name)
    assert is_bent(opened) == bent
    assert opened.notices == []
    broken = read_link({**found, "home": "AAAA"})
    assert len(broken.notices) == 1


def test_it_comes_back_with_the_session_and_goes_to_the_audience() -> None:
    with visiting(Refining(automatic=False)) as visitor:
        draw(visitor, FOUR)
        refined = report(visitor, visitor.latent + 0.1, automatic=False)
        table, kept = room_data()["table"], to_keep("")
    with visiting() as other:
        assert take_back({**table, **kept})
        np.testing.assert_array_equal(other.latent, refined)
        assert not is_bent(other)
        assert not other.fresh
        assert not refining().automatic
    with visiting(Place(room="apple-42")) as follower:
        take_scene({"move": True, "scene": table})
        np.testing.assert_array_equal(follower.home, refined)
        assert not is_bent(follower)
        assert not follower.fresh  # it is the presenter's browser that refines


def test_the_switch_is_a_step_and_a_link_says_only_that_it_is_off() -> None:
    with at_address({}) as query:
        visitor = current()
        history.begin(visitor)
        report(visitor, visitor.latent, automatic=False, fresh=True)
        assert not refining().automatic
        write_link(FEATURE)
        assert query["refine"] == "0"
        found = read_link(query.to_dict())
        assert found.state(Refining) == Refining(automatic=False)
        move_in_history(1)
        assert refining().automatic
        write_link(FEATURE)
        assert "refine" not in query


def test_only_decoders_that_keep_a_phones_frame_are_refined() -> None:
    assert all(decodes_quickly(aecore.load(name).spec) for name in aecore.available())
    slow = (Dense(7 * 7 * 64), Reshape((7, 7, 64)), Conv2DTranspose(256, 5, 4, "relu"), Conv2D(1, 3, 1, "sigmoid"))
    spec = Spec.autoencoder((Flatten(), Dense(16)), slow)
    assert not decodes_quickly(spec)


@pytest.mark.parametrize("automatic", [True, False])
def test_a_photos_digit_is_refined_for_all_pages_unless_that_is_off(automatic: bool) -> None:
    photo = io.BytesIO()
    Image.fromarray((255 - 255 * np.kron(sample_image(4), np.ones((8, 8)))).astype(np.uint8)).save(photo, "PNG")
    model = aecore.load("default")
    with visiting(Refining(automatic=automatic)) as visitor:
        take_photo(photo.getvalue())
        assert visitor.source == "photo"
        assert visitor.image is not None
        latents = np.array([visitor.encoded, visitor.latent])
        guessed, shown = np.square(model.decode(latents) - visitor.image).mean((1, 2))
        assert (shown < 0.98 * guessed) == automatic
        assert not is_bent(visitor)
