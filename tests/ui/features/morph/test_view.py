"""The path on the Morph page follows the visitor's model."""

from __future__ import annotations

import numpy as np

import aecore
from tests.visitors import visiting
from ui.features.morph.state import Path
from ui.features.morph.view import current_path, data
from ui.services.examples import sample_latents
from ui.state.table import choose_model, choose_sample


def test_at_first_it_leads_from_a_3_to_an_8() -> None:
    with visiting(model="mlp") as visitor:
        path = current_path()
        np.testing.assert_allclose(path.stops, sample_latents("mlp")[[3, 8]], atol=1e-6)
        assert visitor.state(Path) is path
        assert current_path() is path


def test_another_model_has_the_same_digits_in_its_own_latent() -> None:
    with visiting(model="mlp") as visitor:
        choose_sample(5)
        visitor.put(Path(stops=current_path().stops, place=0.25, spherical=True))
        before = aecore.load("mlp").decode(np.array(current_path().stops, np.float32))
        choose_model("plane")
        path = current_path()
        assert path.fits(2)
        assert (path.place, path.spherical) == (0.25, True)
        np.testing.assert_allclose(path.stops, aecore.load("plane").encode(before), atol=0.006)
        assert visitor.model_of(Path) == "plane"
        assert data()["stops"] == path.stops
