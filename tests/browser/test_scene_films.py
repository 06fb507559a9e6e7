"""Films on the Scenes page in a real Chromium: digits that move and are followed, and what makes that hard."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from aecore.core import pretrained
from tests.browser.conftest import canvas
from tests.browser.rest import settle
from tests.browser.test_scenes import press

Open = Callable[..., Page]

pytestmark = pytest.mark.skipif("scene" not in pretrained.available("scene"), reason="needs the model of scenes")


def open_film(open_page: Open, address: str) -> Page:
    """Open the page and scroll to its film, which shows its first frame then."""
    page = open_page(address)
    page.get_by_test_id("film").scroll_into_view_if_needed()
    expect(page.get_by_test_id("counts")).to_contain_text("Frame 1: ")
    settle(page)
    return page


def counted(page: Page) -> str:
    text: str = page.get_by_test_id("counts").inner_text()
    return text


def film(page: Page) -> str:
    pixels: str = page.get_by_test_id("film").evaluate("canvas => canvas.toDataURL()")
    return pixels


def middle(page: Page) -> np.ndarray:
    """Return the centre of mass of the film's ink, in pixels."""
    levels = canvas(page, "film")[..., 0]
    found: np.ndarray = (np.indices(levels.shape) * levels).sum(axis=(1, 2)) / levels.sum()
    return found


def test_a_film_goes_on_and_back_frame_by_frame(app: str, open_page: Open) -> None:
    page = open_film(open_page, f"{app}/scenes")
    first, line = film(page), counted(page)
    assert re.match(r"Frame 1: \d of 3 digits followed.* MOTA −?\d+ %, IDF1 \d+ %\.", line)
    press(page, "Step")
    second = film(page)
    assert second != first
    assert counted(page).startswith("Frame 2: ")
    press(page, "Back")
    assert (film(page), counted(page)) == (first, line)
    press(page, "Step")
    assert film(page) == second
    assert page.get_by_test_id("film-pairs").locator("rect").count() > 0


def test_a_film_plays_until_it_is_paused(app: str, open_page: Open) -> None:
    page = open_film(open_page, f"{app}/scenes")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_test_id("counts")).to_contain_text(re.compile(r"Frame ([5-9]|\d\d+):"))
    page.get_by_role("button", name="Pause", exact=True).click()
    settle(page)
    line = counted(page)
    press(page, "Step")
    assert int(re.findall(r"\d+", counted(page))[0]) == int(re.findall(r"\d+", line)[0]) + 1


def test_blur_and_frame_rate_are_in_the_link_and_undone(app: str, open_page: Open) -> None:
    page = open_film(open_page, f"{app}/scenes?lines=0&film=scattered~1~1~12~0~0~4")
    blur, rate = page.get_by_label("Blur", exact=True), page.get_by_label("Frames a second", exact=True)
    sharp, places = canvas(page, "film"), [middle(page)]
    press(page, "Step")
    places.append(middle(page))
    blur.fill("1.5")
    settle(page)  # reports that come faster than Python reads them are one step for undo
    rate.fill("4")
    settle(page)
    rate.press("ArrowLeft")  # a step of one
    settle(page)
    press(page, "Step")
    places.append(middle(page))
    jumps = np.hypot(*np.diff(places, axis=0).T)
    assert jumps == pytest.approx([3.6, 4 * 3.6], abs=1)  # the same way a second, in whole pixels
    blurred = canvas(page, "film")
    assert np.abs(np.diff(blurred, axis=1)).max() < 0.6 * np.abs(np.diff(sharp, axis=1)).max()
    assert blurred.sum() == pytest.approx(sharp.sum(), rel=0.1)
    again = open_film(open_page, page.url)
    assert again.get_by_label("Frames a second", exact=True).input_value() == "3"
    assert canvas(again, "film").max() < 0.9 * sharp.max()  # blurred from the first frame on
    for value in ("4", "12"):
        page.get_by_role("button", name="Undo").click()
        settle(page)
        expect(rate).to_have_value(value)
    expect(blur).to_have_value("1.5")
    press(page, "New film")
    assert counted(page).startswith("Frame 1: ")
    page.wait_for_url("**~5")


def test_it_can_be_made_to_fail(app: str, open_page: Open) -> None:
    page = open_film(open_page, f"{app}/scenes")
    page.get_by_test_id("dare").locator("summary").click()
    page.get_by_role("button", name="Heavy noise").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_label("Noise", exact=True)).to_have_value("0.35")
    page.get_by_role("button", name="Three of the same that cross").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_label("Noise", exact=True)).to_have_value("0")
    expect(page.get_by_test_id("counts")).to_contain_text("of 3 digits")
