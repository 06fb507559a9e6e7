"""Measures how long a page takes from an input to the picture, for `make bench`."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Locator, Page

# Timestamps of the first new input, and of the frame in which the picture was painted after it. A message that is
# posted in a frame arrives after that frame.
WATCH = """() => {
    window.latencies = [];
    window.firstInput = null;
    window.noted ??= new Set();
    const note = ({ type, timeStamp }) => { if (window.watched.includes(type)) window.firstInput ??= timeStamp; };
    for (const type of window.watched) if (!window.noted.has(type)) document.addEventListener(type, note, true);
    const isWatched = window.noted.size > 0;
    for (const type of window.watched) window.noted.add(type);
    if (isWatched) return;
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {
        put.apply(this, args);
        if (!window.painting.includes(this.canvas.dataset.testid) || window.firstInput === null) return;
        const [start, channel] = [window.firstInput, new MessageChannel()];
        window.firstInput = null;
        channel.port1.onmessage = () => window.latencies.push(performance.now() - start);
        channel.port2.postMessage(null);
    };
}"""


def spread(values: list[float]) -> str:
    """Describe milliseconds by median, 95th percentile and count."""
    return f"{statistics.median(values):.1f} ms median, {np.percentile(values, 95):.1f} ms p95 ({len(values)} times)"


def watch(page: Page, events: list[str], painting: str = "decoded") -> None:
    """Begin to note the time from these events to the next painting of the canvas with this test id."""
    page.evaluate("given => Object.assign(window, given)", {"watched": events, "painting": [painting]})
    page.evaluate(WATCH)


def latencies(page: Page) -> list[float]:
    """Return the milliseconds noted so far, and forget them."""
    noted: list[float] = page.evaluate("window.latencies.splice(0)")
    return noted


@contextlib.contextmanager
def slowed(page: Page, times: float) -> Iterator[None]:
    """Slow the CPU down, for the page's main thread."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    yield
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()


def to_and_fro(page: Page, slider: Locator, reach: int) -> None:
    """Drag a slider with the mouse from its middle, `reach` pixels each way, for some seconds."""
    box = slider.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(150):
        page.mouse.move(x + reach * np.sin(step / 12), y)
        page.wait_for_timeout(8)  # as often as a mouse reports
    page.mouse.up()
