"""Every page at every width: no text lies on another or is cut off, and nothing is lost on a small screen."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import settle
from tests.browser.test_pages import PAGES
from ui.services.terms import terms

Open = Callable[..., Page]
UNEXPLAINED = Path(__file__).with_name("unexplained.js").read_text(encoding="utf-8")
TEXT_BOXES = Path(__file__).with_name("text_boxes.js").read_text(encoding="utf-8")
WIDTHS = (1440, 1024, 390, 360, 320)
SMALL = ((1024, 768), (1024, 600), (768, 1024))  # a projector, a netbook, a tablet

# Rows of pictures or buttons in which the last one stands alone below several others.
ORPHANS = """() => {
    const inside = (e) => (e.shadowRoot ? all(e.shadowRoot) : []);
    const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...inside(e)]);
    const GRIDS = '.panels, .sum, .attributes, .redrawn, .nearest, .cards, .worlds';
    const grids = all(document).filter((e) => e.matches(GRIDS));
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
def test_every_text_can_be_read_at_every_width_and_terms_are_explained(app: str, open_page: Open, path: str) -> None:
    page = open_page(app + path, 1440)
    unexplained = page.evaluate(f"({UNEXPLAINED})", list(terms()))
    found = unreadable(page)
    assert not any(found.values()), found
    assert unexplained == []


@pytest.mark.parametrize(
    "model",
    [
        "book",
        "plane",
        *(pytest.param(name, marks=pytest.mark.proof) for name in ("pocket", "mlp", "smooth", "denoiser", "dim1")),
    ],
)
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


PIECES = ("canvas.upper-canvas", ".encoder", ".numbers", ".decoder", "[data-testid=decoded]")


def test_draw_is_one_instrument_in_one_glance(app: str, open_page: Open) -> None:
    page = open_page(app)
    for width, height in ((1440, 900), *SMALL):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        canvas, encoder, numbers, decoder, digit = (box(page, piece) for piece in PIECES)
        assert canvas["width"] == pytest.approx(digit["width"], abs=1), width
        assert {round(piece["y"] / 3) for piece in (canvas, encoder, decoder)} == {round(digit["y"] / 3)}, width
        row = (canvas, encoder, numbers, decoder, digit) if width > height else (canvas, encoder, decoder, digit)
        assert all(a["x"] + a["width"] <= b["x"] for a, b in itertools.pairwise(row)), width
        expect(page.locator(".funnel", has_text="Encoder")).to_be_visible()
        human, first, last = (box(page, f"[aria-label='{name}']") for name in ("slant", "latent 1", "latent 16"))
        assert human["y"] < first["y"] < last["y"]
        if width > height:
            assert last["y"] + last["height"] <= height, (width, height)


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)
