"""Every scene of the shipped talks shows the digits that its line names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore.latent.atlas_file import load_atlas
from tests.browser.conftest import pixels
from tests.browser.rest import painted
from ui.features.talk import scenes

Open = Callable[..., Page]
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NEIGHBOURS = 15
TALK = scenes.parse(scenes.BUILT_IN.read_text(encoding="utf-8"), aecore.available())


def named(line: str) -> list[int]:
    """Return the digits that a line names: "a three", but not "one number"."""
    return [WORDS.index(word) for word in re.findall(rf"\b(?:an?|the) ({'|'.join(WORDS)})\b", line)]


def shown(page: Page, part: str) -> int:
    """Return the digit that most of the real digits nearest to a picture's latent are."""
    image = np.array(pixels(page, f"stage-{part}"), np.float32).reshape(1, 28, 28) / 255
    nearest, _ = load_atlas().nearest(aecore.load().encode(image)[0], NEIGHBOURS)
    return int(np.bincount(load_atlas().labels[nearest]).argmax())


def moved_to(page: Page, index: int, position: dict[str, Any]) -> None:
    """Show a scene at a position, as to a room's audience: an animation stands still there."""
    page.evaluate(
        """async (talk) => {
            const [modules] = Object.values(globalThis.playgroundModules); // that the page's parts share
            const { followScene } = modules['frontend/lib/component.js'];
            followScene({ talk });
        }""",
        {
            "title": TALK.title,
            "scene": index,
            "blank": False,
            "position": {"latent": [], "slider": None, "drawn": 1, **position},
        },
    )
    painted(page)
    expect(page.get_by_test_id("stage-line")).to_have_text(TALK.scenes[index]["line"])


NAMING = [i for i, scene in enumerate(TALK.scenes) if named(scene["line"])]
NOISY = [i for i, scene in enumerate(TALK.scenes) if (scene["animation"] or {}).get("kind") == "noise"]


def test_some_scenes_name_digits() -> None:
    assert {3, 5, 8} <= {digit for i in NAMING for digit in named(TALK.scenes[i]["line"])}
    assert len(NOISY) >= 2


@pytest.mark.parametrize("index", NAMING)
def test_a_scene_shows_the_digits_that_its_line_names(app: str, same_page: Open, index: int) -> None:
    page, scene = same_page(f"{app}/talk?talk=1", 1024, 768), TALK.scenes[index]
    digits = named(scene["line"])
    if scene["page"] == "morph":
        moved_to(page, index, {"place": 1})
        assert [shown(page, part) for part in ("start", "end")] == digits
        return
    level = (scene["animation"] or {}).get("to", scene["noise"]["level"])
    moved_to(page, index, {"level": level})
    pictures = [part for part in scene["camera"] if part != "latent"]
    found = [shown(page, part) for part in (pictures[0], pictures[-1])]
    assert found == [digits[0], digits[-1]]


@pytest.mark.parametrize("index", NOISY)
def test_noise_ends_as_the_line_says(app: str, same_page: Open, index: int) -> None:
    page, scene = same_page(f"{app}/talk?talk=1", 1024, 768), TALK.scenes[index]
    parts = [part for part in scene["camera"] if part != "latent"]
    moved_to(page, index, {"level": scene["animation"]["from"]})
    before = shown(page, parts[-1])
    moved_to(page, index, {"level": scene["animation"]["to"]})
    after = shown(page, parts[-1])
    assert (after == before) == (scene["model"] == "denoiser")


def test_without_motion_a_scene_stands_where_its_line_is_true(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk?talk=1&scene=2", 1024, 768, reduced_motion="reduce")
    assert TALK.scenes[1]["animation"]["kind"] == "draw"
    assert [shown(page, "input")] == named(TALK.scenes[1]["line"])
