"""Real browsers during a load test: `python -m tests.load.browsers ADDRESS N` uses the app in N of them until input.

Prints one line of JSON: the number of script runs, the seconds of each rerun, and the errors.
"""

from __future__ import annotations

import json
import select
import sys
import time

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.chromium import launch, new_visitor
from tests.browser.conftest import READY, latents, pixels

_PATIENCE = 180_000  # milliseconds; with 100 visitors on one processor a page takes long
_PAUSE = 5.0  # seconds between two rounds
_RUNS = 4  # of the script, in a round


def visit(browser: Browser, address: str, complaints: list[str]) -> Page:
    """Open the first page, and note what it complains about."""
    page = new_visitor(browser).new_page()
    page.set_default_timeout(_PATIENCE)
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on("console", lambda said: complaints.extend([said.text] if said.type == "error" else []))
    page.goto(address)
    page.wait_for_selector(READY)
    return page


def round_(page: Page) -> float:
    """Choose a digit, move a slider, open the map and return; returns the seconds until a commit reached Python."""
    digit = "7" if "digit=7" not in page.url else "8"  # another one, so that the address shows when it has arrived
    page.get_by_role("button", name=digit, exact=True).click()
    page.wait_for_function("digit => location.search.includes(`digit=${digit}`)", arg=digit)
    assert max(pixels(page, "decoded")) > 128, "no digit is painted"
    before, link = latents(page), page.url
    start = time.perf_counter()
    page.locator("input[aria-label^='latent ']").first.press("ArrowRight")
    page.wait_for_function("before => location.href !== before", arg=link)
    took = time.perf_counter() - start
    assert latents(page) != before, "the slider did not move"
    for name in ("Map", "Draw"):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_selector(f"{'.map' if name == 'Map' else '.deck'}[data-ready=true]")
    assert latents(page) != before, "the slider is back where it was"
    return took


def is_over() -> bool:
    """Pause, and return whether the parent process has asked to stop."""
    return bool(select.select([sys.stdin], [], [], _PAUSE)[0])


def main(address: str, count: int) -> None:
    """Use the app until the input ends."""
    seconds: list[float] = []
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            pages = [visit(browser, address, complaints) for _ in range(count)]
            while not seconds or not is_over():
                seconds += map(round_, pages)
        except (AssertionError, Error) as error:
            complaints.append(str(error))
        browser.close()
    print(json.dumps({"seconds": seconds, "runs": count + _RUNS * len(seconds), "errors": complaints}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
