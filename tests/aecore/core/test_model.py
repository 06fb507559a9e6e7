from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from aecore.core.forward import run
from aecore.core.model import Model
from tests.architectures import COLOUR, OPEN, random_weights

GREY, COLOURS = np.ones((3, 8, 8, 1), np.float32), np.ones((3, 8, 8, 2), np.float32)


@pytest.fixture
def colour() -> Model:
    """A model of several networks, without statistics or card."""
    return Model(COLOUR, random_weights(COLOUR), None, {})


def test_it_runs_what_is_wanted_from_what_is_given(colour: Model) -> None:
    latents = colour.run({"luminance": GREY, "chroma": COLOURS}, "encoder")
    assert latents.shape == (3, colour.latent_dim)
    drawn = colour.run({"luminance": GREY.astype(np.float64), "encoder": latents.astype(np.float16)}, "decoder")
    half = latents.astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(drawn, run(COLOUR, colour.weights, {"luminance": GREY, "encoder": half}, "decoder"))
    assert drawn.dtype == np.float32


def test_it_runs_canvases_of_any_size() -> None:
    model = Model(OPEN, random_weights(OPEN), None, {}, task="masks")
    given = {"photo": np.ones((1, 7, 9, 3), np.float32), "mask": np.ones((1, 7, 9, 1), np.float32)}
    assert model.run(given, "out").shape == (1, 7, 9, 4)
    assert model.latent_dim == 0


@pytest.mark.parametrize(
    ("given", "want", "says"),
    [
        ({"luminance": GREY}, "decoder", "decoder needs chroma, which is not given"),
        ({"luminance": GREY, "z": GREY}, "fine", "there is no input and no network 'z'"),
        ({"luminance": GREY}, "z", "there is no input and no network 'z'"),
        ({}, "fine", "fine needs luminance, which is not given"),
        ({"luminance": GREY[..., 0]}, "fine", "wanted luminance (N, 8, 8, 1), floating point; got shape (3, 8, 8)"),
        ({"luminance": GREY[:, 1:]}, "fine", "wanted luminance (N, 8, 8, 1), floating point; got shape (3, 7, 8, 1)"),
        ({"luminance": GREY.astype(int)}, "fine", "wanted luminance (N, 8, 8, 1), floating point; got dtype int64"),
        ({"luminance": GREY * np.nan}, "fine", "wanted luminance (N, 8, 8, 1), floating point; got NaN or infinite"),
        ({"luminance": [0.0]}, "fine", "wanted luminance (N, 8, 8, 1), floating point; got list, not a NumPy array"),
        (
            {"luminance": GREY, "chroma": COLOURS[:2]},
            "decoder",
            "wanted as many values of everything; got 3 of luminance, 2 of chroma",
        ),
    ],
)
def test_what_does_not_fit_is_refused(colour: Model, given: dict[str, Any], want: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        colour.run(given, want)


def test_open_inputs_are_asked_for_as_such() -> None:
    model = Model(OPEN, random_weights(OPEN), None, {})
    says = re.escape("wanted photo (N, any, any, 3), floating point; got shape (1, 7, 9, 2)")
    with pytest.raises(ValueError, match=says):
        model.run({"photo": np.ones((1, 7, 9, 2), np.float32)}, "down")
