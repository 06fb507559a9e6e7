"""Measures the Scenes page, for `make bench`: films of five digits that are followed, and the pen."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Browser, Page

from aecore.core.pretrained import sha256
from aecore.data.strokes import sample_image
from tests.bench_latency import spread
from ui.server.routes import model_url

SLOW = 4  # times slower: a cheap phone
_PERIOD = 0.02  # seconds, of which the browser runs a part
_SIDE, _DIGITS, _FRAMES = 128, (1, 3, 5, 7, 9), 60
URLS = [model_url(name, sha256(name)) for name in ("scene", "default")]

# The page's own models, by their addresses.
MODELS = """
    const [modules] = Object.values(globalThis.playgroundModules); // that the page's parts share
    const { loadModel } = modules['frontend/engine/engine.js'];
    const load = async (url) => (await loadModel(url)).whole; // the page's own: it has loaded them by these addresses
    const [reader, model] = await Promise.all(urls.map(load));
"""

# Milliseconds for each frame of a film: found, followed and painted, one after the other.
FOLLOW = f"""async ([urls, tiles, side, frames]) => {{
    {MODELS}
    const {{ Tracker }} = modules['features/scenes/tracker.js'], {{ paintGrey }} = modules['features/scenes/pixels.js'];
    const tracker = new Tracker(reader, model), canvas = document.createElement('canvas'), times = [];
    const reach = side - 28;
    let followed = 0;
    for (let t = 0; t < frames; t++) {{
        const data = new Float32Array(side * side);
        tiles.forEach((tile, k) => {{
            const left = (61 * k + 10) % reach, top = Math.abs(((37 * k + 2 * t) % (2 * reach)) - reach);
            for (let y = 0; y < 28; y++) for (let x = 0; x < 28; x++) {{
                const i = (top + y) * side + left + x;
                data[i] = Math.max(data[i], tile[28 * y + x]);
            }}
        }});
        const picture = {{ data, height: side, width: side }}, start = performance.now();
        followed += tracker.update(picture).tracks.length;
        paintGrey(canvas, picture);
        times.push(performance.now() - start);
        await new Promise((done) => setTimeout(done));
    }}
    return [times, followed / frames];
}}"""

# Milliseconds from a pointer's movement to the outlines of what it drew: the scene is painted without them before.
PEN = f"""async ([urls]) => {{
    const isWatched = 'outlined' in window;
    window.outlined = [];
    if (isWatched) return;
    {MODELS}
    let [moved, read, isRead] = [null, null, false];
    document.addEventListener('pointermove', ({{ timeStamp }}) => (moved ??= timeStamp), true);
    const {{ run }} = reader, {{ ahead }} = run, [first] = Object.keys(reader.spec.networks);
    reader.run = (values, want) => {{
        isRead = want === 'classes';
        return run(values, want);
    }};
    reader.run.ahead = (values, want) => {{
        if (want === first) [read, moved] = [moved, null]; // what has been drawn by now is about to be read
        return ahead(values, want);
    }};
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {{
        put.apply(this, args);
        if (this.canvas.dataset.testid !== 'scene' || !isRead || read === null) return;
        const [start, channel] = [read, new MessageChannel()];
        [read, isRead] = [null, false];
        channel.port1.onmessage = () => window.outlined.push(performance.now() - start);
        channel.port2.postMessage(null);
    }};
}}"""


def scenes(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Measure the page; yields name and figure of each measurement. All of its work runs on the page's main thread."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/scenes")
    page.wait_for_selector(".scenes[data-ready=true]")
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    page.wait_for_timeout(2000)  # Streamlit starts, and the functions are compiled
    film = f"film of {_SIDE} x {_SIDE} with {len(_DIGITS)} digits on `/scenes`, found, followed and painted"
    yield film, rate(page)
    yield "pen on it, pointer to outline", spread(pen(page))
    with stopped_in_between(browser, SLOW):
        yield f"that film with the whole process of the page slowed {SLOW} times (stopped in between)", rate(page)
        yield "that pen, slowed in the same way", spread(pen(page))
    page.close()


def rate(page: Page) -> str:
    """Follow the digits of a film; returns how many frames a second."""
    tiles = [sample_image(digit).ravel().tolist() for digit in _DIGITS]
    page.evaluate(FOLLOW, [URLS, tiles, _SIDE, 10])  # the functions are compiled
    times, followed = page.evaluate(FOLLOW, [URLS, tiles, _SIDE, _FRAMES])
    return (
        f"{1000 / statistics.mean(times):.0f} frames a second, {statistics.median(times):.1f} ms median, "
        f"{np.percentile(times, 95):.1f} ms p95 a frame ({followed:.1f} digits followed)"
    )


def pen(page: Page) -> list[float]:
    """Draw circles with the mouse; returns milliseconds from pointer to outline."""
    page.get_by_role("button", name="Clear", exact=True).click()
    for digit in (3, 4, 5, 7):
        page.get_by_role("button", name=f"drop a {digit}").click()
    page.wait_for_timeout(1000)
    page.evaluate(PEN, [URLS])
    box = page.get_by_test_id("scene").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 60, y)
    page.mouse.down()
    for step in range(150):
        page.mouse.move(x + 60 * np.cos(step / 12), y + 60 * np.sin(step / 12))
        page.wait_for_timeout(8)  # as often as a mouse reports
    page.mouse.up()
    page.wait_for_timeout(500)
    noted: list[float] = page.evaluate("window.outlined")
    return noted


@contextlib.contextmanager
def stopped_in_between(browser: Browser, times: float) -> Iterator[None]:
    """Slow the processes of a browser's pages down, whatever thread their work runs on: they stand still in between."""
    session = browser.new_browser_cdp_session()
    renderers = [
        one["id"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == "renderer"
    ]
    is_over = threading.Event()

    def stop_and_go() -> None:
        while not is_over.is_set():
            for number, share in ((signal.SIGSTOP, 1 - 1 / times), (signal.SIGCONT, 1 / times)):
                for process in renderers:
                    os.kill(process, number)
                time.sleep(share * _PERIOD)

    thread = threading.Thread(target=stop_and_go)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        session.detach()
