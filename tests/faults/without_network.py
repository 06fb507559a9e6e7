"""Visits every page in a network namespace that has only the loopback interface; started by test_no_network."""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
import sys
import tempfile

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import launch, new_visitor
from tests.browser.conftest import ONE, READY, difference, draw, pixels
from tests.browser.rest import settle
from tests.server import serving

PAGES = ("", "map", "traversals", "morph", "arithmetic", "colorize", "scenes", "denoise", "learn", "train", "talk")
_SET_FLAGS, _UP = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP and IFF_RUNNING


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        fcntl.ioctl(any_, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))


def is_cut_off() -> bool:
    with socket.socket() as outside:
        outside.settimeout(5)
        try:
            outside.connect(("192.0.2.1", 80))  # from the block reserved for documentation
        except OSError as error:
            return error.errno == errno.ENETUNREACH  # no route; a timeout would be another error
    return False


def visit_every_page(page: Page, address: str) -> None:
    for name in PAGES:
        page.goto(f"{address}/{name}")
        page.wait_for_selector(READY)
        settle(page)
    page.get_by_role("link", name="Draw").first.click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    before = pixels(page, "decoded")
    page.get_by_role("button", name="Clear").click()
    settle(page)
    draw(page, ONE)
    settle(page)
    assert difference(pixels(page, "decoded"), before) > 5

    page.goto(f"{address}/train")
    page.get_by_role("button", name="Download it").click()
    expect(page.get_by_text("MNIST could not be downloaded (")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("train on synthetic digits")).to_be_visible()


def main() -> int:
    bring_up_loopback()
    assert is_cut_off(), "this namespace has a way out"
    wanted: list[str] = []
    with (
        tempfile.TemporaryDirectory() as home,
        serving(environment={"AECORE_MNIST": "", "KERAS_HOME": home}) as server,
    ):
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = new_visitor(browser, viewport={"width": 1280, "height": 900}).new_page()
            page.on("request", lambda request: wanted.append(request.url))
            page.on("pageerror", lambda error: wanted.append(f"exception: {error}"))
            visit_every_page(page, server.address)
            browser.close()
        strangers = [url for url in wanted if not url.startswith((server.address, "data:", "blob:"))]
        assert strangers == []
    return 0


if __name__ == "__main__":
    sys.exit(main())
