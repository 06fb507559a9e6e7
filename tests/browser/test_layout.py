"""Every page at every width: no text lies on another or is cut off, and nothing is lost on a small screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import settle
from tests.browser.test_pages import PAGES

Open = Callable[..., Page]
TEXT_BOXES = Path(__file__).with_name("text_boxes.js").read_text(encoding="utf-8")
WIDTHS = (1440, 1024, 390, 360, 320)
SMALL = ((1024, 768), (1024, 600), (768, 1024))  # a projector, a netbook, a tablet

# Rows of pictures or buttons in which the last one stands alone below several others.
ORPHANS = """() => {
    const inside = (e) => (e.shadowRoot ? all(e.shadowRoot) : []);
    const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...inside(e)]);
    const grids = all(document).filter((e) => e.matches('.panels, .sum, .attributes, .redrawn, .nearest'));
    return grids.flatMap((grid) => {
        const shown = [...grid.children].filter((e) => e.checkVisibility() && e.tagName !== 'P');
        const rows = Map.groupBy(shown.map((e) => e.getBoundingClientRect()), ({ top }) => Math.round(top));
        const [first, last] = [[...rows.values()].at(0), [...rows.values()].at(-1)];
        const alone = rows.size > 1 && last.length === 1 && first.length > 1 && last[0].width < grid.clientWidth - 4;
        return alone ? [`${grid.className}: ${[...rows.values()].map((row) => row.length)}`] : [];
    });
}"""


def unreadable(page: Page) -> dict[int, object]:
    """Return, by the window's width, the texts that collide or are cut off."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        found[width] = page.evaluate(f"({TEXT_BOXES})()")
    return found


@pytest.mark.parametrize("path", PAGES)
def test_every_text_can_be_read_at_every_width(app: str, open_page: Open, path: str) -> None:
    page = open_page(app + path)
    found = unreadable(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("model", ["pocket", "mlp", "smooth", "book", "denoiser", "plane", "dim1"])
def test_the_layers_of_every_network_have_room_for_their_labels(app: str, open_page: Open, model: str) -> None:
    page = open_page(f"{app}/learn?model={model}")
    found = unreadable(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("path", PAGES)
def test_no_picture_stands_alone_on_a_small_screen(app: str, open_page: Open, path: str) -> None:
    page = open_page(app + path)
    found = {}
    for width, height in (*SMALL, (1440, 900), (390, 664), (320, 568)):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        found[width, height] = page.evaluate(ORPHANS)
    assert not any(found.values()), found


def test_draw_shows_encoder_and_decoder_and_every_slider_on_a_small_screen(app: str, open_page: Open) -> None:
    page = open_page(app)
    for width, height in SMALL:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        for name in ("Encoder", "Decoder"):
            expect(page.locator(".funnel", has_text=name)).to_be_visible()
        box = page.get_by_label("latent 16", exact=True).bounding_box()
        assert box is not None
        if width > height:
            assert box["y"] + box["height"] <= height, (width, height)
