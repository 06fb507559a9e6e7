"""The Scenes page in a real Chromium: pen, samples, boxes, the list, and the scene drawn again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from aecore.core import pretrained
from tests.browser.conftest import canvas
from tests.browser.finger import PHONE, Finger
from tests.browser.rest import painted, settle

Open = Callable[..., Page]

pytestmark = pytest.mark.skipif("scene" not in pretrained.available("scene"), reason="needs the model of scenes")


def ink(page: Page) -> np.ndarray:
    """Return where the scene has ink, (128, 128) bool: it is grey, or has the colour of an outline."""
    found: np.ndarray = canvas(page, "scene").max(axis=2) > 64
    return found


def rows(page: Page) -> Locator:
    return page.get_by_test_id("list").get_by_role("button")


def boxes(page: Page) -> Locator:
    return page.locator(".box")


def number(page: Page, i: int) -> Any:
    return page.get_by_label(f"number {i}", exact=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def test_it_opens_with_a_scene_and_draws_it_again_from_the_list(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    assert rows(page).count() == boxes(page).count() >= 2
    scene, again = ink(page), canvas(page, "redrawn")
    assert (again == again[..., :1]).all()
    redrawn = again[..., 0] > 64
    assert (scene & redrawn).sum() > 0.6 * scene.sum()
    owned = canvas(page, "maps").max(axis=2) > 0
    assert (owned == scene).mean() > 0.99  # a class for each pixel of ink, and only there
    assert (canvas(page, "difference") != 255).any()


def test_the_scene_follows_the_pen_and_survives_a_reload(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    press(page, "Clear")
    assert not ink(page).any()
    expect(page.get_by_test_id("list")).to_contain_text("Nothing found yet")
    box = page.get_by_test_id("scene").bounding_box()
    assert box is not None
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for step in (0.1, 0.2, 0.3):
        page.mouse.move(x, y + step * box["height"])
        painted(page)
        seen.append(int(ink(page).sum()))
    assert 0 < seen[0] < seen[1] < seen[2]
    page.mouse.up()
    page.wait_for_url("**lines=*")
    settle(page)
    drawn = ink(page)
    again = open_page(page.url)
    assert (ink(again) != drawn).mean() < 0.01  # a link has halves of pixels
    page.reload()
    settle(page)
    np.testing.assert_array_equal(ink(page), drawn)


def test_samples_shuffle_and_undo(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    before = ink(page)
    press(page, "drop a 7")
    dropped = ink(page)
    assert dropped.sum() > before.sum()
    press(page, "Shuffle")
    assert (ink(page) != dropped).any()
    page.get_by_role("button", name="Undo").click()
    settle(page)
    np.testing.assert_array_equal(ink(page), dropped)
    page.get_by_role("button", name="Undo").click()
    settle(page)
    np.testing.assert_array_equal(ink(page), before)


def test_a_digit_of_the_list_is_bent_in_place(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    rows(page).first.click()
    settle(page)
    expect(rows(page).first).to_have_attribute("aria-pressed", "true")
    scene, again = ink(page), canvas(page, "redrawn")
    value = float(number(page, 3).input_value())
    number(page, 3).focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    settle(page)
    assert float(number(page, 3).input_value()) == pytest.approx(value + 0.3, abs=0.02)
    changed = np.argwhere(ink(page) != scene)
    assert len(changed) > 0
    assert (np.ptp(changed, axis=0) < 60).all()  # the others stay
    assert (canvas(page, "redrawn") != again).any()
    page.wait_for_url("**placed=*")
    page.get_by_role("button", name="Undo").click()
    settle(page)


def test_a_box_moves_by_keys_and_by_its_label(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    size = ink(page).sum()
    box = boxes(page).first
    before = box.bounding_box()
    box.focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    settle(page)
    after = box.bounding_box()
    assert before is not None
    assert after is not None
    side = page.get_by_test_id("scene").evaluate("canvas => canvas.getBoundingClientRect().width")
    assert after["x"] - before["x"] == pytest.approx(24 * side / 128, abs=4 * side / 128)  # it is found anew
    label = box.locator("span").bounding_box()
    assert label is not None
    page.mouse.move(label["x"] + 8, label["y"] + 8)
    page.mouse.down()
    page.mouse.move(label["x"] + 8, label["y"] + 8 + 12 * side / 128, steps=4)
    page.mouse.up()
    settle(page)
    moved = box.bounding_box()
    assert moved is not None
    assert moved["y"] - after["y"] == pytest.approx(12 * side / 128, abs=2 * side / 128)
    assert ink(page).sum() == pytest.approx(size, rel=0.1)


def test_duplicate_and_delete(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    before = ink(page)
    press(page, "Duplicate")
    assert ink(page).sum() > before.sum()
    page.get_by_role("button", name="Undo").click()
    settle(page)
    boxes(page).first.focus()
    page.keyboard.press("Delete")
    settle(page)
    left = ink(page)
    assert left.sum() < 0.9 * before.sum()
    assert not (left & ~before).any()


def test_on_a_phone_canvas_and_redrawn_scene_are_in_sight_and_a_finger_draws(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes", width=390, height=844, **PHONE)
    for name in ("scene", "redrawn"):
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
    before = ink(page).sum()
    Finger(page).swipe(page.get_by_test_id("scene"), (0.4, 0.9), (70, 3))
    settle(page)
    assert ink(page).sum() > before


def test_screen_readers_hear_what_was_found(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    expect(page.locator(".scenes > .aloud")).to_have_text(re.compile(r"^Found: a \d(, a \d)*\.$"))
