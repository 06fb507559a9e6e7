"""Hints on the Colorize page: by mouse, by finger, by keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import canvas
from tests.browser.finger import PHONE, Finger
from tests.browser.rest import painted, settle
from tests.browser.test_colorize import choose, colours, page

__all__ = ["page"]  # a fixture

Open = Callable[..., Page]


def click(page: Page, x: float, y: float) -> None:
    """Click on the coloured picture, at a place in fractions of its width and height."""
    box = page.get_by_test_id("colored").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    painted(page)


def hint(page: Page, number: int) -> str:
    """Return what a screen reader says of a hint."""
    return page.locator(".marks .hint").nth(number - 1).get_attribute("aria-label") or ""


def around(page: Page, x: float, y: float) -> np.ndarray:
    """Return the mean colour around a place of the coloured picture."""
    pixels = canvas(page, "colored")
    row, column = round(y * len(pixels)), round(x * len(pixels[0]))
    mean: np.ndarray = pixels[row - 3 : row + 4, column - 3 : column + 4].mean(axis=(0, 1))
    return mean


def test_a_hint_moves_the_picture_to_a_colouring_that_fits(page: Page) -> None:
    before = colours(page)
    click(page, 0.8, 0.3)  # the sky
    assert "hint 1: #" in hint(page, 1)
    picker = page.get_by_label("colour of the hint")
    picker.fill("#ff9040")
    settle(page)
    red, _, blue = around(page, 0.8, 0.3)
    assert red > blue + 10
    orange = colours(page)
    assert orange != before
    picker.fill("#4080ff")
    settle(page)
    red, _, blue = around(page, 0.8, 0.3)
    assert blue > red + 10
    click(page, 0.2, 0.9)  # the trees
    settle(page)  # Python has heard of it: what comes next is a step of its own
    picker.fill("#408040")
    settle(page)
    red, green, blue = around(page, 0.2, 0.9)
    assert green > red
    assert around(page, 0.8, 0.3)[2] > around(page, 0.8, 0.3)[0] + 8  # the first one still holds
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(page.locator(".marks .hint")).to_have_count(2)
    page.get_by_role("button", name="Remove all").click()
    settle(page)
    expect(page.locator(".marks .hint")).to_have_count(0)
    without = colours(page)
    page.get_by_role("button", name="Most likely").click()
    settle(page)
    assert colours(page) == without


def test_six_likely_colours_are_offered_at_the_place(page: Page) -> None:
    click(page, 0.8, 0.3)
    settle(page)
    swatches = page.locator(".swatch")
    expect(swatches).to_have_count(6)
    offered = [one.get_attribute("title") for one in swatches.all()]
    assert len(set(offered)) > 3
    assert page.get_by_label("colour of the hint").input_value() == offered[0]  # a new hint has the likeliest
    swatches.nth(3).click()
    settle(page)
    assert page.get_by_label("colour of the hint").input_value() == offered[3]
    assert [
        one.get_attribute("title") for one in swatches.all()
    ] == offered  # they depend on the place, not on the choice


def test_a_hint_is_dragged_and_the_picture_follows(page: Page) -> None:
    choose(page, "raccoon")
    click(page, 0.3, 0.5)
    page.get_by_label("colour of the hint").fill("#d02020")
    settle(page)
    box = page.locator(".marks .hint").bounding_box()
    picture = page.get_by_test_id("colored").bounding_box()
    assert box is not None
    assert picture is not None
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    seen = set()
    for x in (0.4, 0.5, 0.6, 0.7):
        page.mouse.move(picture["x"] + x * picture["width"], picture["y"] + 0.8 * picture["height"])
        painted(page)
        seen.add(canvas(page, "colored").tobytes())
    page.mouse.up()
    assert len(seen) == 4
    settle(page)
    assert "70 % from the left, 80 % from the top" in hint(page, 1)
    page.get_by_role("button", name="Undo").click()  # the whole drag is one step
    settle(page)
    assert "30 % from the left, 50 % from the top" in hint(page, 1)


def test_hints_by_keys(page: Page) -> None:
    page.get_by_role("button", name="Add a hint").focus()
    page.keyboard.press("Enter")
    painted(page)
    assert "50 % from the left, 50 % from the top" in hint(page, 1)
    expect(page.locator(".marks .hint").first).to_be_focused()
    before = colours(page)
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
        painted(page)
    assert "56 % from the left, 49 % from the top" in hint(page, 1)
    assert colours(page) != before
    page.keyboard.press("Delete")
    settle(page)
    expect(page.locator(".marks .hint")).to_have_count(0)


def test_a_finger_sets_and_drags_a_hint(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize", width=390, height=664, **PHONE)
    page.get_by_test_id("colored").tap()
    settle(page)
    expect(page.locator(".marks .hint")).to_have_count(1)
    finger = Finger(page)
    finger.swipe(page.locator(".marks .hint"), (0.5, 0.5), (40, 20))
    settle(page)
    left = int(hint(page, 1).split(", ")[1].split(" ")[0])
    assert left > 65
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


def test_a_hint_too_many_is_said(page: Page) -> None:
    for i in range(13):
        click(page, 0.05 + 0.07 * i, 0.1 + 0.06 * i)
    expect(page.locator(".marks .hint")).to_have_count(12)
    expect(page.get_by_text("More than 12 hints are too many")).to_be_visible()


@pytest.mark.parametrize("place", [(0.001, 0.001), (0.999, 0.999)])
def test_a_hint_in_a_corner(page: Page, place: tuple[float, float]) -> None:
    click(page, *place)
    expect(page.locator(".marks .hint")).to_have_count(1)
    assert all(np.isfinite(colours(page)))


def test_high_contrast_shows_colours_as_they_are(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize", forced_colors="active")
    click(page, 0.5, 0.5)
    settle(page)
    swatches = page.locator(".swatch")
    grounds = swatches.evaluate_all("all => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert len(set(grounds)) == 6
