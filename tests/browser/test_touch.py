"""Fingers on phones of five sizes: targets are large enough, a swipe scrolls the page, a drag moves a slider."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import new_visitor
from tests.browser.finger import PHONE, SIZES, STILLNESS, Finger
from tests.browser.rest import painted
from tests.browser.test_access import at_rest
from tests.browser.test_pages import PAGES

TOO_SMALL = Path(__file__).with_name("sizes.js").read_text(encoding="utf-8")
SLIDERS = {
    "/": ("[aria-label='latent 3']", "[aria-label='slant']"),
    "/traversals": ("[data-testid=strip-2]",),
    "/morph": ("[aria-label='place on the path']", "[data-testid=filmstrip]"),
    "/arithmetic": ("[aria-label='strength']",),
    "/colorize": ("[aria-label='colour 3']", "[aria-label='temperature']"),
    "/scenes": ("[aria-label='number 3']", "[aria-label='Frames a second']"),
    "/sound": ("input[aria-label='noise']",),
    "/denoise": ("[aria-label='noise level']", ".curve"),
    "/learn": ("[data-testid=stSlider] [role=group] > div",),
}

VALUES = "window.stillness.values()"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
TO_THE_MIDDLE = "(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })"


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[tuple[Page, Finger]]:
    """A page that all tests open after each other, with one cache, and a finger on it."""
    width, height = SIZES[0]
    context = new_visitor(chromium, viewport={"width": width, "height": height}, **PHONE)
    context.add_init_script(STILLNESS)
    page = context.new_page()
    yield page, Finger(page)
    context.close()


def swipe_and_drag(page: Page, finger: Finger, name: str) -> None:
    """Drag a slider, then swipe over it: only the first changes something."""
    slider, size = page.locator(name), page.viewport_size
    assert size is not None
    slider.evaluate(TO_THE_MIDDLE)
    painted(page)
    before = page.evaluate(VALUES)
    finger.swipe(slider, (0.5, 0.5), ((-1) ** size["width"] * 0.3 * size["width"], 12))
    after, scrolled = page.evaluate(VALUES), page.evaluate(SCROLLED)
    assert after != before, (name, size)
    finger.swipe(slider, (0.85, 0.5), (9, -90))  # not quite straight, as thumbs go
    assert page.evaluate(SCROLLED) > scrolled, (name, size)
    assert page.evaluate(VALUES) == after, (name, size)


@pytest.mark.parametrize("path", [*PAGES, "/join", "/follow/plum-42"])
def test_a_page_fits_the_hand_on_phones_of_every_size(app: str, phone: tuple[Page, Finger], path: str) -> None:
    page, finger = phone
    at_rest(page, app, path)
    page.locator(".fold").evaluate_all("folds => folds.forEach((fold) => fold.click())")
    small: list[str] = []
    for (width, height), name in zip(SIZES, itertools.cycle(SLIDERS.get(path, ("",))), strict=False):
        page.set_viewport_size({"width": width, "height": height})
        painted(page)
        small += [f"{width} x {height}: {one}" for one in page.evaluate(f"({TOO_SMALL})()")]
        if name:
            swipe_and_drag(page, finger, name)
    assert not small, "\n".join(small)
