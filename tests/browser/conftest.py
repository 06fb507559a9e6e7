"""A real Chromium that notes every error and every request that leaves this machine, and what tests do in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import new_visitor
from tests.browser.rest import settle
from tests.server import LEAVING
from ui.features import FEATURES
from ui.server.routes import module_url
from ui.state.declaration import install

install(FEATURES)
expect.set_options(timeout=20_000)  # milliseconds: a busy machine is not a failure

READY = ".part[data-ready=true]"
TITLES = {f"/{feature.page.address}": feature.page.title for feature in FEATURES if feature.page}
# Opened at a page like /denoise, Streamlit's own front end first asks whether the app lives there: no error of ours.
PROBES = ("/_stcore/health", "/_stcore/host-config")
ALL_PIXELS = """canvas => {
    const { width, height } = canvas, context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return [width, height, btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''))];
}"""


@pytest.fixture(scope="module")
def modules(app: str, chromium: Browser) -> Iterator[Page]:
    """A page from which our modules can be imported by name."""
    page = chromium.new_page()
    page.goto(f"{app}/{module_url('frontend/engine/engine.js')}")
    yield page
    page.close()


class Visits:
    """Visitors' pages, and what went wrong in them."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def open(
        self,
        address: str,
        width: int = 1280,
        height: int = 900,
        ready: bool = True,
        script: str = "",
        **options: object,
    ) -> Page:
        """Open a page as a new visitor; `ready` waits until it is live."""
        context = new_visitor(self._chromium, viewport={"width": width, "height": height}, **options)
        context.add_init_script(script)
        self._contexts.append(context)
        LEAVING[urlsplit(address).netloc].append(context)
        page = context.new_page()
        complain = self._complaints.append
        page.on("pageerror", lambda error: complain(f"exception: {error}"))
        page.on("console", lambda m: m.type == "error" and "404" not in m.text and complain(m.text))
        page.on("response", lambda r: r.status >= 400 and not r.url.endswith(PROBES) and complain(r.url))
        page.on("request", lambda r: _leaves(r.url) and complain(f"leaves this machine: {r.url}"))
        page.goto(address)
        if ready:
            page.wait_for_selector(READY)
            settle(page)
        return page

    def end(self) -> None:
        """Close all pages; none may have seen an error."""
        LEAVING.clear()
        for context in self._contexts:
            context.close()
        assert self._complaints == []


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page and waits until it is live; at the end no page may have seen an error."""
    visits = Visits(chromium)
    yield visits.open
    visits.end()


@pytest.fixture(scope="module")
def same_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function like `open_page`, for all tests of a file: it returns the page as the test before left it.

    To open a page costs more than what most tests do there.
    """
    visits = Visits(chromium)
    yield cache(visits.open)
    visits.end()


def go(page: Page, path: str) -> None:
    """Follow the navigation's link to the page with this path, and wait until it is live."""
    title = TITLES[path]
    navigation = page.get_by_role("navigation", name="Pages")
    navigation.get_by_role("link", name=title, exact=True).click()
    page.mouse.move(0, 0)  # what lies under it would look pointed at
    expect(navigation.locator("[aria-current=page]")).to_have_text(title)
    page.wait_for_selector(READY)
    settle(page)


def _leaves(url: str) -> bool:
    return not url.startswith(("http://localhost:", "data:", "blob:"))


def pixels(page: Page, test_id: str) -> list[int]:
    """Return the grey values of a 28 x 28 canvas, row by row."""
    values: list[int] = page.get_by_test_id(test_id).evaluate(
        "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0))"
    )
    return values


def canvas(page: Page, test_id: str) -> np.ndarray:
    """Return the pixels (H, W, 3) of a canvas, 0 to 255."""
    width, height, data = page.get_by_test_id(test_id).evaluate(ALL_PIXELS)
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3].astype(float)


def latents(page: Page) -> list[float]:
    """Return the sliders' values."""
    values: list[float] = page.locator("input[aria-label^='latent ']").evaluate_all(
        "inputs => inputs.map((input) => Number(input.value))"
    )
    return values


def difference(a: list[int], b: list[int]) -> float:
    """Return the mean absolute difference of two pictures, in grey levels."""
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


def canvas_box(page: Page) -> tuple[float, float]:
    """Return the left upper corner of the drawing canvas, scrolled into view."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"], box["y"]


def unfold(page: Page) -> None:
    """Unfold the numbers of the latent, which a small screen folds."""
    page.locator(".fold[aria-expanded=false]").click()


ONE = [(0.55, 0.15), (0.53, 0.3), (0.5, 0.5), (0.47, 0.7), (0.45, 0.85)]
SEVEN = [(0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.65, 0.4), (0.55, 0.6), (0.45, 0.85)]


def draw(page: Page, points: list[tuple[float, float]], lift: bool = True) -> None:
    """Draw a stroke with the mouse through points in shares of the canvas; leave the pen down unless `lift`."""
    x, y = canvas_box(page)
    side = page.locator("canvas.upper-canvas").evaluate("canvas => canvas.getBoundingClientRect().width")
    path = [(x + side * px, y + side * py) for px, py in points]
    page.mouse.move(*path[0])
    page.mouse.down()
    for point in path[1:]:
        page.mouse.move(*point, steps=8)
    if lift:
        page.mouse.up()
