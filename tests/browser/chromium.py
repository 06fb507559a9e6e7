"""The Chromium that tests and measurements drive; nothing is imported for it before it is started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

OPTIONS = ("--no-sandbox", "--disable-gpu")
AT_REST = Path(__file__).with_name("at_rest.js")  # counts a page's pending work


def browser_path(whole: bool = False) -> str | None:
    """Return the path of the machine's Chromium, None for Playwright's own.

    Tests take the one without windows of its own where there is one, for a page costs it a third less; measurements
    take the `whole` browser that people have.
    """
    names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
    if whole:
        names = [*names[1:], names[0]]
    return os.environ.get("AECORE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright, whole: bool = False) -> Browser:
    """Start a Chromium, `whole` as in `browser_path`."""
    return playwright.chromium.launch(executable_path=browser_path(whole), args=list(OPTIONS))


def new_visitor(browser: Browser, **options: Any) -> BrowserContext:
    """Make room for the pages of a visitor, each of which `settle` and `painted` can wait for."""
    context = browser.new_context(**options)
    context.set_default_timeout(60_000)  # a busy machine is not a failure
    context.add_init_script(path=AT_REST)
    return context
