"""The colours of an autoencoder's parts: readable on both backgrounds, and told apart by everybody."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from tests.server import ROOT
from ui.features import FEATURES
from ui.services.frontend_assets import UI, modules
from ui.services.part_colours import PARTS, part_colour

BACKGROUNDS = {"light": ("#ffffff", "#f3f4f8"), "dark": ("#13151f", "#1f2230")}
MARK = re.compile(r'(?:"data-part"|\bof): "(\w+)"')
APART = 0.09  # of a colour in OKLab; a difference of 0.02 can just be seen

# Machado, Oliveira and Fernandes 2009: what is seen, of linear RGB, by whoever lacks one kind of cones.
SIGHT = {
    "all colours": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LMS = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]])
OKLAB = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]])


def linear(colour: str) -> np.ndarray:
    """Return a colour #rrggbb as linear RGB (3,)."""
    values = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG defines it."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", BACKGROUNDS)
def test_text_in_a_parts_colour_can_be_read(theme: str) -> None:
    for part, background in itertools.product(PARTS, BACKGROUNDS[theme]):
        assert contrast(part_colour(part, theme), background) >= 4.5, (part, background)


def test_the_backgrounds_are_the_themes() -> None:
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert all(colour in config for colour in itertools.chain(*BACKGROUNDS.values()))


@pytest.mark.parametrize("theme", BACKGROUNDS)
@pytest.mark.parametrize("sight", SIGHT)
def test_parts_are_told_apart(theme: str, sight: str) -> None:
    seen = {
        part: OKLAB @ np.cbrt(LMS @ np.clip(np.array(SIGHT[sight]) @ linear(part_colour(part, theme)), 0, 1))
        for part in PARTS
    }
    for one, other in itertools.combinations(PARTS, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > APART, (one, other)


def test_a_theme_that_is_not_known_is_light() -> None:
    assert part_colour("latent", None) == part_colour("latent", "light") != part_colour("latent", "dark")


@pytest.mark.parametrize("page", [feature.name for feature in FEATURES if feature.page and feature.name != "talk"])
def test_every_page_shows_parts_in_their_colours(page: str) -> None:
    own = [name for name in modules() if name.startswith(f"features/{page}/")]
    marked = {part for name in own for part in re.findall(MARK, modules()[name].read_text(encoding="utf-8"))}
    assert marked, page
    assert marked <= set(PARTS)


def test_scenes_of_a_talk_are_in_the_same_colours() -> None:
    scene = modules()["frontend/lib/talk_scene.js"].read_text(encoding="utf-8")
    named = re.search(r"const PARTS = \{(.*)\};", scene)
    assert named is not None
    assert set(re.findall(r': "(\w+)"', named[1])) == {"input", "encoder", "latent", "output"}


def test_no_other_style_sheet_says_what_colour_a_part_has() -> None:
    sheets = [path for path in UI.rglob("*.css") if "--part-input:" in path.read_text(encoding="utf-8")]
    assert [path.name for path in sheets] == ["parts.css"]
