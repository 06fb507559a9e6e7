"""The Traversals page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from aecore.core.latents import latent_from_text
from tests.browser.conftest import difference, latents, pixels
from tests.browser.finger import Finger
from tests.browser.rest import painted, settle

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


def latent_in(address: str) -> list[float]:
    """Return the latent in a page's address."""
    return [round(float(value), 2) for value in latent_from_text(parse_qs(urlsplit(address).query)["z"][0], 16)]


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
    page.get_by_role("link", name="What each number does").click()
    page.wait_for_selector(".traversals[data-ready=true]")
    settle(page)
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert pixels(page, "decoded") == before
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert pixels(page, "decoded") == changed


def test_a_strip_is_dragged_like_the_slider_that_it_looks_like(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/traversals")
    strip = page.get_by_test_id("strip-1")
    before, low, high = (float(strip.get_attribute(f"aria-value{which}") or "nan") for which in ("now", "min", "max"))
    box = strip.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    page.mouse.down()
    seen = []
    for share in (0.3, 0.45, 0.62, 0.8, 1.5):  # also beyond its end
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.append((float(strip.get_attribute("aria-valuenow") or "nan"), tuple(pixels(page, "decoded"))))
    values = [value for value, _ in seen]
    assert values == sorted(values)
    assert len(set(seen)) == 5
    assert values[-1] == high
    page.mouse.up()
    settle(page)
    assert latent_in(page.url)[0] == high
    page.get_by_role("button", name="Undo").click()  # the whole drag
    settle(page)
    assert float(strip.get_attribute("aria-valuenow") or "nan") == before
    assert low < before < high


def test_a_finger_that_scrolls_over_a_strip_changes_nothing(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/traversals", width=390, height=664, has_touch=True, is_mobile=True)
    strip = page.get_by_test_id("strip-5")
    strip.scroll_into_view_if_needed()
    settle(page)
    before, box = strip.get_attribute("aria-valuenow"), strip.bounding_box()
    assert box is not None
    Finger(page).swipe(strip, (0.9, 0.5), (0, -120))
    settle(page)
    after = strip.bounding_box()
    assert after is not None
    assert after["y"] < box["y"] - 50
    assert strip.get_attribute("aria-valuenow") == before
    page.touchscreen.tap(after["x"] + 0.9 * after["width"], after["y"] + after["height"] / 2)
    settle(page)
    assert strip.get_attribute("aria-valuenow") != before


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
