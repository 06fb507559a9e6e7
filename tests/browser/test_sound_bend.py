"""The Sound page's spoken digits: sixteen sliders, the walk, random digits, the map; and that playing has no gap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from aecore.core import pretrained
from tests.browser.chromium import new_visitor
from tests.browser.conftest import canvas
from tests.browser.engine_page import call, numbers
from tests.browser.rest import painted, settle
from tests.browser.test_sound import press
from tests.browser.test_sound_engine import SOUND

Open = Callable[..., Page]
needs_voice = pytest.mark.skipif("voice" not in pretrained.available("voice"), reason="needs the model of voices")


def slider(page: Page, i: int) -> Locator:
    return page.get_by_label(f"voice {i}", exact=True)


def come_near(page: Page) -> None:
    """Scroll to the spoken digit, and wait until its model is here and the page at rest."""
    page.locator(".bend").scroll_into_view_if_needed()
    expect(page.locator(".bending:not([inert])")).to_be_visible()
    settle(page)


@needs_voice
def test_a_spoken_digit_is_bent_walked_and_heard(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    come_near(page)
    three = canvas(page, "bent")
    assert three.shape == (128, 65, 3)
    assert three.max() > 200
    words = "spectrogram of the spoken digit: three, said by George."
    expect(page.get_by_test_id("bent")).to_have_attribute("aria-label", words)
    slider(page, 1).fill("3")
    painted(page)
    bent = canvas(page, "bent")
    assert np.abs(bent - three).mean() > 1
    press(page, "Undo")
    assert (canvas(page, "bent") == three).all()
    page.get_by_label("place on the walk").fill("1")
    painted(page)
    eight = canvas(page, "bent")
    assert np.abs(eight - three).mean() > 1
    page.get_by_label("speaker to").select_option("Theo")
    settle(page)
    assert np.abs(canvas(page, "bent") - eight).mean() > 1
    page.get_by_role("button", name="Hear it", exact=True).click()
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    expect(stop).to_be_hidden()  # a second later
    press(page, "Random digit")
    page.wait_for_url("**bent=*")
    settle(page)
    random = canvas(page, "bent")
    again = open_page(page.url)
    come_near(again)
    assert (canvas(again, "bent") == random).all()


@needs_voice
def test_a_point_of_the_map_is_taken_by_pointer_and_keys(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    come_near(page)
    points, which = page.get_by_test_id("voices"), page.locator(".which")
    before = canvas(page, "bent")
    box = points.bounding_box()
    assert box is not None
    for step in range(1, 20):  # somewhere on the way there is a point
        page.mouse.move(box["x"] + box["width"] * step / 20, box["y"] + box["height"] / 2)
        painted(page)
        if "said by" in which.inner_text():
            break
    said = which.inner_text()
    page.mouse.down()
    page.mouse.up()
    settle(page)
    expect(page.get_by_test_id("bent")).to_have_attribute("aria-label", f"spectrogram of the spoken digit: {said}.")
    assert (canvas(page, "bent") != before).any()
    points.focus()
    page.keyboard.press("ArrowLeft")
    words = points.get_attribute("aria-valuetext")
    assert words
    assert "said by" in words
    page.keyboard.press("Enter")
    settle(page)
    expect(page.get_by_test_id("bent")).to_have_attribute("aria-label", f"spectrogram of the spoken digit: {words}.")


def test_switching_and_other_sounds_leave_no_gap_and_are_equally_loud(modules: Page) -> None:
    body = (
        SOUND
        + """
        const { Player } = await at('player');
        class Rendered extends OfflineAudioContext {
            get state() { return 'running'; }
        }
        const context = new Rendered(1, 16000, 8000), player = new Player({ open: () => context });
        const tone = (loud) => Float32Array.from({ length: 16000 }, (_, i) => loud * Math.sin(i / 3));
        const then = (seconds, act) => context.suspend(seconds).then(() => (act(), context.resume()));
        player.chosen = 'noisy';
        player.load({ noisy: tone(0.9), cleaned: tone(0.05), away: tone(0) });
        await player.play();
        then(0.5, () => player.choose('cleaned'));
        then(1, () => player.load({ noisy: tone(0.2), cleaned: tone(0.3), away: tone(0) }));
        then(1.5, () => player.choose('away'));
        return text((await context.startRendering()).getChannelData(0));
    """
    )
    played = numbers(call(modules, body))
    levels = np.sqrt(np.square(played.reshape(-1, 80)).mean(axis=1))  # every 10 ms
    heard, silent = levels[5:149], levels[160:]
    assert heard.min() > 0.9 * heard.max()
    assert heard.max() == pytest.approx(0.1, rel=0.1)  # the usual loudness
    assert silent.max() < 1e-3


@needs_voice
def test_where_the_voice_cannot_be_loaded_a_sentence_stays(app: str, chromium: Browser) -> None:
    context = new_visitor(chromium)
    page = context.new_page()
    page.route("**/voice.*safetensors*", lambda route: route.fulfill(status=503))
    page.goto(f"{app}/sound")
    page.wait_for_selector(".sound[data-ready=true]")
    page.locator(".bend").scroll_into_view_if_needed()
    missing = page.get_by_text("The model that bends voices is not here")
    expect(missing).to_be_visible()
    press(page, "Pink")  # the page runs again
    page.wait_for_url("**noise=pink*")
    settle(page)
    expect(missing).to_be_visible()
    expect(page.locator(".bending")).to_be_hidden()
    context.close()


@needs_voice
def test_whoever_jumps_down_the_page_finds_the_voice(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound", width=390, height=664)
    expect(page.locator(".bending[inert]")).to_be_attached()
    slider(page, 16).evaluate("(slider) => slider.scrollIntoView({ block: 'end' })")
    expect(page.locator(".bending:not([inert])")).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("bent")).to_have_attribute(
        "aria-label", "spectrogram of the spoken digit: three, said by George."
    )
