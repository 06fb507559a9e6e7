"""Measures trainings in the browser, for `make bench`: how soon one shows, and how smooth the page stays."""

from __future__ import annotations

import base64
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

import aecore
from aecore.data.strokes import STROKES
from aecore.data.synthetic import synthetic_digits
from tests.bench_scenes import SLOW, stopped_in_between
from ui.server.routes import module_url

SECONDS = 15  # after which the digits shall be readable

# When a redrawn digit first looked otherwise after the press, and milliseconds between frames from then on.
WATCH = """() => {
    Object.assign(window, { pressed: 0, first: 0, frames: [] });
    const put = CanvasRenderingContext2D.prototype.putImageData;
    const redrawn = (context) => String(context.getImageData(0, 28, 28, 28).data); // below the first digit
    let before = null;
    CanvasRenderingContext2D.prototype.putImageData = function (pixels, left, top) {
        put.call(this, pixels, left, top);
        if (this.canvas.dataset.testid !== 'here-digits' || left !== 0 || top !== 28 || window.first) return;
        const now = redrawn(this);
        if (window.pressed && before !== null && now !== before) window.first = performance.now() - window.pressed;
        before = now;
    };
    window.addEventListener('click', () => (window.pressed ||= performance.now()), true);
    let last = performance.now();
    const frame = (now) => {
        window.frames.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""

AFTER = 30  # seconds after the page was opened, in which the waiting worker gets ready

# Digits that the page draws, which no network has seen: their bytes as text.
DRAW = """async ([module, strokes, count, seed]) => {
    const { DrawnDigits } = await import(new URL(module, document.baseURI).href);
    const digits = new DrawnDigits(strokes, count, seed);
    const bytes = Array.from({ length: count }, (_, i) => [...digits.image(i)]).flat();
    return btoa(bytes.map((v) => String.fromCharCode(v)).join(''));
}"""
COUNT, UNSEEN = 500, 9_000_000


def training(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Train in a fresh page; yields name and figure of each measurement."""
    page = _opened(browser, address)
    page.evaluate(WATCH)
    page.get_by_test_id("here-start").click()
    page.wait_for_timeout(1000 * SECONDS)
    first, frames = page.evaluate("[window.first, window.frames.slice(10)]")
    if (button := page.get_by_test_id("here-start")).inner_text() == "Pause":  # a fast machine is done by then
        button.click()
    yield "training in the browser: from the press to the first picture of progress", f"{first:.0f} ms"
    yield f"digits that can be read when redrawn {SECONDS} s after the press", _readable(page)
    yield "frames a second while it trains", f"{1000 / np.mean(frames):.0f}"
    page.context.close()
    page = _opened(browser, address, width=390, height=664)
    page.evaluate(WATCH)
    page.get_by_test_id("here-start").click()
    with stopped_in_between(browser, SLOW):
        page.wait_for_timeout(5000)
        frames = page.evaluate("window.frames.slice(10)")
    yield (
        f"the same on a small screen, with the whole process of the page slowed {SLOW} times (stopped in between)",
        f"{1000 / np.mean(frames):.0f}",
    )
    page.context.close()


def on_the_server(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Start a training on the server with what its form says; yields name and figure of the measurement."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/train")
    button = page.get_by_role("button", name="Start training")
    button.wait_for()
    page.wait_for_timeout(1000 * AFTER)
    start = time.monotonic()
    button.click()
    page.locator(".training .numbers").filter(has_text=re.compile("batch [1-9]")).wait_for(timeout=120_000)
    yield (
        f"training on the server, {AFTER} s after the page was opened: from the press to the first batch",
        f"{time.monotonic() - start:.1f} s",
    )
    page.locator(".training").get_by_role("button", name="Stop").click()
    page.get_by_test_id("training-state").filter(has_text="Stopped").wait_for()
    page.context.close()


def _opened(browser: Browser, address: str, width: int = 1280, height: int = 900) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(f"{address}/train")
    ready = page.get_by_test_id("here-state").filter(has_text="Ready")
    ready.wait_for()
    page.get_by_label("Epochs, in this browser").select_option("50")  # it shall not be over before it is measured
    ready.wait_for()
    page.wait_for_timeout(1000)
    return page


def _readable(page: Page) -> str:
    """Return how many redrawn digits the nearest of 2,400 other drawn digits has the label of, as text."""
    given = [module_url("frontend/training/pictures.js"), list(STROKES.values()), COUNT, UNSEEN]
    images = np.frombuffer(base64.b64decode(page.evaluate(DRAW, given)), np.uint8).reshape(-1, 784) / np.float32(255)
    labels = np.arange(COUNT) % 10
    with tempfile.TemporaryDirectory() as folder, page.expect_download() as download:
        page.get_by_test_id("here-save").click()
        path = Path(folder) / "model.safetensors"
        download.value.save_as(path)
        model = aecore.load_model(path)
    known = synthetic_digits().train

    def read(shown: np.ndarray) -> float:
        given, others = shown.reshape(-1, 784), known.as_float().reshape(-1, 784)
        nearest = ((others**2).sum(1) - 2 * given @ others.T).argmin(1)
        return float(np.mean(known.known_labels()[nearest] == labels))

    redrawn = model.reconstruct(images.reshape(-1, 28, 28))
    return f"{read(redrawn):.1%} (as they are: {read(images):.1%})"
