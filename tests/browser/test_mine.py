"""What is mine stays mine: after a reload, in a link, on the other pages; and undo takes every change back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SEVEN, canvas_box, difference, draw, latents, pixels
from tests.browser.rest import settle
from tests.browser.slow_line import SLOW_LINE

Open = Callable[..., Page]
ROUND_TRIP = 300  # ms
STROKES = [[(0.1 + 0.06 * i, 0.2), (0.12 + 0.06 * i, 0.8)] for i in range(12)]

CLOSE = 200  # pixels: strokes come back in steps of a tenth of a pixel
LOWER = "canvas.dc-canvas.lower-canvas"
INK = f"""count => {{
  const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector("{LOWER}"));
  const canvas = host.shadowRoot.querySelector("{LOWER}");
  const {{ data }} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = data.filter((value, i) => i % 4 === 0 && value > 127).length;
  return count == null ? found : Math.abs(found - count) < {CLOSE};
}}"""

MORE_INK = f"before => ({INK})() > before"


@pytest.fixture
def page(app: str, open_page: Open) -> Page:
    """The Draw page, on a line that can be made slow."""
    return open_page(app, script=SLOW_LINE)


def undo(page: Page) -> None:
    page.locator(".digit").get_by_role("button", name="Undo").click()


def redo(page: Page) -> None:
    page.locator(".digit").get_by_role("button", name="Redo").click()


def words(page: Page) -> str:
    """Return what the header says of the digit on the table."""
    return page.locator(".digit b").text_content() or ""


def ink(page: Page) -> int:
    """Return how many pixels of the drawing canvas are white."""
    count: int = page.evaluate(INK)
    return count


def test_a_reload_and_a_link_show_the_drawing_and_not_a_sample(app: str, page: Page, open_page: Open) -> None:
    page.get_by_role("button", name="Clear").click()
    draw(page, SEVEN)
    settle(page)
    page.get_by_label("latent 3", exact=True).fill("2")
    settle(page)
    mine, drawn, moved = pixels(page, "model-input"), ink(page), latents(page)
    assert words(page) == "your drawing, bent"
    other = open_page(page.url)
    page.reload()
    page.wait_for_selector(".part[data-ready=true]")
    settle(page)
    for one in (page, other):
        assert difference(pixels(one, "model-input"), mine) == 0
        assert latents(one) == moved
        assert abs(ink(one) - drawn) < 0.1 * drawn  # as strokes, not as a blurred picture
        assert words(one) == "your drawing, bent"
        expect(one.locator(".samples [aria-pressed=true]")).to_have_count(0)
    page.goto(re.sub(r"&(image|from|strokes)=[^&]*", "", page.url))  # as if the link had been too long
    expect(page.locator(".digit b")).to_have_text("your drawing, bent")
    settle(page)
    assert difference(pixels(page, "model-input"), mine) == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_both_undo_buttons_are_grey_when_there_is_nothing_to_undo(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    both = [page.locator(where).get_by_role("button", name="Undo") for where in (".digit", ".st-key-pen")]
    for button in both:
        expect(button).to_be_disabled()
    draw(page, SEVEN)
    for button in both:
        expect(button).to_be_enabled()
    both[1].click()
    for button in both:
        expect(button).to_be_disabled()


def test_an_invented_digit_is_the_digit_on_all_pages(page: Page) -> None:
    page.get_by_role("button", name="Invent a digit").click()
    expect(page.locator(".digit b")).to_have_text("invented")
    settle(page)
    expect(page.locator(".samples [aria-pressed=true]")).to_have_count(0)
    expect(page.get_by_test_id("reconstruction-error")).to_have_text("–")
    invented = pixels(page, "decoded")
    assert difference(pixels(page, "model-input"), invented) < 1
    assert difference(pixels(page, "thumbnail"), invented) < 1
    page.get_by_role("link", name="Denoise").click()
    expect(page.get_by_test_id("clean")).to_be_visible()
    settle(page)
    assert difference(pixels(page, "clean"), invented) < 1
    assert words(page) == "invented"
    page.keyboard.press("Control+z")  # what was done on Draw
    expect(page.locator(".digit b")).to_have_text("sample 3")
    settle(page)
    assert difference(pixels(page, "clean"), invented) > 5
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".digit b")).to_have_text("invented")
    settle(page)
    assert difference(pixels(page, "clean"), invented) < 1


def test_twelve_quick_clicks_undo_twelve_strokes_and_what_came_before_on_a_slow_line(page: Page) -> None:
    page.evaluate("milliseconds => (window.line = milliseconds)", ROUND_TRIP / 2)
    page.get_by_role("button", name="Clear").click()
    counts = [0]
    for stroke in STROKES:
        draw(page, stroke)
        page.wait_for_function(MORE_INK, arg=counts[-1])
        counts.append(ink(page))
    assert all(after - before > 2 * CLOSE for before, after in itertools.pairwise(counts))
    for before in reversed(counts[:-1]):
        undo(page)
        page.wait_for_function(INK, arg=before)  # at once, without Python
    settle(page)
    assert words(page) == "nothing drawn yet"
    for _ in range(12):
        redo(page)
    settle(page)
    assert abs(ink(page) - counts[-1]) < CLOSE
    for _ in range(13):
        undo(page)
    undo(page)  # Clear
    expect(page.locator(".digit b")).to_have_text("sample 3")
    settle(page)
    expect(page.locator(".samples [aria-pressed=true]")).to_have_text("3")


def test_a_stroke_begun_right_after_clear_is_kept_on_a_slow_line(page: Page) -> None:
    page.evaluate("milliseconds => (window.line = milliseconds)", ROUND_TRIP / 2)
    x, y = canvas_box(page)
    page.get_by_role("button", name="Clear").click()
    page.mouse.move(x + 60, y + 60)
    page.mouse.down()
    page.mouse.move(x + 220, y + 60, steps=4)
    page.wait_for_timeout(2 * ROUND_TRIP)  # Python's answer comes meanwhile
    page.mouse.move(x + 120, y + 230, steps=4)
    page.mouse.up()
    settle(page)
    assert words(page) == "your drawing"
    assert ink(page) > 5_000
    assert max(pixels(page, "model-input")) == 255
    undo(page)
    settle(page)
    assert ink(page) == 0


def test_undo_takes_back_a_slider_a_stroke_and_a_noise_in_their_order(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()
    draw(page, SEVEN)
    settle(page)
    own = latents(page)
    page.get_by_label("latent 3", exact=True).fill("2")
    settle(page)
    page.get_by_role("link", name="Denoise").click()
    expect(page.get_by_test_id("clean")).to_be_visible()
    page.get_by_label("noise level").fill("0.9")
    settle(page)
    undo(page)
    expect(page.get_by_label("noise level")).to_have_value("0.5")
    page.locator(".digit a").click()  # back to Draw
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert words(page) == "your drawing, bent"
    undo(page)
    expect(page.locator(".digit b")).to_have_text("your drawing")
    settle(page)
    assert latents(page) == own
    undo(page)
    expect(page.locator(".digit b")).to_have_text("nothing drawn yet")
    settle(page)
    assert ink(page) == 0
