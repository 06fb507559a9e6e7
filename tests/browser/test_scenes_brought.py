"""What visitors bring to the Scenes page, in a real Chromium: photos of lines of digits, and films."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from aecore.core import pretrained
from aecore.data.films import moving_mnist
from tests import photos
from tests.browser.conftest import canvas
from tests.browser.engine_page import call, text
from tests.browser.finger import PHONE
from tests.browser.rest import settle
from tests.browser.test_photo import HAND
from tests.browser.test_scene_films import counted
from tests.browser.test_scenes import press, rows
from tests.browser.test_scenes_engine import digits  # noqa: F401 - a fixture
from tests.hostile import clips
from tests.hostile.corpus import examples, many

Open = Callable[..., Page]
READING = re.compile("Reading|^$")
SENTENCE = re.compile(r"^[A-Z][^<>]*\.$")

pytestmark = pytest.mark.skipif("scene" not in pretrained.available("scene"), reason="needs the model of scenes")


def status(page: Page) -> Locator:
    return page.locator(".scenes .status")


def bring(page: Page, name: str, data: bytes) -> str:
    """Choose a file; returns what the page says of it."""
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": data})
    return said(page)


def said(page: Page) -> str:
    expect(status(page)).not_to_have_text(READING, timeout=30_000)
    return status(page).inner_text()


def number(page: Page) -> Locator:
    return page.get_by_test_id("number")


def test_a_photo_of_a_phone_number_is_read_and_can_be_copied(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes")
    expect(number(page)).to_have_text("345")
    lying = photos.saved(photos.photo(covered=photos.line("0176 482593"), size=(800, 400)).rotate(90, expand=True))
    page.evaluate(HAND, ["paste", "image/jpeg", base64.b64encode(lying).decode(), "a.jpg"])
    said(page)
    press(page, "Rotate")
    expect(status(page)).to_contain_text("Found 10 digits, from left to right", timeout=30_000)
    settle(page)
    expect(number(page)).to_have_text("0176482593")
    assert rows(page).count() == 10
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "0176482593"
    page.wait_for_url("**placed=*")
    again = open_page(page.url)
    expect(number(again)).to_have_text("0176482593")
    while number(page).inner_text() != "345":
        page.get_by_role("button", name="Undo").click()
        settle(page)
    assert bring(page, "a.png", photos.BAD["white.png"]()).startswith("No digits found")
    expect(number(page)).to_have_text("345")
    assert bring(page, "a.txt", b"hello").startswith("Bring a photo of a line of digits")


def test_films_are_followed_dropped_or_chosen(app: str, open_page: Open, digits: Any) -> None:  # noqa: F811
    page = open_page(f"{app}/scenes")
    frames = [Image.fromarray(one.image) for one in moving_mnist(digits, 2, 4, 20)]
    page.evaluate(HAND, ["drop", "image/gif", base64.b64encode(clips.gif(frames)).decode(), "a.gif"])
    expect(page.get_by_test_id("counts")).to_have_text(re.compile(r"Frame 20 of 20: \d followed\."), timeout=30_000)
    expect(status(page)).to_have_text("Following 20 frames of 64 × 64 pixels.")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # it has ended
    expect(page.get_by_label("Speed", exact=True)).to_be_disabled()
    last = canvas(page, "film")
    np.testing.assert_allclose(last[..., 0], np.asarray(frames[-1]), atol=1)
    press(page, "Back")
    assert counted(page).startswith("Frame 19 of 20")
    large = {f"{i}.png": clips.saved(one.resize((300, 300))) for i, one in enumerate(frames)}
    sentence = bring(page, "a.zip", clips.zipped({**large, "notes.txt": b""}))
    assert sentence.startswith("Following 20 frames of ")
    assert "Made smaller, from 300 × 300 pixels. Another file of the zip is left out." in sentence
    expect(page.get_by_test_id("counts")).to_contain_text("Frame 20 of 20: 2 followed", timeout=30_000)
    for data, what in ((clips.bad()["an empty zip"], "no PNGs"), (clips.valid()[0][:300], "damaged or incomplete")):
        assert what in bring(page, "a", data)
    press(page, "New film")
    assert counted(page).startswith("Frame 1: ")
    expect(page.get_by_label("Speed", exact=True)).to_be_enabled()


def test_a_finger_can_reach_the_control_and_play(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/scenes", 390, 664, **PHONE)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Bring a photo or a film").tap()
    chooser.value.set_files({"name": "a.gif", "mimeType": "image/gif", "buffer": clips.gif(clips.frames(64, 4))})
    expect(page.get_by_test_id("counts")).to_contain_text("Frame 4 of 4", timeout=30_000)
    expect(page.get_by_test_id("film")).to_be_in_viewport(ratio=0.5)


# ---- films made to break it ------------------------------------------------------------------------------------

READ = """
    const { readFilm } = await import('../../features/scenes/clip.js');
    const isValid = ({ data, height, width }) =>
        data.length === height * width && data.every((level) => level >= 0 && level <= 1)
        && Math.min(height, width) >= 32 && Math.max(height, width) <= 256;
    const outcome = async (data) => {
        try {
            const { frames, notes } = await readFilm(new Blob([bytes(data)]));
            const [{ height, width }] = frames;
            return { frames: frames.length, fits: frames.every(isValid), notes, size: [width, height] };
        } catch (error) {
            return { error: error.constructor === Error ? error.message : `not ours: ${error}` };
        }
    };
    const found = [];
    for (const one of given[0]) {
        const start = performance.now();
        found.push({ ...await outcome(one), ms: performance.now() - start });
    }
    return found;
