"""Every page, cold and by its own address, and what goes along from page to page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import draw, latents, pixels
from tests.browser.rest import settle
from tests.server import serving
from ui.features import FEATURES
from ui.services.model_names import about, label

Open = Callable[..., Page]
PAGES = {
    "/": "Draw a digit",
    "/map": "A map of latent space",
    "/traversals": "What each number does",
    "/morph": "From digit to digit",
    "/arithmetic": "Arithmetic with digits",
    "/colorize": "Sixteen numbers of colour",
    "/scenes": "A scene as a handful of numbers",
    "/sound": "Hear the latent",
    "/denoise": "Add noise",
    "/learn": "How it works",
    "/train": "Train your own",
    "/talk": "Give a talk",
}

COLD = ("/", "/denoise", "/learn")  # one server each; test_without_posix.py asks one server for all pages


@pytest.mark.parametrize(
    "path", [*COLD, *(pytest.param(path, marks=pytest.mark.proof) for path in PAGES if path not in COLD)]
)
def test_opens_cold_on_a_fresh_server(open_page: Open, path: str) -> None:
    with serving() as server:  # its very first request is this page
        page = open_page(server.address + path)
        expect(page.get_by_role("heading", name=re.compile(PAGES[path]))).to_be_visible()
        for listed in (feature.page for feature in FEATURES if feature.page):
            expect(page.get_by_role("link", name=listed.title, exact=False).first).to_be_visible()
        page.close()  # before the server goes: a page may still be loading what lies further down


def test_a_drawing_survives_a_change_of_page(app: str, open_page: Open) -> None:
    page = open_page(app)
    draw(page, [(0.1, 0.9), (0.9, 0.9)])
    settle(page)
    page.get_by_label("latent 1", exact=True).fill("1.5")
    settle(page)
    drawn, values = pixels(page, "model-input"), latents(page)
    page.get_by_role("link", name="Denoise").first.click()
    page.wait_for_selector(".lab[data-ready=true]")
    settle(page)
    assert pixels(page, "clean") == drawn
    page.get_by_role("link", name="Draw").first.click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert pixels(page, "model-input") == drawn
    assert latents(page) == values
    draw(page, [(0.1, 0.1), (0.9, 0.1)])  # and the strokes are still there to draw on
    settle(page)
    after = pixels(page, "model-input")
    assert sum(after[-28 * 8 :]) > 0
    assert after != drawn


def test_a_click_on_a_link_is_not_lost_while_a_slider_comes_to_rest(app: str, open_page: Open) -> None:
    page = open_page(app)
    for milliseconds in (0, 120, 200, 240):  # at 250 the page tells Python where the slider is
        page.get_by_label("latent 1", exact=True).focus()
        before = latents(page)[0]
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(milliseconds)  # the moment is what is tested
        page.get_by_role("link", name="What each number does").first.click()
        page.wait_for_selector(".traversals[data-ready=true]")
        page.get_by_role("link", name="Draw").first.click()
        page.wait_for_selector(".deck[data-ready=true]")
        settle(page)
        assert latents(page)[0] == pytest.approx(before + 0.05)


@pytest.mark.parametrize("path", ["/morph", "/arithmetic", "/learn"])
def test_another_model_comes_at_once(app: str, open_page: Open, path: str) -> None:
    page = open_page(app + path)
    choice = page.get_by_test_id("stSelectbox").locator("input").first
    choice.scroll_into_view_if_needed()  # the list closes when the page scrolls
    settle(page)
    with page.expect_response(re.compile("/mlp.decoder.safetensors")):
        choice.click()
        page.get_by_role("option", name=label("mlp"), exact=True).click()
    expect(page.get_by_text(about("mlp")).first).to_be_visible()
    assert "model=mlp" in page.url
