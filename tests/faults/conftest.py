"""Servers that can be killed and started again on the same port, and visitors who see it happen."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from aecore.data.strokes import sample_image
from deploy.measure import megabytes
from tests.benchmarks import write_section
from tests.browser.conftest import READY, ROOT, difference, ending_trainings, open_page, pixels, settle

__all__ = ["open_page"]  # a fixture of the browser tests that these use as well


class Server:
    """The app on a port of its own; `kill` ends it as a power cut would, `start` starts it again there."""

    def __init__(self, folder: Path, root: Path = ROOT, **environment: str) -> None:
        self.root = root
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {**os.environ, "AECORE_RUNS": str(folder / "runs"), **environment}
        self.runs = Path(self.environment["AECORE_RUNS"])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, *options: str) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), *options]
        self.process = subprocess.Popen(
            command, cwd=self.root, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self) -> None:
        assert self.process is not None
        for _ in range(600):
            assert self.process.poll() is None, "the server ended by itself"
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2).close()
                return
            time.sleep(0.1)
        pytest.fail("the server did not start within 60 seconds")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def memory(self) -> float:
        """Return what the process holds in memory, in megabytes."""
        assert self.process is not None
        return megabytes(self.process.pid)


@contextlib.contextmanager
def serving(root: Path = ROOT, **environment: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), root, **environment)
        with ending_trainings(server.runs):
            server.start()
            try:
                server.wait()
                yield server
            finally:
                server.kill()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


class Report:
    """What was seen, for BENCHMARKS.md; written by `make faults` only."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def row(self, fault: str, seen: str, seconds: float | None = None) -> None:
        self.rows.append((fault, seen, "" if seconds is None else f"{seconds:.1f}"))


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    made = Report()
    yield made
    if os.environ.get("AECORE_REPORT") and made.rows:
        write_section("Faults", "make faults", made.rows, header=("fault", "what was seen", "seconds until back"))


# Notes when the session's connection opens and closes, in milliseconds.
WATCH = """
window.connection = [];
window.sockets = [];
window.WebSocket = class extends WebSocket {
    constructor(...given) {
        super(...given);
        window.sockets.push(this);
        this.addEventListener("open", () => window.connection.push(["open", Date.now()]));
        this.addEventListener("close", () => window.connection.push(["close", Date.now()]));
    }
};
"""


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page for a visitor of their own; no page may have seen an exception."""
    contexts: list[BrowserContext] = []
    exceptions: list[str] = []

    def visit_(address: str, **options: object) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: exceptions.append(str(error)))
        page.goto(address)
        page.wait_for_selector(READY)
        settle(page)
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert exceptions == []


def choose_sample(page: Page, digit: int, test_id: str) -> None:
    """Press a sample digit's button once, and see that very digit."""
    page.get_by_role("button", name=str(digit), exact=True).click()
    settle(page)
    wanted: list[int] = (sample_image(digit) * 255).ravel().tolist()
    assert difference(pixels(page, test_id), wanted) < 1


def wait_until_back(page: Page, since: int = 1) -> float:
    """Wait until the connection is there again and Python has run the page; returns the seconds it was gone."""
    page.wait_for_function("since => connection.length > since && connection.at(-1)[0] === 'open'", arg=since)
    (_, lost), *_, (_, back) = page.evaluate("since => connection.slice(since)", since)
    settle(page)
    return (back - lost) / 1000
