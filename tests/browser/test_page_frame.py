"""The frame of every page: its share of a phone's first screen, its names, and the way to the next page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go, pixels
from tests.browser.rest import settle
from ui.features import FEATURES
from ui.server.index_page import title
from ui.state.declaration import Feature

Open = Callable[..., Page]
PAGES = [feature for feature in FEATURES if feature.page]
PHONES = ((390, 664), (375, 667), (360, 640), (844, 390), (667, 375))
MOST = 0.2  # of the first screen
PHONE = {"has_touch": True, "is_mobile": True}

FRAME = """() => {
    const box = (one) => one.getBoundingClientRect(), nameOf = (link) => getComputedStyle(link, "::before").content;
    const navigation = document.querySelector("[role=navigation][aria-label=Pages]"), inside = box(navigation);
    const links = [...navigation.querySelectorAll("a")], current = navigation.querySelectorAll("[aria-current=page]");
    return {
        bottom: Math.max(...[".st-key-header", "h1"].map((one) => box(document.querySelector(one)).bottom)),
        rows: new Set(links.map((link) => box(link).top)).size,
        lowest: Math.min(...links.map((link) => box(link).height)),
        groups: [...navigation.children].map(nameOf).filter((name) => name !== "none").map((name) => JSON.parse(name)),
        current: [...current].map((link) => link.textContent),
        inSight: [...current].every((link) => box(link).left >= inside.left && box(link).right <= inside.right),
        more: navigation.dataset.more !== "" || navigation.scrollWidth <= navigation.clientWidth,
        headings: [...document.querySelectorAll("h1")].map((one) => one.scrollHeight <= box(one).height + 1),
        mains: document.querySelectorAll("main").length,
    };
}"""


@pytest.mark.parametrize("feature", PAGES, ids=lambda feature: feature.name)
def test_navigation_and_heading_leave_a_phone_four_fifths_of_its_screen(
    app: str, same_page: Open, feature: Feature
) -> None:
    page = same_page(app, **PHONE)
    go(page, f"/{feature.page.address}")
    expect(page).to_have_title(title(feature.page))
    for width, height in PHONES:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        found = page.evaluate(FRAME)
        assert found.pop("bottom") <= MOST * height, (width, height)
        assert found.pop("lowest") >= 44
        assert found == {
            "rows": 1,
            "groups": ["Play", "Explore", "Understand", "Present"],  # Train is one page of the same name
            "current": [feature.page.title],
            "inSight": True,
            "more": True,
            "headings": [True],
            "mains": 1,
        }, (width, height)


def test_next_leads_on_with_the_digit_and_the_navigation_follows(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?digit=5", width=390, height=664, **PHONE)
    digit = pixels(page, "model-input")
    page.locator(".st-key-next a").tap()
    page.wait_for_selector(".lab[data-ready=true]")
    settle(page)
    assert pixels(page, "clean") == digit
    expect(page).to_have_title(re.compile("^Denoise"))
    expect(page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")).to_have_text("Denoise")
    link = page.locator(".st-key-next a")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".morph[data-ready=true]")
    expect(page.get_by_role("heading", level=1)).to_have_text("From digit to digit")


def test_focus_hover_and_the_current_page_look_different(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map")
    looks = (
        "link => { const s = getComputedStyle(link); return [s.borderBottomWidth, s.backgroundColor, s.outlineStyle]; }"
    )
    map_, morph = (page.locator(".st-key-navigation a", has_text=name) for name in ("Map", "Morph"))
    plain, current = morph.evaluate(looks), map_.evaluate(looks)
    morph.hover()
    hovered = morph.evaluate(looks)
    page.mouse.move(0, 500)
    page.locator(".st-key-navigation a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(morph).to_be_focused()
    focused = morph.evaluate(looks)
    assert len({tuple(look) for look in (plain, current, hovered, focused)}) == 4


def test_a_room_is_opened_on_a_phone(app: str, open_page: Open) -> None:
    page = open_page(app, width=390, height=664, **PHONE)
    expect(page.get_by_role("link", name="Join a room")).to_be_hidden()
    page.get_by_role("button", name="Rooms").tap()
    expect(page.get_by_role("link", name="Join a room")).to_be_visible()
    page.get_by_role("button", name="Let others follow").tap()
    dialog = page.get_by_role("dialog", name="Let others follow")
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    dialog.get_by_role("button", name="Close").tap()
    settle(page)
    bounds = page.get_by_role("button", name="0 following").bounding_box()
    assert bounds is not None
    assert bounds["x"] + bounds["width"] <= 390
    assert bounds["height"] >= 44
