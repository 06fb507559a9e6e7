"""The Sound page in a real Chromium: recordings, noise, both spectrograms, playing, painting."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.conftest import canvas
from tests.browser.rest import painted, settle

Open = Callable[..., Page]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def decibels(page: Page) -> list[float]:
    """Return the SI-SDR of the noisy sound and of the cleaned one, as the page shows them."""
    text = page.get_by_test_id("figures").inner_text().replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d+\.\d", text)]


def test_it_cleans_a_voice_and_follows_the_slider(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    noisy, cleaned = canvas(page, "noisy"), canvas(page, "cleaned")
    assert noisy.shape == cleaned.shape
    assert noisy.shape[0] == 128
    assert cleaned.mean() < 0.5 * noisy.mean()  # what is dark is silent
    before, after = decibels(page)
    assert abs(before) < 0.1
    assert after > 6
    slider = page.locator("input[aria-label=noise]")
    slider.focus()
    page.keyboard.press("Home")
    painted(page)
    assert canvas(page, "noisy").mean() < 0.7 * noisy.mean()
    settle(page)
    assert decibels(page)[0] > 19.9
    expect(slider).to_have_attribute("aria-valuetext", "the voice 20 decibels louder than the noise")
    page.wait_for_url("**ratio=20.00*")
    press(page, "Rain")
    press(page, "Theo: 7 4 9 5 1")
    for _ in range(3):
        press(page, "Undo")
    np.testing.assert_array_equal(canvas(page, "noisy"), noisy)
    press(page, "Engine")
    page.wait_for_url("**noise=engine*")
    shown = canvas(page, "cleaned")
    page.reload()
    page.wait_for_selector(".sound[data-ready=true]")
    settle(page)
    assert (canvas(page, "cleaned") == shown).all()
    words = re.compile(r"cleaned sound: \d\.\d seconds; .*loud from 0\.1")
    expect(page.get_by_test_id("cleaned")).to_have_attribute("aria-label", words)


def test_what_is_painted_is_silent_or_kept_and_comes_back_by_undo(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound?recording=george-1&noise=white&ratio=0")
    first = canvas(page, "cleaned")
    box = page.get_by_test_id("cleaned").bounding_box()
    assert box is not None

    def drag(tool: str, height: float) -> None:
        press(page, tool)
        y = box["y"] + (1 - height) * box["height"]
        page.mouse.move(box["x"] + 4, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 4, y, steps=6)
        page.mouse.up()
        settle(page)

    drag("Erase", 0.1)
    row = 127 - round(0.1 * 128)
    erased = canvas(page, "cleaned")
    assert erased[row].mean() < 8 < first[row].mean()
    drag("Keep", 0.6)
    row = 127 - round(0.6 * 128)
    kept = canvas(page, "cleaned")
    noisy = canvas(page, "noisy")
    inside = slice(2, -2)
    np.testing.assert_allclose(kept[row, inside], noisy[row, inside], atol=2)
    press(page, "Undo")
    assert (canvas(page, "cleaned") == erased).all()
    press(page, "Undo")
    assert (canvas(page, "cleaned") == first).all()
    # The same by keys.
    pane = page.get_by_role("slider", name="place on the spectrogram").nth(1)
    press(page, "Erase")
    pane.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    settle(page)
    expect(pane).to_have_attribute("aria-valuetext", re.compile(r"0\.\d\d seconds, 1125 hertz; Enter paints"))
    assert (canvas(page, "cleaned") != first).any()
    press(page, "Clear the painting")
    assert (canvas(page, "cleaned") == first).all()


def test_it_plays_switches_and_saves(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    head = page.locator(".head").first
    expect(head).to_be_hidden()
    page.get_by_role("button", name="Play", exact=True).click()
    expect(head).to_be_visible()
    places = []
    for name in ("Noisy", "Taken away", "Cleaned"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_timeout(120)  # the sound plays on
        places.append(float(head.evaluate("e => parseFloat(e.style.left)")))
    assert len(set(places)) == 3
    page.get_by_role("button", name="Pause", exact=True).click()
    settle(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as WAV", exact=True).click()
    assert saved.value.suggested_filename == "george-1-cleaned.wav"
    pane = page.get_by_role("slider", name="place on the spectrogram").first
    pane.focus()
    page.keyboard.press("Home")
    expect(head).to_be_hidden()
    page.keyboard.press("End")
    assert float(head.evaluate("e => parseFloat(e.style.left)")) > 98
