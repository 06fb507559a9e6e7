"""Measures the time from user input to picture, in one run, for BENCHMARKS.md: `make bench`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import threadpoolctl
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, Page, sync_playwright

import aecore
from tests.bench_colorize import colouring
from tests.bench_engine import colour_drag, corrupt_and_denoise, in_the_browser, learning
from tests.bench_latency import latencies, slowed, spread, to_and_fro, watch
from tests.bench_scenes import scenes
from tests.bench_sound import sound
from tests.bench_training import on_the_server, training
from tests.bench_visit import first_visit
from tests.benchmarks import write_section
from tests.browser.chromium import OPTIONS, browser_path, launch
from tests.browser.conftest import SEVEN, canvas_box
from tests.server import ROOT, serving

SLOW = 4  # times slower: a cheap phone
ARCHITECTURES = ("default", "pocket", "mlp", "book")  # the other models of sixteen numbers share one of these

# When the 10,000 points of the map were painted, in milliseconds after its address was opened.
POINTS = """() => {
    window.painted = null;
    let points = 0;
    const fill = CanvasRenderingContext2D.prototype.fillRect;
    CanvasRenderingContext2D.prototype.fillRect = function (...args) {
        fill.apply(this, args);
        if (this.canvas.dataset?.testid !== 'atlas' || ++points !== 10000) return;
        const channel = new MessageChannel();
        channel.port1.onmessage = () => { window.painted = performance.now(); };
        channel.port2.postMessage(null);
    };
}"""

NATIVE = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
import streamlit as st
import aecore

z = np.zeros((1, 16), np.float32)
z[0, 0] = st.slider("latent 1", -3.0, 3.0, 0.0, 0.01)
for i in range(1, 16):
    z[0, i] = st.slider(f"latent {{i + 1}}", -3.0, 3.0, 0.0, 0.01)
st.image(aecore.load().decode(z)[0], width=240)
"""


def main() -> None:
    """Print all figures, then write them into BENCHMARKS.md."""
    rows = []
    for what, figure in figures():
        print(f"{what:<70} {figure}", flush=True)
        rows.append((what, figure))
    write_section("Speed", "make bench", rows)


def figures() -> Iterator[tuple[str, str]]:
    """Measure everything; yields name and figure of each measurement as soon as it is known."""
    threadpoolctl.threadpool_limits(1, "blas")  # as the app does
    with sync_playwright() as playwright:
        browser = launch(playwright, whole=True)
        start = time.monotonic()
        with serving() as server:
            address = server.address
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address)
            page.wait_for_selector(".deck[data-ready=true]")
            page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
            yield "start of the server to the first usable page", f"{time.monotonic() - start:.1f} s"
            page.wait_for_timeout(2000)  # what sending it took is given back
            yield "server memory after the first page", f"{server.memory:.0f} MB"
            live = slider_drag(page)
            yield "slider drag, input to painted digit, in the component", spread(live)
            yield f"the same with the CPU slowed {SLOW} times", spread(slider_drag(page, SLOW))
            yield "pen stroke to painted reconstruction", spread(pen_stroke(page))
            yield f"the same with the CPU slowed {SLOW} times", spread(pen_stroke(page, SLOW))
            in_javascript = in_the_browser(page, ARCHITECTURES)
            yield "one corrupt + encode + decode on `/denoise`", spread(corrupt_and_denoise(page))
            kept, anew = colour_drag(page)
            yield (
                "slider drag of a decoder with a heavy branch beside it (64 x 64), nothing computed twice",
                f"{spread(kept)}; everything in every frame {spread(anew)}: "
                f"{statistics.median(anew) / statistics.median(kept):.1f} times as long",
            )
            yield "map hover, input to painted digit", spread(map_hover(page, address))
            yield f"the same with the CPU slowed {SLOW} times", spread(map_hover(page, address, SLOW))
            page.close()
            for name, (ours, keras) in learning(browser, address, ("mlp", "book")).items():
                yield (
                    f"learning with `{name}`, batches of 64, one thread each",
                    f"JavaScript {ours:,.0f} images a second, Keras {keras:,.0f}: {ours / keras:.2f} times as many",
                )
            yield from colouring(browser, address)
            yield from scenes(browser, address)
            yield from sound(browser, address)
            yield from training(browser, address)
            yield from on_the_server(browser, address)
            yield from first_visit(browser, address)
            yield "presenter's thumb moved, an audience's thumb in the same place", spread(follow(browser, address))
            yield from opening_the_map(browser, address)
            with ThreadPoolExecutor() as threads:  # asyncio needs a thread without a loop
                yield (
                    "noise level drag on `/denoise`, three networks",
                    threads.submit(asyncio.run, lab_drag(address)).result(),
                )
        native = native_slider(browser)
        ratio = statistics.median(native) / statistics.median(live)
        yield (
            "the same slider drag with `st.slider`, decoded in Python, release to new image",
            f"{spread(native)}: {ratio:.0f} times as long",
        )
        browser.close()
    for name in ARCHITECTURES:
        model = aecore.load(name)
        z, x = np.zeros((1, model.latent_dim), np.float32), np.zeros((1, 28, 28), np.float32)
        x[0, 6:22, 12:16] = 1
        encode, decode = in_javascript[name]
        in_numpy = f"NumPy {timed(model.encode, x):.2f} / {timed(model.decode, z):.2f} ms"
        yield f"encode / decode with `{name}`", f"{in_numpy}, JavaScript {encode:.2f} / {decode:.2f} ms"


