"""Words that explain themselves: by keyboard, by touch, under a pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from ui.services.terms import terms

Open = Callable[..., Page]
TARGETS = """words => words.filter((word) => word.getClientRects().length).map((word) => {
    const { width, height } = word.getClientRects()[0];
    return [word.textContent, width, height];
})"""


def word(page: Page, text: str) -> Locator:
    """Return the first word on a page that explains this term."""
    return page.get_by_role("button", name=text, exact=True).and_(page.locator(".explained")).first


def says(page: Page, term: str) -> None:
    """Expect the explanation of a term, inside the window."""
    expect(page.locator("#explanation")).to_be_visible()
    expect(page.locator("#explanation")).to_contain_text(terms()[term])
    box: dict[str, Any] = page.locator("#explanation").evaluate("e => e.getBoundingClientRect().toJSON()")
    assert box["left"] >= 0
    assert box["right"] <= page.evaluate("innerWidth")
    assert box["top"] >= 0
    assert box["bottom"] <= page.evaluate("innerHeight")


def test_the_keyboard_and_a_pointer_open_an_explanation(app: str, open_page: Open) -> None:
    page = open_page(app)
    bubble = page.locator("#explanation")
    for text, term in (("dense layers", "dense layer"), ("squared error", "squared error")):  # Streamlit's, a part's
        word(page, text).scroll_into_view_if_needed()
        word(page, text).evaluate("word => word.focus({ focusVisible: true })")
        says(page, term)
        page.keyboard.press("Escape")
        expect(bubble).to_be_hidden()
        page.keyboard.press("Enter")
        says(page, term)
        page.keyboard.press("Tab")  # to what comes next
        expect(bubble).to_be_hidden()
        word(page, text).hover()
        says(page, term)
        page.mouse.move(5, 5)
        expect(bubble).to_be_hidden()
    assert page.locator(".explained").evaluate_all(TARGETS)
    assert [found for found in page.locator(".explained").evaluate_all(TARGETS) if min(found[1:]) < 24] == []


def test_a_finger_opens_an_explanation_and_closes_it(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map", width=390, height=664, has_touch=True, is_mobile=True)
    bubble = page.locator("#explanation")
    for term in ("PCA", "UMAP"):  # on two lines of one text, where each reaches over the other
        word(page, term).scroll_into_view_if_needed()
        box = word(page, term).bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        says(page, term)
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(bubble).to_be_hidden()
    assert [found for found in page.locator(".explained").evaluate_all(TARGETS) if min(found[1:]) < 44] == []
