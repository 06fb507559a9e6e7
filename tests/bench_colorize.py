"""Measures the Colorize page, for `make bench`: a slider, a hint, nine colourings, on a picture of 512 pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Browser, Page

from tests.bench_latency import latencies, slowed, spread, to_and_fro, watch

SLOW = 4  # times slower: a cheap phone


def colouring(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Measure the page; yields name and figure of each measurement."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/colorize")
    page.wait_for_selector(".colorize[data-ready=true]")
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    page.wait_for_timeout(2000)  # Streamlit starts, and the functions are compiled
    yield "slider drag on `/colorize`, input to painted picture of 512 px", spread(slider_drag(page))
    yield f"the same with the CPU slowed {SLOW} times", spread(slider_drag(page, SLOW))
    yield "a hint dragged on it, pointer to painted picture", spread(hint_drag(page))
    yield f"the same with the CPU slowed {SLOW} times", spread(hint_drag(page, SLOW))
    yield "nine other colourings, button to the last one", spread(nine_others(page))
    page.close()


def slider_drag(page: Page, slow: float = 1) -> list[float]:
    """Drag a slider to and fro with the mouse; returns milliseconds from input to painted picture."""
    watch(page, ["input"], "colored")
    with slowed(page, slow):
        to_and_fro(page, page.get_by_label("colour 1", exact=True), 80)
        page.wait_for_timeout(500)
    return latencies(page)


def hint_drag(page: Page, slow: float = 1) -> list[float]:
    """Drag a hint in circles; returns milliseconds from pointer to painted picture."""
    if page.locator(".marks .hint").count() == 0:
        page.get_by_role("button", name="Add a hint").click()
        page.wait_for_timeout(1000)
    mark, picture = page.locator(".marks .hint").bounding_box(), page.get_by_test_id("colored").bounding_box()
    assert mark is not None
    assert picture is not None
    page.mouse.move(mark["x"] + 12, mark["y"] + 12)
    page.mouse.down()
    watch(page, ["pointermove"], "colored")
    with slowed(page, slow):
        for step in range(120):
            x, y = 0.5 + 0.3 * np.cos(step / 12), 0.5 + 0.3 * np.sin(step / 12)
            page.mouse.move(picture["x"] + x * picture["width"], picture["y"] + y * picture["height"])
            page.wait_for_timeout(8)  # as often as a mouse reports
        page.wait_for_timeout(500)
    noted = latencies(page)
    page.mouse.up()
    return noted


def nine_others(page: Page) -> list[float]:
    """Ask for nine others some times; returns milliseconds from the click to the ninth painted picture."""
    noted = []
    for _ in range(12):
        watch(page, ["click"], "world-9")
        page.get_by_role("button", name="Nine others").click()
        page.wait_for_timeout(1000)
        noted += latencies(page)[:1]
    return noted[2:]
