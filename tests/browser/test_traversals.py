"""The Traversals page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import difference, latents, pixels
from tests.browser.rest import settle

Open = Callable[..., Page]
FRAMES = 13


def frame(page: Page, dimension: int, place: int) -> list[int]:
    """Return the grey values of one picture of a filmstrip."""
    values: list[int] = page.get_by_test_id(f"strip-{dimension}").evaluate(
        """(strip, place) => Array.from(
            strip.getContext('2d').getImageData(28 * place, 0, 28, 28).data.filter((_, i) => i % 4 === 0)
        )""",
        place,
    )
    return values


def click(page: Page, dimension: int, place: int) -> None:
    """Click a picture of a filmstrip with the mouse."""
    box = page.get_by_test_id(f"strip-{dimension}").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * (place + 0.5) / FRAMES, box["y"] + box["height"] / 2)
    settle(page)


def test_a_click_sets_the_latent_and_the_draw_page_knows(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/traversals")
    assert page.get_by_role("slider").count() == 16
    before, chosen = pixels(page, "decoded"), frame(page, 1, 12)
    assert difference(frame(page, 1, 0), chosen) > 10
    click(page, 1, 12)
    assert difference(pixels(page, "decoded"), chosen) < 2  # the latent is kept in steps of 0.01
    settle(page)
    changed = pixels(page, "decoded")
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert pixels(page, "decoded") == changed
    assert latents(page)[0] > 1.5
    page.get_by_role("link", name="Traversals").click()
    page.wait_for_selector(".traversals[data-ready=true]")
    settle(page)
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert pixels(page, "decoded") == before
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert pixels(page, "decoded") == changed


def test_keys_step_through_a_strip_and_the_link_keeps_it(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/traversals?digit=7")
    strip = page.get_by_test_id("strip-2")
    strip.focus()
    before = float(strip.get_attribute("aria-valuenow") or "nan")
    page.keyboard.press("ArrowRight")
    expect(strip).not_to_have_attribute("aria-valuenow", f"{before:.2f}")
    settle(page)
    shown = pixels(page, "decoded")
    again = open_page(page.url)
    assert pixels(again, "decoded") == shown
