"""The page on which somebody types the name of a room."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_rooms import SLOW, name_of, present

Open = Callable[..., Page]
TEXT_BOXES = Path(__file__).with_name("text_boxes.js").read_text(encoding="utf-8")


def test_the_presenter_shows_an_address_and_a_name_that_lead_into_the_room(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = present(presenter)
    presenter.get_by_role("button", name="following").click()
    dialog = presenter.get_by_role("dialog", name="Let others follow")
    expect(dialog).to_contain_text(f"or open {urlsplit(app).netloc}/join and type")
    expect(dialog).to_contain_text(name_of(link))

    page = open_page(f"{app}/join", ready=False)
    expect(page.get_by_label("Name of the room")).to_be_focused()
    page.keyboard.type("quince 10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no room called quince-10")
    field = page.get_by_label("Name of the room")
    expect(field).to_have_value("quince 10")
    field.fill(name_of(link).replace("-", " ").title())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Following {name_of(link)}")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(f"{app}/follow/{name_of(link)}")
    page.wait_for_selector(".part[data-ready=true]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_it_is_a_page_for_a_phone_too(app: str, open_page: Open, width: int, scheme: str) -> None:
    for query in ("", "?name=quince-10"):
        page = open_page(f"{app}/join{query}", width=width, height=568, ready=False, color_scheme=scheme)
        assert page.evaluate(f"({TEXT_BOXES})()") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("Join", "Name of the room"):
            box = page.get_by_label(name, exact=True).or_(page.get_by_role("button", name=name)).bounding_box()
            assert box is not None
            assert box["height"] >= 44
        field, problem = page.get_by_label("Name of the room").bounding_box(), page.get_by_role("alert").bounding_box()
        assert field is not None
        assert problem is not None
        assert 0 <= problem["y"] - field["y"] - field["height"] < 16
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")


def test_every_page_leads_there_and_a_room_that_is_not_there_too(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/map")
    page.get_by_role("link", name="Join a room").click()
    expect(page).to_have_url(f"{app}/join")
    page.get_by_role("link", name="without a room").click()
    page.wait_for_selector(".deck[data-ready=true]")
    page = open_page(f"{app}/morph?room=plum-42")
    page.get_by_role("link", name="Another room").click()
    expect(page.get_by_label("Name of the room")).to_be_visible()
