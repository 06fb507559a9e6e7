"""A server that can be killed and restarted on its port, and visitors of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from aecore.data.strokes import sample_image
from tests.benchmarks import write_section
from tests.browser.chromium import new_visitor
from tests.browser.conftest import READY, difference, open_page, pixels
from tests.browser.rest import settle
from tests.server import Server, serving

__all__ = ["open_page"]  # a fixture of the browser tests that these use as well


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


class Report:
    """The results for BENCHMARKS.md, which only `make faults` writes."""

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


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page for a visitor of their own; no page may have seen an exception."""
    contexts: list[BrowserContext] = []
    exceptions: list[str] = []

    def visit_(address: str, **options: object) -> Page:
        context = new_visitor(chromium, **options)
        contexts.append(context)
        page = context.new_page()
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
    """Press a sample digit's button once, and check that the page shows that digit."""
    page.get_by_role("button", name=str(digit), exact=True).click()
    settle(page)
    wanted: list[int] = (sample_image(digit) * 255).ravel().tolist()
    assert difference(pixels(page, test_id), wanted) < 1


def wait_until_back(page: Page, since: int = 1) -> float:
    """Wait until the page is connected again and Python has run it; returns the seconds without a connection."""
    page.wait_for_function(
        "since => atRest.connection.length > since && atRest.connection.at(-1)[0] === 'open'", arg=since
    )
    (_, lost), *_, (_, found) = page.evaluate("since => atRest.connection.slice(since)", since)
    settle(page)
    return (found - lost) / 1000
