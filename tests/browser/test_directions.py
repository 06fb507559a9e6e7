"""The sliders for what people see, on the Draw page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from aecore.latent.attributes import NAMES, measure
from aecore.latent.directions import load_directions
from tests.browser.conftest import difference, latents, pixels
from tests.browser.rest import painted, settle

Open = Callable[..., Page]
LABELS = ("slant", "thickness", "width", "height", "roundness")


def stands(page: Page) -> np.ndarray:
    """Return where the five sliders stand, in units; NaN for one that has no meaning for this digit."""
    values = [page.get_by_label(label, exact=True).evaluate("e => e.disabled ? null : +e.value") for label in LABELS]
    return np.array(values, float)


def measured(page: Page) -> np.ndarray:
    """Measure the attributes of the decoded digit on the screen."""
    image = np.array(pixels(page, "decoded"), np.float32).reshape(1, 28, 28) / 255
    return measure(image)[0]


def thumb(page: Page, label: str) -> tuple[float, float, float]:
    """Return the place of a slider's thumb on the screen, and the pixels per unit."""
    slider = page.get_by_label(label, exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    low, high, value = slider.evaluate("e => [+e.min, +e.max, +e.value]")
    scale = (box["width"] - 16) / (high - low)
    return box["x"] + 8 + scale * (value - low), box["y"] + box["height"] / 2, scale


def test_the_slant_changes_under_the_thumb_and_one_undo_takes_it_back(app: str, open_page: Open) -> None:
    page = open_page(app)
    before, numbers, picture, digit = stands(page), latents(page), pixels(page, "decoded"), measured(page)
    np.testing.assert_allclose(before, digit, atol=0.1)  # of a picture of whole bytes
    x, y, scale = thumb(page, "slant")
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for degrees in (4, 8, 12, 16):
        page.mouse.move(x + scale * degrees, y)
        painted(page)
        seen.append(tuple(pixels(page, "decoded")))
    assert len({tuple(picture), *seen}) == 5  # every step showed another picture
    held = latents(page)
    page.mouse.up()
    settle(page)
    assert latents(page) == held  # nothing jumps back when Python has answered
    assert np.count_nonzero(np.abs(np.array(held) - numbers) > 0.02) > 5

    moved = stands(page) - before
    assert moved[0] == pytest.approx(16, abs=2)  # a thumb is placed to the pixel
    spread = np.array([attribute.deviation for attribute in load_directions().attributes])
    assert np.nanmax(np.abs(moved[1:] / spread[1:])) < 1 / 3
    np.testing.assert_allclose(measured(page) - digit, moved, atol=0.15)  # the digit obeys

    link, shown = page.url, pixels(page, "decoded")
    again = open_page(link)
    assert latents(again) == held
    assert pixels(again, "decoded") == shown
    np.testing.assert_allclose(stands(again)[:4], stands(page)[:4], atol=0.1)

    page.get_by_role("button", name="Undo").first.click()
    settle(page)
    assert latents(page) == numbers
    assert pixels(page, "decoded") == picture


def test_keys_add_up_and_the_sliders_follow_each_other(app: str, open_page: Open) -> None:
    page = open_page(app)
    before, numbers = stands(page), latents(page)
    slant = page.get_by_label("slant", exact=True)
    for _ in range(12):  # single degrees change most of the numbers by less than their steps of 0.01
        slant.press("ArrowRight")
    slant.press("Shift+ArrowLeft")
    settle(page)
    moved, spread = stands(page) - before, np.array([one.deviation for one in load_directions().attributes])
    assert moved[0] == pytest.approx(11.8, abs=0.6)
    assert np.nanmax(np.abs(moved[1:] / spread[1:])) < 1 / 3
    shown = stands(page)[0]
    assert slant.get_attribute("aria-valuetext") == f"{shown:.1f} degrees"
    assert page.locator(".attribute output").first.inner_text() == f"{shown:.1f}°"
    slant.press("Delete")
    painted(page)
    assert latents(page) == numbers  # exactly: nothing else was moved
    slant.press("Control+z")  # before Delete has been reported: both reach Python
    settle(page)
    assert stands(page)[0] == pytest.approx(shown, abs=0.01)

    slant.press("End")
    page.get_by_label("width", exact=True).press("Home")
    painted(page)
    ends = page.locator("input[aria-label^='latent ']").evaluate_all(
        "all => all.map((e) => [+e.min, +e.value, +e.max])"
    )
    assert all(low <= value <= high for low, value, high in ends)
    slant.press("Control+z")
    slant.press("Control+z")
    settle(page)
    assert stands(page)[0] == pytest.approx(shown, abs=0.01)
    slant.press("Delete")
    painted(page)
    np.testing.assert_allclose(latents(page), numbers, atol=0.1)

    page.get_by_label("latent 2", exact=True).press("PageUp")  # of the sixteen, the one that slants most
    painted(page)
    other = stands(page)
    np.testing.assert_allclose(other, measured(page), atol=0.1)
    page.get_by_label("reset thickness").click()
    settle(page)
    now = stands(page)
    assert now[1] == pytest.approx(before[1], abs=0.1)
    assert np.abs((now - other)[[0, 2, 3]] / spread[[0, 2, 3]]).max() < 1 / 3


@pytest.mark.parametrize("digit", [6, 8])
def test_whoever_closes_a_loop_still_holds_the_slider(app: str, open_page: Open, digit: int) -> None:
    page = open_page(f"{app}/?digit={digit}")
    x, y, scale = thumb(page, "roundness")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x - 0.2 * scale * step, y)
        painted(page)
    assert page.get_by_label("roundness", exact=True).is_enabled()
    page.mouse.up()
    settle(page)
    page.get_by_role("button", name="3", exact=True).click()
    settle(page)
    assert page.locator(".digit b").inner_text() == "sample 3"
    other = pixels(open_page(f"{app}/?digit=3"), "decoded")
    assert difference(pixels(page, "decoded"), other) < 1  # it was let go; a digit that was chosen is refined


def test_a_finger_moves_them_where_a_model_has_them(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?model=mlp", width=390, height=844, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)
    before, picture, digit = stands(page), pixels(page, "decoded"), measured(page)
    x, y, scale = thumb(page, "thickness")
    for kind, amount in [("touchStart", 0.0), *(("touchMove", 0.1 * i) for i in range(1, 11))]:
        points = [{"x": x + scale * amount, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        painted(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert stands(page)[1] - before[1] == pytest.approx(1, abs=0.2)
    assert measured(page)[NAMES.index("thickness")] - digit[NAMES.index("thickness")] == pytest.approx(1, abs=0.2)
    assert difference(pixels(page, "decoded"), picture) > 5
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.goto(f"{app}/?model=book")
    page.wait_for_selector(".deck[data-ready=true]")
    assert page.get_by_label("slant", exact=True).is_hidden()
    assert len(latents(page)) == 16
