"""Any page's view can be added to the visitor's talk."""

from __future__ import annotations

import numpy as np
import pytest

import aecore
from tests.visitors import install_features, visiting
from ui.features.colorize.state import Colouring
from ui.features.denoise.state import Box, Noise
from ui.features.morph.state import Path
from ui.features.talk.add_view import scene_of, with_scene
from ui.features.talk.scenes import parse
from ui.services.drawing import Drawing
from ui.state.declaration import Feature, installed

install_features()
EMPTY = "talk: My talk\nscenes:\n"
PAGES = [feature for feature in installed() if feature.page and feature.name != "talk"]
LATENT = tuple(round(0.1 * i - 0.8, 2) for i in range(16))


def feature(name: str) -> Feature:
    return next(one for one in installed() if one.name == name)


def scene(name: str) -> dict[str, object]:
    """Return the scene that a page's view becomes in a talk, as the stage gets it."""
    return parse(with_scene(EMPTY, scene_of(feature(name))), aecore.available()).scenes[0]


@pytest.mark.parametrize("name", [one.name for one in PAGES])
def test_every_pages_view_is_a_valid_scene(name: str) -> None:
    with visiting(latent=np.zeros(16, np.float32)):
        page = feature(name).page
        assert page is not None
        assert scene(name)["line"] == (page.heading or page.title)


def test_a_sample_stays_a_sample_and_a_bent_digit_is_its_numbers() -> None:
    with visiting(sample=4):
        assert len(scene("draw")["digit"]["strokes"]) >= 1
    with visiting(sample=4, latent=np.array(LATENT, np.float32)):
        assert scene("draw")["digit"] == {"latent": list(LATENT)}
        assert scene("map")["digit"] == {"latent": list(LATENT)}


def test_strokes_stay_strokes() -> None:
    with visiting(drawing=Drawing(("M20.0 20.0L100.0 100.0",))):
        (stroke,) = scene("denoise")["digit"]["strokes"]
    assert stroke.startswith("M19.8 19.8L")


def test_what_a_page_shows_comes_along() -> None:
    states = Noise(kind="occlusion", level=0.4, box=Box(top=3, left=9)), Colouring(picture="cat")
    with visiting(*states, Path(stops=(LATENT, LATENT[::-1])), sample=7):
        noise = scene("denoise")["noise"]
        assert (noise["kind"], noise["level"], noise["box"]) == ("occlusion", 0.4, {"top": 3, "left": 9})
        assert scene("colorize")["picture"]["name"] == "cat"
        assert scene("morph")["animation"]["to"] == {"latent": list(LATENT[::-1])}


def test_a_scene_comes_after_the_others_whose_text_stays() -> None:
    text = "# mine\ntalk: T\nscenes:\n  - line: One  # first\n    page: title\n"
    longer = with_scene(text, {"line": "Two", "page": "draw", "digit": 3})
    assert longer.startswith(text)
    assert [one["line"] for one in parse(longer, aecore.available()).scenes] == ["One", "Two"]
