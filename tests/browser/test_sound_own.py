"""A visitor's own sounds on the Sound page: recorded, opened, dropped; odd ones are refused, and none is sent."""

from __future__ import annotations

import base64
import io
import re
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import OPTIONS, browser_path, new_visitor
from tests.browser.conftest import READY, canvas
from tests.browser.rest import settle
from tests.browser.test_colorize_own import GIVE
from tests.browser.test_sound import press

Open = Callable[..., Page]
RATE = 8_000


def wav(sound: np.ndarray, rate: int = RATE) -> bytes:
    """Return a WAV file of 16 bits of a sound (samples,) or (samples, channels) in [-1, 1]."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1 if sound.ndim == 1 else sound.shape[1], 2, rate, len(sound), "NONE", ""))
        file.writeframes(np.rint(32767 * sound.clip(-1, 1)).astype("<i2").tobytes())
    return out.getvalue()


def tone(seconds: float, rate: int = RATE, hertz: float = 1_000, loud: float = 0.2) -> np.ndarray:
    found: np.ndarray = loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return found


def bring(page: Page, data: bytes, name: str = "mine.wav", kind: str = "audio/wav") -> None:
    page.get_by_label("your sound", exact=True).set_input_files({"name": name, "mimeType": kind, "buffer": data})
    settle(page)


def said(page: Page) -> str:
    return page.locator(".sound > .status").inner_text().strip()


def loudest(page: Page) -> tuple[int, int]:
    """Return the brightest row of the noisy spectrogram, as a frequency in hertz, and the number of frames."""
    shown = canvas(page, "noisy")
    return round((127 - int(shown.sum(axis=(1, 2)).argmax())) * 31.25), shown.shape[1]


def test_files_are_made_mono_at_eight_kilohertz_and_odd_ones_are_refused(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    stereo = np.stack([tone(1, 44_100), tone(1, 44_100)], axis=1)
    bring(page, wav(stereo, 44_100))
    assert loudest(page) == (1_000, 64)
    assert said(page) == ""
    expect(page.get_by_role("button", name="None", exact=True)).to_have_attribute("aria-pressed", "true")
    kept = canvas(page, "noisy")
    silence, rng = np.zeros(RATE), np.random.default_rng(0)
    for data, sentence in (
        (b"", "This file is empty."),
        (b"not a sound at all" * 50, "finds no sound in “odd.wav”"),
        (wav(tone(1))[:60] + b"\0" * 3, "too short"),
        (wav(silence), "This sound is silent"),
        (b"RIFF" + bytes(rng.integers(0, 256, 4_000, np.uint8)), "finds no sound"),
    ):
        bring(page, data, "odd.wav")
        assert sentence in said(page)
        assert (canvas(page, "noisy") == kept).all()  # nothing is lost
    bring(page, wav(tone(2, loud=3)))
    assert "clipped" in said(page)
    text = base64.b64encode(wav(tone(23, hertz=2_000))).decode()
    page.evaluate(GIVE, ["body", "drop", "long.wav", "audio/wav", text])
    settle(page)
    assert "longer than 20 seconds" in said(page)
    assert loudest(page) == (2_000, 1_251)
    page.wait_for_url("**recording=own*")
    shown = canvas(page, "cleaned")
    page.reload()
    page.wait_for_selector(".sound[data-ready=true]")
    settle(page)
    assert np.abs(canvas(page, "cleaned") - shown).mean() < 0.5  # it is kept with 16 bits
    other = open_page(page.url)
    expect(other.get_by_text("That recording is not in this browser")).to_be_visible()


@pytest.mark.parametrize("name", ["tone.mp3", "tone.ogg"])  # a second of 1 kHz, of 16 kHz, from libsndfile
def test_packed_sounds_are_read_by_the_browser(app: str, same_page: Open, name: str) -> None:
    page = same_page(f"{app}/sound")
    bring(page, (Path(__file__).parent / "sounds" / name).read_bytes(), name, f"audio/{name[-3:]}")
    assert said(page) == ""
    hertz, frames = loudest(page)
    assert hertz == RATE / 8
    assert frames == pytest.approx(64, abs=8)  # MP3 pads its ends


def test_what_is_brought_is_sent_nowhere(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.reload()
    page.wait_for_selector(".sound[data-ready=true]")
    settle(page)
    sent.clear()
    bring(page, wav(0.1 * np.random.default_rng(0).standard_normal(2 * RATE)))
    press(page, "Rain")
    page.wait_for_url("**recording=own*")
    assert sent
    assert sum(len(one) for one in sent) < 12_000  # the sound has 32,000 bytes


# Waits until the meter shows a beep of a moment, looking in every frame: now and then would miss each.
BEEPS = """(bar) => new Promise((resolve) => {
    const look = () => (/^[1-9]\\d/.test(bar.style.width) ? resolve() : requestAnimationFrame(look));
    look();
})"""


@pytest.fixture(scope="module")
def listening(chromium: Browser) -> Iterator[Browser]:
    """A Chromium whose microphone beeps."""
    options = [*OPTIONS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=browser_path(), args=options)
    yield browser
    browser.close()


def record(browser: Browser, app: str, script: str = "") -> Page:
    """Open the page as a new visitor and begin to record."""
    context = new_visitor(browser, viewport={"width": 1280, "height": 900})
    context.add_init_script(script)
    page = context.new_page()
    page.goto(f"{app}/sound")
    page.wait_for_selector(READY)
    settle(page)
    page.get_by_role("button", name="Record", exact=True).click()
    return page


def test_the_microphone_records_without_the_browsers_own_noise_suppression(app: str, listening: Browser) -> None:
    asked = """
        const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
        window.asked = [];
        if (ask) navigator.mediaDevices.getUserMedia = (wanted) => (window.asked.push(wanted), ask(wanted));
    """
    page = record(listening, app, asked)
    meter = page.get_by_role("meter", name="level of the microphone")
    expect(page.locator(".sound .seconds")).to_have_text(re.compile(r"^[1-9]\.\d s$"))
    page.locator(".sound .meter i").evaluate(BEEPS)
    expect(meter).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    settle(page)
    assert canvas(page, "noisy").shape[1] > 75
    assert canvas(page, "noisy").max() > 200
    page.wait_for_url("**recording=own*")
    (wanted,) = page.evaluate("window.asked")
    for name in ("noiseSuppression", "echoCancellation", "autoGainControl"):
        assert wanted["audio"][name] is False
    assert page.get_by_role("button", name="Record", exact=True).is_visible()
    page.context.close()


@pytest.mark.proof  # takes as long as it records
def test_the_microphone_stops_by_itself_after_twenty_seconds(app: str, listening: Browser) -> None:
    page = record(listening, app)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible(timeout=40_000)
    settle(page)
    assert canvas(page, "noisy").shape[1] == pytest.approx(1_251, abs=3)
    page.wait_for_url("**recording=own*")
    page.context.close()


REFUSALS = {"NotReadableError": "another program", "NotFoundError": "no microphone here", "NotAllowedError": "allow it"}
THROWS = "(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }"


def test_without_a_microphone_one_sentence_says_why(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/sound")
    for name, sentence in {**REFUSALS, "": "over https"}.items():
        if name:
            page.evaluate(THROWS, name)
        else:  # as browsers do where a page comes by plain http
            page.evaluate("() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
        press(page, "Record")
        assert sentence in said(page)
        expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    assert canvas(page, "noisy").any()
