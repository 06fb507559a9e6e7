"""What leaves the Draw page and comes back to it, in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import latents, pixels
from tests.browser.rest import settle

Open = Callable[..., Page]
SLOW = 60_000  # milliseconds, on a busy machine: Streamlit shows code with 1.5 MB of JavaScript


def open_popover(page: Page) -> None:
    page.get_by_role("button", name="Save and load").click()
    expect(page.get_by_role("dialog", name="Save and load")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stCode")).to_have_count(2, timeout=SLOW)


def download(page: Page, label: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name=label, exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def bring(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/json", "buffer": data})
    settle(page)


def test_a_copied_link_shows_the_same_pixels_to_somebody_else(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?model=mlp", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("latent 1", exact=True).fill("1.5")
    page.get_by_label("latent 2", exact=True).fill("-0.75")
    settle(page)
    picture, values = pixels(page, "decoded"), latents(page)
    open_popover(page)
    expect(page.get_by_test_id("stCode").first).to_have_text(page.url, timeout=SLOW)
    page.get_by_role("button", name="Copy to clipboard").first.click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = open_page(link)
    assert latents(other) == values
    assert pixels(other, "decoded") == picture
    assert other.url == link
    page.get_by_label("latent 2", exact=True).fill("0.25")  # while the link is in sight
    settle(page)
    assert page.url != link
    expect(page.get_by_test_id("stCode").first).to_have_text(page.url, timeout=SLOW)


def test_files_hold_what_is_shown_and_bring_it_back(app: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"{app}/?model=mlp")
    page.get_by_label("latent 3", exact=True).fill("-1.25")
    settle(page)
    picture, values = pixels(page, "decoded"), latents(page)
    open_popover(page)
    grey = np.asarray(Image.open(download(page, "PNG 28 × 28", tmp_path)), int)
    # NumPy and JavaScript agree within 1e-5: a grey on the edge may fall to the other side.
    assert np.abs(grey - np.reshape(picture, (28, 28))).max() <= 1
    data = download(page, "JSON", tmp_path).read_bytes()
    assert json.loads(data)["latent"] == pytest.approx(values, abs=1e-6)

    other = open_page(app)
    open_popover(other)
    bring(other, "latent.json", b"{}")
    expect(other.get_by_text("This is not a saved digit")).to_be_visible(timeout=SLOW)
    bring(other, "latent.json", data)
    expect(other.get_by_text("Loaded: the sliders show the saved digit.")).to_be_visible(timeout=SLOW)
    expect(other.get_by_test_id("stFileUploaderFile")).to_have_count(0)
    assert latents(other) == values
    assert pixels(other, "decoded") == picture
    assert "model=mlp" in other.url
    far = json.dumps(json.loads(data) | {"latent": [99, -99, 99, *values[3:]]}).encode()
    bring(other, "latent.json", far)
    expect(other.get_by_text("3 values were out of range")).to_be_visible(timeout=SLOW)
    thumb = other.get_by_label("latent 1", exact=True)
    assert latents(other)[0] == float(str(thumb.get_attribute("max")))
