"""The Sound page in rooms, in the shipped talk, and as one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import canvas
from tests.browser.rest import settle
from tests.browser.test_export_html import opened
from tests.browser.test_rooms import FOLLOWING, SLIDER_IS, SLOW, present, wait_for
from tests.browser.test_sound import decibels, press
from tests.browser.test_sound_own import bring, tone, wav
from tests.browser.test_talk_scenes import TALK, moved_to
from ui import export_html

Open = Callable[..., Page]


def test_a_room_hears_the_presenters_recording_but_no_own_one(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/sound")
    follower = open_page(present(presenter))
    follower.wait_for_selector(".sound[data-ready=true]", timeout=SLOW)
    press(presenter, "Lucas: 0 8 9 2 3")
    presenter.locator("input[aria-label=noise]").fill("-5")
    wait_for(follower, SLIDER_IS, ["input[aria-label=noise]", -5])
    settle(follower)
    assert (canvas(follower, "cleaned") == canvas(presenter, "cleaned")).all()
    shown = canvas(follower, "noisy")
    bring(presenter, wav(tone(1)))
    settle(follower)
    assert (canvas(follower, "noisy") == shown).all()
    press(follower, "Rain")  # takes over
    expect(follower.get_by_text(FOLLOWING)).to_be_hidden()
    assert (canvas(follower, "noisy") != shown).any()


def test_the_shipped_talk_cleans_a_voice(app: str, open_page: Open) -> None:
    index = [scene["page"] for scene in TALK.scenes].index("sound")
    page = open_page(f"{app}/talk?talk=1&scene={index + 1}", 1024, 768, ready=False)
    expect(page.get_by_test_id("stage-line")).to_contain_text("A spectrogram is a picture", timeout=SLOW)
    levels = {}
    for level in (0.1, 0.8):
        moved_to(page, index, {"level": level})
        settle(page)
        levels[level] = [canvas(page, f"stage-{part}") for part in ("noisy", "cleaned")]
    (little, clean), (much, cleaned) = levels[0.1], levels[0.8]
    assert little.mean() < 0.8 * much.mean()
    assert cleaned.mean() < 0.5 * much.mean()
    assert np.abs(clean - cleaned).mean() < np.abs(little - much).mean()


def test_it_is_one_file_that_needs_no_network(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "sound.html"
    path.write_bytes(export_html.sound_page())
    with opened(chromium, path) as page:
        page.wait_for_selector(".sound[data-ready=true]")
        settle(page)
        assert decibels(page)[1] > 6
        press(page, "Theo: 7 4 9 5 1")
        press(page, "Rain")
        bring(page, wav(tone(1)))
        assert canvas(page, "noisy").shape[1] == 64
        page.get_by_role("button", name="Play", exact=True).click()
        expect(page.locator(".head").first).to_be_visible()
