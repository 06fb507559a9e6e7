"""The Arithmetic page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import difference, pixels
from tests.browser.rest import painted, settle

Open = Callable[..., Page]


def choose(page: Page, **terms: str) -> None:
    """Choose terms by what the page calls them, and wait for the pictures."""
    for term, label in terms.items():
        page.get_by_label(f"term {term.upper()}", exact=True).select_option(label=label)
    painted(page)


def test_a_minus_b_plus_b_is_a_and_strength_is_live(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/arithmetic")
    choose(page, a="my digit", b="average 7", c="average 7")
    assert pixels(page, "decoded") == pixels(page, "term-a")
    choose(page, c="average 1")
    changed = pixels(page, "decoded")
    assert difference(changed, pixels(page, "term-a")) > 3
    choose(page, a="average 7")  # A - A + C is C
    assert difference(pixels(page, "decoded"), pixels(page, "term-c")) < 1
    box = page.get_by_label("strength").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for share in (0.4, 0.3, 0.2, 0.1):
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.add(tuple(pixels(page, "decoded")))
    assert len(seen) == 4
    page.mouse.move(box["x"], y)
    painted(page)
    assert pixels(page, "decoded") == pixels(page, "term-a")
    page.mouse.up()


def test_directions_and_digits_are_kept_under_names_and_travel_in_the_link(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/arithmetic?digit=7")
    page.get_by_role("button", name="Save the direction").click()
    refused = page.get_by_text("Give it a name first.")
    expect(refused).to_be_visible()
    expect(page.get_by_label("name", exact=True)).to_be_focused()
    choose(page, a="my digit", b="average 7", c="average 9")
    page.get_by_label("name", exact=True).fill("add a loop")
    expect(refused).to_have_count(0)  # it goes with the first letter
    page.get_by_role("button", name="Save the direction").click()
    page.get_by_label("name", exact=True).fill("looped seven")
    page.get_by_role("button", name="Save the result").click()
    painted(page)
    result = pixels(page, "decoded")
    choose(page, a="looped seven")
    assert difference(pixels(page, "term-a"), result) < 1  # kept in steps of 0.01
    page.get_by_label("strength").fill("0.5")
    settle(page)
    shown = pixels(page, "decoded")
    assert page.get_by_label("direction").input_value() == "add a loop"
    again = open_page(page.url)
    assert difference(pixels(again, "decoded"), shown) < 1
    page.get_by_role("button", name="remove add a loop").click()
    expect(page.get_by_label("direction")).to_be_disabled()
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert pixels(page, "decoded") == shown


def test_labels_name_what_is_added(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/arithmetic?digit=7")
    formula, slider = page.get_by_test_id("formula"), page.get_by_text("Strength:")
    expect(formula).to_have_text("A + 1.00 × (C − B)")
    expect(slider).to_have_text("Strength: A + strength × (C − B)")
    page.get_by_label("name", exact=True).fill("a loop")
    page.get_by_role("button", name="Save the direction").click()
    painted(page)
    page.get_by_label("strength").fill("0.5")
    painted(page)
    expect(formula).to_have_text("A + 0.50 × “a loop”")
    expect(slider).to_have_text("Strength: A + strength × “a loop”")
    assert (
        page.get_by_role("button", name="Save the direction").get_attribute("title")
        == "save “a loop” under a name, to add it to others"
    )
    part = page.locator(".arithmetic")
    for term in ("b", "c"):
        expect(part.locator(f".term.{term} figcaption")).to_contain_text(f"{term.upper()} (not in this sum)")
        expect(part.locator(f".term.{term} .sign")).to_be_hidden()
    settle(page)
    again = open_page(page.url)
    expect(again.get_by_test_id("formula")).to_have_text("A + 0.50 × “of the link”")
    page.get_by_label("direction").select_option(label="C − B")
    expect(formula).to_have_text("A + 0.50 × (C − B)")
    expect(part.locator(".term.b figcaption")).not_to_contain_text("not in this sum")


def test_the_result_goes_to_the_sliders(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/arithmetic")
    result = pixels(page, "decoded")
    page.get_by_role("button", name="Put it on the sliders").click()
    settle(page)
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert difference(pixels(page, "decoded"), result) < 1