"""


def outcomes(modules: Page, files: list[bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(modules, READ, [text(data) for data in files])
    return found


def test_bad_films_are_refused_in_a_sentence_and_odd_ones_are_read(modules: Page) -> None:
    found = dict(zip(clips.bad(), outcomes(modules, list(clips.bad().values())), strict=True))
    for name, one in found.items():
        assert SENTENCE.match(one.get("error", "")), (name, one)
        assert one["ms"] < 10_000, (name, one)
    assert "at most 1000" in found["a zip of 10,000 entries"]["error"]
    assert "without a password" in found["an encrypted zip"]["error"]
    for name in ("a GIF of 65535 x 65535", "a PNG of 30000 x 30000", "a zip that lies about its sizes"):
        assert "too large" in found[name]["error"], name
    odd = dict(zip(clips.odd(), outcomes(modules, list(clips.odd().values())), strict=True))
    assert all(one.get("fits") for one in odd.values()), odd
    assert odd["names with paths"]["frames"] == 3
    assert odd["hidden files"]["notes"] == ["3 other files of the zip are left out."]
    assert odd["300 frames"]["frames"] == 200
    assert odd["300 frames"]["notes"] == ["Only the first 200 frames are used."]
    assert odd["a GIF of 2000 x 3"]["size"] == [256, 32]


def test_hundreds_of_damaged_films_are_read_or_refused(modules: Page) -> None:
    files = list(examples(many(1_000), 21, clips.damaged))
    found = outcomes(modules, files)
    read = [one for one in found if "frames" in one]
    assert all(one["fits"] for one in read)
    assert all(SENTENCE.match(one["error"]) for one in found if "error" in one), found
    assert many(20) < len(read) < len(files)


def test_a_gif_has_the_frames_that_pillow_reads(modules: Page) -> None:
    levels = np.random.default_rng(3).integers(0, 256, (5, 50, 70)).astype(np.uint8)
    noisy = [Image.fromarray(one) for one in levels]
    body = "const { framesOfGif } = await import('../../features/scenes/gif.js');"
    body += "return [...framesOfGif(new Uint8Array(bytes(given[0])))].map((one) => text(one));"
    for data in (clips.gif(noisy), clips.gif(noisy, interlace=True), *clips.valid()[:2]):
        with Image.open(clips.io.BytesIO(data)) as film:
            wanted = []
            for i in range(film.n_frames):
                film.seek(i)
                wanted.append(np.asarray(film.convert("L"), np.float32) / 255)
        found = [np.frombuffer(base64.b64decode(one), np.float32) for one in call(modules, body, text(data))]
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one.reshape(other.shape), other, atol=0.005)
