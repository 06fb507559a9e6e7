"""A freshly started server and a real Chromium that notes every error and every request that leaves this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ui.features import FEATURES
from ui.server.routes import module_url
from ui.services import training_queue
from ui.state.declaration import install

install(FEATURES)

ROOT = Path(__file__).parents[2]
READY = ".part[data-ready=true]"
# Opened at a page like /denoise, Streamlit's own front end first asks whether the app lives there: no error of ours.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@contextmanager
def ending_trainings(runs: Path) -> Iterator[None]:
    """Leave no training in this folder running: a server's end does not end it."""
    try:
        yield
    finally:
        for pid in runs.glob("*/pid"):
            if training_queue._is_live(pid.parent):
                os.kill(int(pid.read_text()), signal.SIGKILL)
        while any(training_queue._is_live(pid.parent) for pid in runs.glob("*/pid")):
            time.sleep(0.05)


@contextmanager
def serve(root: Path = ROOT, runs: Path | None = None, base_path: str = "") -> Iterator[str]:
    """Start the app from `root` on a free port; yields its address and ends it, and what it trains, afterwards.

    `base_path`, such as "/demo", is what the app is served under.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with tempfile.TemporaryDirectory() as folder, ending_trainings(runs or Path(folder)):
        environment = {**os.environ, "AECORE_RUNS": str(runs or folder), "STREAMLIT_SERVER_BASE_URL_PATH": base_path}
        with subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                _wait(f"http://localhost:{port}{base_path}/_stcore/health", server)
                yield f"http://localhost:{port}{base_path}"
            finally:
                server.terminate()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended by itself"
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail("the server did not start within 30 seconds")


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    with serve() as address:
        yield address


def browser_path() -> str | None:
    """Find the machine's Chromium; None means Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("AECORE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def modules(app: str, chromium: Browser) -> Iterator[Page]:
    """A page from which our modules can be imported by name."""
    page = chromium.new_page()
    page.goto(f"{app}/{module_url('frontend/engine/engine.js')}")
    yield page
    page.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page and waits until it is live; at the end no page may have seen an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        address: str, width: int = 1280, height: int = 900, ready: bool = True, script: str = "", **options: object
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # a busy machine is not a failure
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        page.on("console", lambda m: m.type == "error" and "404" not in m.text and complaints.append(m.text))
        page.on("response", lambda r: r.status >= 400 and not r.url.endswith(PROBES) and complaints.append(r.url))
        page.on("request", lambda r: _leaves(r.url) and complaints.append(f"leaves this machine: {r.url}"))
        page.goto(address)
        if ready:
            page.wait_for_selector(READY)
            page.wait_for_timeout(300)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _leaves(url: str) -> bool:
    return not url.startswith(("http://localhost:", "data:", "blob:"))


def pixels(page: Page, test_id: str) -> list[int]:
    """Return the grey values of a 28 x 28 canvas, row by row."""
    values: list[int] = page.get_by_test_id(test_id).evaluate(
        "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0))"
    )
    return values


def latents(page: Page) -> list[float]:
    """Return where the sliders stand."""
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


ONE = [(0.55, 0.15), (0.53, 0.3), (0.5, 0.5), (0.47, 0.7), (0.45, 0.85)]
SEVEN = [(0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.65, 0.4), (0.55, 0.6), (0.45, 0.85)]


def draw(page: Page, points: list[tuple[float, float]], lift: bool = True) -> None:
    """Draw a stroke with the mouse through points in shares of the canvas; leave the pen down unless `lift`."""
    x, y = canvas_box(page)
    path = [(x + 280 * px, y + 280 * py) for px, py in points]
    page.mouse.move(*path[0])
    page.mouse.down()
    for point in path[1:]:
        page.mouse.move(*point, steps=8)
    if lift:
        page.mouse.up()


def settle(page: Page) -> None:
    """Wait until the browser and Python have nothing more to say to each other."""
    page.wait_for_timeout(700)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)
