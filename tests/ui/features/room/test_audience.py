"""What a visitor does in a room: presents, follows, lets go; anything may be sent."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.server.test_rooms import JSON, SCENE
from tests.visitors import visiting
from ui.features.room.audience import current_place, is_audience, leave_room, take_room, take_scene
from ui.features.room.state import Place
from ui.state.table import choose_model, choose_sample
from ui.state.visitor import take_destination

FOLLOWED = Place(room="plum-42")
KEY = "aB3_-" * 4 + "xy"
MOVE = st.fixed_dictionaries({"scene": SCENE | JSON, "move": st.booleans() | JSON})


@given(JSON | MOVE, st.sampled_from([None, FOLLOWED]))
def test_a_forged_scene_never_gets_on_the_table(payload: Any, place: Place | None) -> None:
    with visiting(*([place] if place else [])) as visitor:
        take_scene(payload)
        take_room(payload)
        assert visitor.latent.shape == (16,)
        assert np.isfinite(visitor.latent).all()
        assert visitor.image is None or visitor.image.shape == (28, 28)
        assert visitor.destination is None or place
        assert current_place() == place


@pytest.mark.parametrize("model", ["default", "plane"])
def test_who_moves_along_has_the_presenters_digit_model_and_latent(model: str) -> None:
    with visiting() as presenter:
        choose_sample(7)
        choose_model(model)
    assert presenter.image is not None
    image = base64.b64encode(np.rint(255 * presenter.image).astype(np.uint8)).decode()
    shown = {"page": "map", "model": model, "image": image, "latent": [0.5] * len(presenter.latent), "digit": 7}
    with visiting(FOLLOWED) as follower:
        before = follower.seq
        take_scene({"scene": shown, "move": True})
        assert follower.model == model
        assert follower.sample == 7
        assert follower.latent.tolist() == shown["latent"]
        assert follower.seq > before  # the page takes it over
        assert take_destination() == "map"
        assert take_destination() is None
        before = follower.seq
        emptied = {"scene": {**shown, "image": None, "digit": None}, "move": False, "chosen": follower.chosen}
        take_scene(emptied | {"chosen": follower.chosen - 1})  # what the user did first stays
        assert follower.sample == 7
        take_scene(emptied)
        assert follower.image is None
        assert follower.sample is None
        assert follower.seq == before  # the user has taken over: nothing takes that back
        assert take_destination() is None


def test_a_room_that_the_browser_opened_is_presented_in_until_it_is_left() -> None:
    with visiting():
        assert not is_audience()
        take_room({"name": "plum-42", "key": KEY})
        assert current_place() == Place(room="plum-42", host=KEY)
        assert not is_audience()
        leave_room()
        leave_room()
        assert current_place() is None
    with visiting(FOLLOWED):
        assert is_audience()
        take_room({"name": "fig-12", "key": ""})  # nobody presents without a key
        take_room({"name": "fig-12", "key": KEY[:-1]})
        take_room({"name": "Fig-12", "key": KEY})
        assert current_place() == FOLLOWED
