"""Makes the pictures that others see with a link to a page, of the running app: `python -m tests.previews`."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from PIL import Image

from tests.browser.chromium import launch, new_visitor
from tests.browser.rest import settle
from tests.server import serving
from ui.features import FEATURES
from ui.services.previews import PREVIEWS, SIZE

if TYPE_CHECKING:
    from playwright.sync_api import Page

LARGEST = 200_000  # bytes; some sites show no picture of 300 kB
# The heading, larger, and the page below it; without what leads elsewhere.
STYLE = """
    #root .st-key-header > :not(:has(.heading)), .offers { display: none; }
    .st-key-next, #root .st-key-side, #root .st-key-share { display: none; }
    #root .st-key-header { display: block; }
    #root .stMainBlockContainer { padding: 22px 40px 0; }
    #root .stMain { overflow: hidden; }
    .heading h1 { font-size: 38px; line-height: 46px; }
    .heading { display: block; }
"""


def small_png(png: bytes) -> bytes:
    """Return a PNG with as many colours as `LARGEST` permits."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32, 16, 8):
        buffer = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= LARGEST:
            break
    return buffer.getvalue()


def take(page: Page, address: str) -> bytes:
    """Return a picture of a page."""
    page.goto(address)
    page.wait_for_selector(".part[data-ready=true]")
    settle(page)
    page.add_style_tag(content=STYLE)
    settle(page)
    return page.screenshot()


def main() -> int:
    """Write the pictures of all pages, or of those that are named, and return the exit status."""
    PREVIEWS.mkdir(exist_ok=True)
    from playwright.sync_api import sync_playwright  # here: tests of the sizes need no browser

    with serving() as server, sync_playwright() as playwright:
        browser = launch(playwright)
        for feature in FEATURES:
            if not feature.page or (sys.argv[1:] and feature.name not in sys.argv[1:]):
                continue
            visitor = new_visitor(browser, viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
            png = small_png(take(visitor.new_page(), f"{server.address}/{feature.page.address}"))
            visitor.close()
            path = PREVIEWS / f"{feature.name}.png"
            path.write_bytes(png)
            print(f"{path}: {len(png) / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
