"""Waits until a page has no pending work, and no longer; at_rest.js counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def painted(page: Page) -> None:
    """Wait until the page has painted: no frame is pending, and no timer of a few frames."""
    _wait(page, "painted")


def settle(page: Page) -> None:
    """Wait until nothing is pending: no frame, no short timer, no script run, no file that is loading."""
    _wait(page, "settled")


def _wait(page: Page, state: str) -> None:
    from playwright.sync_api import TimeoutError as TooLong

    page.evaluate("window.atRest.look()")
    try:
        page.wait_for_function("state => window.atRest[state]()", arg=state)  # asks once per frame
    except TooLong as error:
        raise AssertionError(f"the page is not {state}: {page.evaluate('window.atRest.due()')}") from error