def timed(run: Callable[[np.ndarray], object], argument: np.ndarray, times: int = 50) -> float:
    """Return the median milliseconds of a call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run(argument)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def slider_drag(page: Page, slow: float = 1) -> list[float]:
    """Drag a slider to and fro with the mouse; returns milliseconds from input to painted digit."""
    watch(page, ["input"])
    with slowed(page, slow):
        to_and_fro(page, page.get_by_label("latent 1", exact=True), 80)
        page.wait_for_timeout(500)
    return latencies(page)


def pen_stroke(page: Page, slow: float = 1) -> list[float]:
    """Draw with the mouse; returns milliseconds from pointer to painted reconstruction."""
    page.reload()
    page.wait_for_selector(".deck[data-ready=true]")
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    page.wait_for_timeout(2000)  # Streamlit starts, and the functions are compiled
    x, y = canvas_box(page)
    page.mouse.move(x + 280 * SEVEN[0][0], y + 280 * SEVEN[0][1])
    page.mouse.down()
    page.wait_for_timeout(200)
    watch(page, ["pointermove"])
    corners = np.array(SEVEN[1:] * 3)
    with slowed(page, slow):
        for place in range(10 * (len(corners) - 1)):
            start, end = corners[place // 10 : place // 10 + 2]
            px, py = start + (end - start) * (place % 10) / 10
            page.mouse.move(x + 280 * px, y + 280 * py)
            page.wait_for_timeout(8)  # as often as a mouse reports
        page.wait_for_timeout(100)
    noted = latencies(page)
    page.mouse.up()
    return noted


async def lab_drag(address: str) -> str:
    """Drag the noise level to and fro with the mouse; returns how often another denoised digit is painted, as text.

    A person does not wait for the picture before moving on: hence asynchronous, in a browser of its own.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(whole=True), args=list(OPTIONS))
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(f"{address}/denoise")
        await page.wait_for_selector(".lab[data-ready=true]")
        await page.wait_for_selector("[data-testid=curve][data-drawn]")
        await page.evaluate("""() => {
            window.painted = [];
            const put = CanvasRenderingContext2D.prototype.putImageData;
            CanvasRenderingContext2D.prototype.putImageData = function (...args) {
                put.apply(this, args);
                if (this.canvas.dataset.testid === 'denoised') window.painted.push(performance.now());
            };
        }""")
        box = await page.get_by_label("noise level").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.mouse.down()
        moves = []
        for step in range(400):
            moves.append(asyncio.create_task(page.mouse.move(x + 120 * np.sin(step / 8), y)))
            await asyncio.sleep(0.008)  # as often as a mouse reports
        await asyncio.gather(*moves)
        gaps = np.diff(await page.evaluate("window.painted"))
        await browser.close()
    return f"{1000 / np.mean(gaps):.0f} frames a second, {np.percentile(gaps, 95):.0f} ms between two in 95 of 100"


def map_hover(page: Page, address: str, slow: float = 1) -> list[float]:
    """Move the mouse over the map; returns milliseconds from pointer to painted digit."""
    page.goto(f"{address}/map")
    page.wait_for_selector(".map[data-ready=true]")
    page.wait_for_timeout(1500)
    box = page.get_by_test_id("atlas").bounding_box()
    assert box is not None
    watch(page, ["pointermove"])
    with slowed(page, slow):
        for step in range(200):
            across, down = 0.5 + 0.4 * np.sin(step / 17), 0.5 + 0.4 * np.sin(step / 11)
            page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
            page.wait_for_timeout(8)  # as often as a mouse reports
        page.wait_for_timeout(100)
    return latencies(page)


