"""Every page at every width: no text lies on another or is cut off, and nothing is lost on a small screen."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go
from tests.browser.rest import settle
from tests.browser.test_pages import PAGES
from ui.services.terms import terms

Open = Callable[..., Page]
UNEXPLAINED = Path(__file__).with_name("unexplained.js").read_text(encoding="utf-8")
TEXT_BOXES = Path(__file__).with_name("text_boxes.js").read_text(encoding="utf-8")
GROWN = Path(__file__).with_name("grown.js").read_text(encoding="utf-8")
SMALL = ((1024, 768), (1024, 600), (768, 1024))  # a projector, a netbook, a tablet
SIZES = ((1440, 900), *SMALL, (390, 664), (360, 640), (320, 568))

# What lies beyond the edge; a filmstrip and a row of recordings scroll by themselves.
CUT = """() => {
    const roots = [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)];
    return roots.flatMap((root) => [...root.querySelectorAll('canvas, button, input, select, figcaption, h1')])
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 0 && !e.closest('.strip, .shelf'))
        .filter((e) => { const b = e.getBoundingClientRect(); return b.left < -1 || b.right > innerWidth + 1; })
        .map((e) => e.outerHTML.slice(0, 80));
}"""

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


def found_at(page: Page, sizes: Iterable[tuple[int, int]], **searches: str) -> dict[str, object]:
    """Return what searches find, scripts by name, by the name and by the window's size; nothing where all is well."""
    found = {}
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found |= {f"{name}, {width} x {height}": page.evaluate(script) for name, script in searches.items()}
    return {where: what for where, what in found.items() if what}


READABLE = f"({TEXT_BOXES})()"  # no text lies on another or is cut off


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.proof)])
def test_a_page_fits_windows_of_every_size(app: str, same_page: Open, path: str, scheme: str) -> None:
    page = same_page(app, color_scheme=scheme)
    page.set_viewport_size({"width": 1280, "height": 400})
    go(page, path)
    assert page.evaluate(f"({GROWN})()") == []  # what comes later has its place before
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(f"({UNEXPLAINED})", list(terms())) == []
    expect(page.get_by_role("button", name="Undo", exact=True).last).to_be_disabled()  # nobody has done anything
    colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", colour)[:3])) < 200) == (scheme == "dark")
    assert found_at(page, SIZES, texts=READABLE, cut=CUT, alone=ORPHANS) == {}


@pytest.mark.parametrize(
    "model",
    [
        "book",
        *(
            pytest.param(name, marks=pytest.mark.proof)
            for name in ("plane", "pocket", "mlp", "smooth", "denoiser", "dim1")
        ),
    ],
)
def test_the_layers_of_every_network_have_room_for_their_labels(app: str, open_page: Open, model: str) -> None:
    page = open_page(f"{app}/learn?model={model}")
    assert found_at(page, [(1440, 900), (1024, 768), (390, 664), (320, 568)], texts=READABLE) == {}


PIECES = ("canvas.upper-canvas", ".encoder", ".numbers", ".decoder", "[data-testid=decoded]")


def test_draw_is_one_instrument_in_one_glance(app: str, same_page: Open) -> None:
    page = same_page(app, color_scheme="light")
    go(page, "/")
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
