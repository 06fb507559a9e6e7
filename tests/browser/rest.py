"""Waits until a page is done with what it was asked for, and no longer; at_rest.js keeps account of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def painted(page: Page) -> None:
    """Wait until the page shows what it was asked for: no frame is due, nor a timer of some frames."""
    _wait(page, "painted")


def settle(page: Page) -> None:
    """Wait until nothing is due any more: no frame, no short timer, no answer of Python, nothing that loads."""
    _wait(page, "settled")


def _wait(page: Page, state: str) -> None:
    from playwright.sync_api import TimeoutError as TooLong

    page.evaluate("window.atRest.look()")
    try:
        page.wait_for_function("state => window.atRest[state]()", arg=state)  # asks once per frame
    except TooLong as error:
        raise AssertionError(f"the page is not {state}: {page.evaluate('window.atRest.due()')}") from error
