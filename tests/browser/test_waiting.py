"""Pages on a slow line: a small network shows what it can, and they say in sight what they wait for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import canvas
from tests.browser.rest import settle

Open = Callable[..., Page]
STREAMLIT = "**/static/js/index.*.js"
MODELS, STUDENTS = "**/models/**", "**/students/**"
PHONE = {"width": 390, "height": 664}


class HeldBack:
    """Answers of the server that do not come before they are let through."""

    def __init__(self, page: Page, *patterns: str) -> None:
        self.page, self.patterns, self.routes = page, patterns, list[Route]()
        for pattern in patterns:
            page.route(pattern, lambda route: self.routes.append(route))

    def let_through(self) -> None:
        """Let all come, and hold no more back."""
        for route in self.routes:
            route.continue_()
        for pattern in self.patterns:
            self.page.unroute(pattern)


def blank(open_page: Open, **options: object) -> Page:
    return open_page("about:blank", ready=False, **options)


def is_lit(page: Page, test_id: str) -> bool:
    return bool(canvas(page, test_id).max() > 200)


def test_a_page_that_takes_long_says_that_it_is_on_its_way(app: str, open_page: Open) -> None:
    page = blank(open_page, **PHONE)
    held = HeldBack(page, STREAMLIT)
    page.goto(f"{app}/map", wait_until="commit")
    note = page.locator("#first-frame .waiting")
    expect(note).to_be_hidden()
    expect(note).to_be_visible()  # after a moment
    expect(note).to_be_in_viewport()
    held.let_through()
    expect(note).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "picture"),
    [
        ("morph", "decoded"),
        ("arithmetic", "decoded"),
        ("traversals", "decoded"),
        ("map", "decoded"),
        ("scenes", "redrawn"),
    ],
)
def test_a_small_network_shows_the_pictures_until_the_model_is_there(
    app: str, open_page: Open, address: str, picture: str
) -> None:
    page = blank(open_page)
    held = HeldBack(page, "**/models/**/default.*")
    page.goto(f"{app}/{address}", wait_until="commit")
    part = page.locator(f".part:has([data-testid={picture}])")
    page.get_by_test_id(picture).wait_for()
    for _ in range(100):
        if is_lit(page, picture):
            break
        page.wait_for_timeout(100)  # between two looks
    before = canvas(page, picture)
    assert before.max() > 200
    expect(part).not_to_have_attribute("data-ready", "true")
    held.let_through()
    expect(part).to_have_attribute("data-ready", "true")
    settle(page)
    assert 0 < abs(canvas(page, picture) - before).mean() < 16  # the same picture, drawn better


@pytest.mark.parametrize("address", ["scenes", "denoise"])
def test_a_phone_says_in_its_window_what_a_page_waits_for(app: str, open_page: Open, address: str) -> None:
    page = blank(open_page, **PHONE)
    held = HeldBack(page, MODELS, STUDENTS)
    page.goto(f"{app}/{address}", wait_until="commit")
    note = page.locator(".part .waiting")
    expect(note).to_be_in_viewport()
    expect(note).to_contain_text("Loading the model")
    held.let_through()
    expect(note).to_have_count(0)
    page.wait_for_selector(".part[data-ready=true]")