def follow(browser: Browser, address: str) -> list[float]:
    """Drag a presenter's slider; returns milliseconds until a follower's slider has the same value."""
    pages = [browser.new_context(viewport={"width": 1280, "height": 900}).new_page() for _ in range(2)]
    presenter, follower = pages
    presenter.goto(address)
    presenter.wait_for_selector(".deck[data-ready=true]")
    presenter.get_by_role("button", name="Let others follow").click()
    link = presenter.get_by_role("dialog").get_by_role("link").get_attribute("href")
    assert link is not None
    presenter.get_by_role("button", name="Close").click()
    follower.goto(link)
    follower.wait_for_selector(".deck[data-ready=true]")
    follower.wait_for_timeout(1500)
    thumbs = [page.get_by_label("latent 1", exact=True) for page in pages]
    box = thumbs[0].bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    presenter.mouse.move(x, y)
    presenter.mouse.down()
    noted = []
    for step in range(40):
        presenter.mouse.move(x + 70 * np.sin(1 + step), y)
        start, place = time.perf_counter(), thumbs[0].input_value()
        while thumbs[1].input_value() != place:
            pass
        noted.append(1000 * (time.perf_counter() - start))
        presenter.wait_for_timeout(200 + 10 * step % 130)  # at any moment of the room's beat
    for page in pages:
        page.context.close()
    return noted


def opening_the_map(browser: Browser, address: str, times: int = 5) -> Iterator[tuple[str, str]]:
    """Open the map with an empty cache; yields the time until its points are painted, and the bytes transferred."""
    opened, by_link = [], []
    for _ in range(times):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(f"({POINTS})()")
        page = context.new_page()
        sizes, addresses, frames = record(page)
        page.goto(f"{address}/map")
        page.wait_for_function("window.painted")
        opened.append(page.evaluate("window.painted"))
        page.wait_for_selector(".map[data-ready=true]")
        page.wait_for_timeout(1500)  # the other map is fetched
        context.close()

        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(f"({POINTS})()")
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".deck[data-ready=true]")
        page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
        page.wait_for_timeout(500)
        link = page.get_by_role("link", name="Map")
        link.evaluate("link => link.addEventListener('click', () => { window.clicked = performance.now(); }, true)")
        link.click()
        page.wait_for_function("window.painted")
        by_link.append(page.evaluate("window.painted - window.clicked"))
        context.close()
    yield "the map's 10,000 points painted, after a click on the Draw page", spread(by_link)
    yield "the same, its address opened with an empty cache", spread(opened)
    kinds = {"atlas": "/atlas/", "the models": "/models/", "the page's own modules": "/modules/"}
    parts = {
        kind: sum(size for key, size in sizes.items() if part in addresses.get(key, "")) for kind, part in kinds.items()
    }
    parts["Streamlit"] = sum(sizes.values()) + sum(frames) - sum(parts.values())
    listed = ", ".join(f"{kind} {size / 1e3:,.0f} kB" for kind, size in parts.items())
    yield "bytes over the wire then", f"{sum(parts.values()) / 1e6:.2f} MB: {listed}"


def record(page: Page) -> tuple[dict[str, int], dict[str, str], list[int]]:
    """Record traffic from now on: bytes and address of each answer, bytes of each WebSocket frame."""
    sizes: dict[str, int] = {}
    addresses: dict[str, str] = {}
    frames: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on(
        "Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]})
    )
    network.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    network.on("Network.webSocketFrameReceived", lambda event: frames.append(len(event["response"]["payloadData"])))
    return sizes, addresses, frames


def native_slider(browser: Browser) -> list[float]:
    """Drag st.slider, which decodes in Python; returns milliseconds from release to another picture."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "app.py").write_text(NATIVE.format(root=str(ROOT)))
        with serving(Path(folder)) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(server.address)
            page.wait_for_selector("img")
            page.wait_for_timeout(1000)
            page.evaluate("""() => {
                window.latencies = [];
                let released = null;
                document.addEventListener('pointerup', (event) => { released = event.timeStamp; }, true);
                new MutationObserver(() => {
                    if (released === null) return;
                    window.latencies.push(performance.now() - released);
                    released = null;
                }).observe(document.body, {
                    subtree: true, childList: true, attributes: true, attributeFilter: ['src'],
                });
            }""")
            track = page.get_by_test_id("stSlider").first.bounding_box()
            assert track is not None
            y = page.get_by_role("slider").first.bounding_box()["y"] + 8  # type: ignore[index]
            ends = [track["x"] + share * track["width"] for share in (0.3, 0.7)]
            for step in range(20):
                start, end = ends if step % 2 else ends[::-1]
                page.mouse.move(start, y)
                page.mouse.down()
                page.mouse.move(end, y, steps=5)
                page.mouse.up()
                page.wait_for_timeout(700)
            noted = latencies(page)
            page.close()
            return noted


if __name__ == "__main__":
    main()
