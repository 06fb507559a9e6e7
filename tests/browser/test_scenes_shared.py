"""The Scenes page in rooms, in the shipped talk, and as one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from aecore.core import pretrained
from tests.browser.conftest import canvas
from tests.browser.rest import painted, settle
from tests.browser.test_export_html import opened
from tests.browser.test_rooms import DEEP, FOLLOWING, SLIDER_IS, SLOW, present, wait_for
from tests.browser.test_scene_films import counted
from tests.browser.test_scenes import boxes, ink, press, rows
from tests.browser.test_talk_scenes import TALK, moved_to
from ui import export_html

Open = Callable[..., Page]
ROWS_ARE = f"(count) => ({DEEP})('.roll')?.querySelectorAll('button').length === count"

pytestmark = pytest.mark.skipif("scene" not in pretrained.available("scene"), reason="needs the model of scenes")


def test_a_room_sees_the_scene_and_its_film_and_can_take_over(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/scenes")
    follower = open_page(present(presenter))
    follower.wait_for_selector(".scenes[data-ready=true]", timeout=SLOW)
    press(presenter, "drop a 7")
    wait_for(follower, ROWS_ARE, rows(presenter).count())
    np.testing.assert_array_equal(ink(follower), ink(presenter))
    presenter.get_by_label("Frames a second", exact=True).fill("5")
    wait_for(follower, SLIDER_IS, ["input[aria-label='Frames a second']", 5])
    follower.locator(".moving").scroll_into_view_if_needed()
    presenter.get_by_text("make it fail").click()
    presenter.get_by_role("button", name="One hidden behind another").click()
    expect(follower.get_by_test_id("counts")).to_contain_text("of 2 digits", timeout=SLOW)
    presenter.get_by_role("button", name="Pause", exact=True).click()
    before = ink(presenter)
    press(follower, "Clear")  # takes over
    expect(follower.get_by_text(FOLLOWING)).to_be_hidden()
    assert not ink(follower).any()
    np.testing.assert_array_equal(ink(presenter), before)


def test_the_shipped_talk_has_a_scene_of_several_digits_and_one_of_colour(app: str, open_page: Open) -> None:
    pages = [scene["page"] for scene in TALK.scenes]
    page = open_page(f"{app}/talk?talk=1&scene={pages.index('scenes') + 1}", 1024, 768, ready=False)
    expect(page.get_by_test_id("stage-line")).to_contain_text("Three digits, 16 numbers each", timeout=SLOW)
    seen = set()
    while len(seen) < 4:  # it moves by itself
        seen.add(canvas(page, "stage-redrawn").tobytes())
    moved_to(page, pages.index("scenes"), {"frame": 60, "seed": 9, "level": 0})
    settle(page)
    scene, again = (canvas(page, f"stage-{part}")[..., 0] > 64 for part in ("film", "redrawn"))
    assert (scene & again).sum() > 0.6 * (scene | again).sum()
    owned = canvas(page, "stage-maps").max(axis=2) > 0
    assert (owned == scene).mean() > 0.99
    assert page.locator(".board rect").count() == 3
    moved_to(page, pages.index("colorize"), {})
    settle(page)
    assert np.ptp(canvas(page, "stage-colored"), axis=2).max() > 10
    assert np.ptp(canvas(page, "stage-grey"), axis=2).max() == 0


def test_it_is_one_file_that_needs_no_network(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "scenes.html"
    path.write_bytes(export_html.scenes_page())
    with opened(chromium, path) as page:
        page.wait_for_selector(".scenes[data-ready=true]")
        settle(page)
        assert rows(page).count() == boxes(page).count() == 3
        press(page, "drop a 7")
        assert rows(page).count() == 4
        before = canvas(page, "redrawn")
        page.get_by_label("number 3", exact=True).fill("2")
        painted(page)
        settle(page)
        assert (canvas(page, "redrawn") != before).any()
        page.locator(".moving").scroll_into_view_if_needed()
        expect(page.get_by_test_id("counts")).to_contain_text("Frame 1: ")
        press(page, "Step")
        assert counted(page).startswith("Frame 2: ")
