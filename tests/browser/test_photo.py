"""Pictures brought to the Denoise page in a real Chromium: uploaded, pasted, and what becomes of them elsewhere."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import photos
from tests.browser.conftest import SEVEN, difference, draw, pixels
from tests.browser.rest import settle
from tests.server import Server

Open = Callable[..., Page]
GOOD = [
    "phone.jpg",
    "dim.jpg",
    "squared.jpg",
    "pencil.jpg",
    "blue-ink.jpg",
    "cmyk.jpg",
    "turned-6.jpg",
    "turned-3.jpg",
    "mnist.png",
    "1-bit.png",
    "16-bit.png",
    "palette.png",
    "transparent.png",
    "transparent-palette.png",
    "animated.png",
    "progressive.jpg",
]
BAD = [
    "empty.png",
    "notes.png",
    "gif.png",
    "truncated.png",
    "truncated.jpg",
    "half.jpg",
    "wrong-checksum-of-header.png",
    "endless-rows.png",
    "five-megapixels.png",
    "huge.jpg",
    "huge.png",
    "many-scans.jpg",
    "white.png",
    "one-pixel.png",
    "two-digits.jpg",
    "noise.png",
]


def upload(page: Page, name: str, data: bytes) -> None:
    """Hand a file to the uploader and wait until the page shows its digit, or says what is wrong."""
    before = pixels(page, "clean")
    kind = "image/png" if name.endswith("png") else "image/jpeg"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    end = time.monotonic() + 30
    while not page.get_by_test_id("stAlert").count() and pixels(page, "clean") == before:
        assert time.monotonic() < end, f"nothing came of {name}"
    settle(page)


@pytest.mark.timeout(900)  # thirty-two files
def test_good_and_bad_files_give_a_picture_or_a_sentence(app_server: Server, open_page: Open) -> None:
    page = open_page(f"{app_server.address}/denoise")
    problem = page.get_by_test_id("stAlert")
    wanted = (photos.normalised() * 255).ravel().tolist()
    used = 0.0
    for place, name in enumerate(name for pair in zip(GOOD, BAD, strict=True) for name in pair):
        if name in GOOD:
            page.get_by_role("button", name="0", exact=True).click()  # another digit, and no complaint
            settle(page)
        before = pixels(page, "clean")
        upload(page, name, (photos.GOOD | photos.BAD)[name]())
        if name in GOOD:
            expect(problem).to_have_count(0)
            assert difference(pixels(page, "clean"), wanted) < 25 < difference(before, wanted), name
        else:
            expect(problem).to_contain_text(": ")  # what is wrong, and what to do
            assert pixels(page, "clean") == before, name
        assert page.get_by_text("Traceback").count() == 0, name
        if place == 7:  # what reads pictures has been imported by now
            used = app_server.memory
    assert app_server.memory < used + 30  # megabytes


def test_a_pasted_picture_is_read_too(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    paste = """([kind, text]) => {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const clipboard = new DataTransfer();
        clipboard.items.add(new File([bytes], "pasted", { type: kind }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true }));
    }"""
    before = pixels(page, "clean")
    page.evaluate(paste, ["image/png", base64.b64encode(photos.GOOD["screenshot.png"]()).decode()])
    settle(page)
    assert difference(before, pixels(page, "clean")) > 5
    page.evaluate(paste, ["text/plain", base64.b64encode(b"not a picture").decode()])
    expect(page.get_by_test_id("stAlert")).to_contain_text("Only PNG and JPEG")


def test_a_photo_lies_on_the_canvas_and_can_be_drawn_on(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    upload(page, "screenshot.png", photos.GOOD["screenshot.png"]())
    photo = pixels(page, "clean")
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert difference(pixels(page, "model-input"), photo) < 6
    draw(page, SEVEN)
    settle(page)
    both = pixels(page, "model-input")
    assert difference(both, photo) > 10
    page.get_by_role("button", name="Undo", exact=True).first.click()
    settle(page)
    assert difference(pixels(page, "model-input"), photo) < 6
