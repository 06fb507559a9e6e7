"""Pictures brought to the Denoise page in a real Chromium: uploaded, pasted, and what becomes of them elsewhere."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from aecore.data.photo import examine
from tests import photos
from tests.browser.chromium import new_visitor
from tests.browser.conftest import READY, SEVEN, difference, draw, pixels
from tests.browser.rest import settle
from tests.photo_kinds import KINDS, broken, noisy
from tests.server import Server

Open = Callable[..., Page]
GOOD = [
    "phone.jpg",
    "pencil.jpg",
    "turned-6.jpg",
    "mnist.png",
    "16-bit.png",
    "transparent-palette.png",
    "progressive.jpg",
    "dim.jpg",
    "squared.jpg",
    "blue-ink.jpg",
    "cmyk.jpg",
    "turned-3.jpg",
    "1-bit.png",
    "palette.png",
    "transparent.png",
    "animated.png",
]
BAD = [
    "empty.png",
    "iphone.heic",
    "truncated.jpg",
    "endless-rows.png",
    "huge.png",
    "white.png",
    "two-digits.jpg",
    "notes.png",
    "truncated.png",
    "half.jpg",
    "wrong-checksum-of-header.png",
    "text.png",
    "huge.jpg",
    "many-scans.jpg",
    "one-pixel.png",
    "noise.png",
]


def upload(page: Page, name: str, data: bytes) -> None:
    """Choose a file and wait until the page shows its digit, or says what is wrong."""
    kind = "image/png" if name.endswith("png") else "image/jpeg"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    answered(page)


def status(page: Page) -> Locator:
    return page.get_by_test_id("bring-picture").get_by_role("status")


def answered(page: Page) -> None:
    """Wait until the picture that the page took is read, and shown."""
    expect(status(page)).not_to_have_text(re.compile("Reading|^$"), timeout=30_000)
    settle(page)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("pairs", [7, pytest.param(len(GOOD), marks=pytest.mark.proof)])
def test_good_and_bad_files_give_a_picture_or_a_sentence(app_server: Server, open_page: Open, pairs: int) -> None:
    page = open_page(f"{app_server.address}/denoise")
    problem = page.get_by_test_id("stAlert")
    wanted = (photos.normalised() * 255).ravel().tolist()
    used = 0.0
    for place, name in enumerate(name for pair in list(zip(GOOD, BAD, strict=True))[:pairs] for name in pair):
        if name in GOOD:
            page.get_by_role("button", name="0", exact=True).click()  # another digit, and no complaint
            settle(page)
        before = pixels(page, "clean")
        upload(page, name, (photos.GOOD | photos.BAD)[name]())
        if name in GOOD:
            expect(problem).to_have_count(0)
            expect(status(page)).to_contain_text("Found a digit" if name != "mnist.png" else "as they are")
            assert difference(pixels(page, "clean"), wanted) < 25 < difference(before, wanted), name
        else:
            expect(problem).to_contain_text(": ")  # what is wrong, and what to do
            expect(status(page)).to_have_text("The picture was not used.")
            assert pixels(page, "clean") == before, name
        assert page.get_by_text("Traceback").count() == 0, name
        if place == 7:  # what reads pictures has been imported by now
            used = app_server.memory
    assert app_server.memory < used + 30  # megabytes


HAND = """([event, kind, text, name]) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type: kind }));
    const options = { clipboardData: data, dataTransfer: data, bubbles: true, cancelable: true };
    document.body.dispatchEvent(event === "paste" ? new ClipboardEvent(event, options) : new DragEvent(event, options));
}"""


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The page with a sample digit, and nothing said of a picture."""
    page = same_page(f"{app}/denoise")
    page.get_by_role("button", name="0", exact=True).click()
    settle(page)
    return page


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_pasted_or_dropped_picture_is_read_too(page: Page, how: str) -> None:
    before = pixels(page, "clean")
    page.evaluate(HAND, [how, "image/png", base64.b64encode(photos.GOOD["screenshot.png"]()).decode(), "a"])
    answered(page)
    assert difference(before, pixels(page, "clean")) > 5
    page.evaluate(HAND, [how, "text/plain", base64.b64encode(b"not a picture").decode(), "b"])
    expect(page.get_by_test_id("stAlert")).to_contain_text("Only PNG and JPEG")


@pytest.mark.parametrize(
    "kind", ["cut at the bottom, 9", "white on transparent, 5", "12 megapixels, 5", "12 megapixels, PNG"]
)
def test_pictures_of_other_kinds_are_read_as_from_a_file(page: Page, kind: str) -> None:
    _, make = KINDS[kind]
    data = make()
    upload(page, "a.png" if data.startswith(b"\x89PNG") else "a.jpg", data)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    wanted = examine(data)
    assert difference(pixels(page, "clean"), (wanted.image * 255).ravel().tolist()) < 12
    found = re.search(r"a digit, (\d+) × (\d+) pixels", status(page).inner_text())
    assert found
    assert int(found[1]) == pytest.approx(wanted.width, rel=0.05)
    assert int(found[2]) == pytest.approx(wanted.height, rel=0.05)
    edges = "bottom edge" if "bottom" in kind else "pixels"
    expect(status(page)).to_contain_text(edges)


def test_a_picture_of_another_format_is_changed_in_the_browser(page: Page) -> None:
    upload(page, "a.webp", photos.BAD["webp.jpg"]())
    expect(status(page)).to_contain_text("Found a digit")


def test_a_picture_on_its_side_is_turned(page: Page) -> None:
    expect(page.get_by_role("button", name="Rotate")).to_have_count(0)
    lying = photos.saved(photos.photo().transpose(Image.Transpose.ROTATE_90))
    upload(page, "a.jpg", lying)
    page.get_by_role("button", name="Rotate").click()
    answered(page)
    assert difference(pixels(page, "clean"), (photos.normalised() * 255).ravel().tolist()) < 25
    page.get_by_role("button", name="0", exact=True).click()
    settle(page)
    expect(page.get_by_role("button", name="Rotate")).to_have_count(0)  # there is nothing to turn any more
    expect(status(page)).to_have_text("")


def test_the_pixels_of_a_small_picture_are_used_as_they_are(page: Page) -> None:
    grey, data = noisy(5)
    upload(page, "noisy.png", data)
    use = page.get_by_role("button", name="Use these pixels")
    expect(use).to_have_attribute("aria-pressed", "true")
    assert difference(pixels(page, "clean"), grey.ravel().tolist()) < 1
    upload(page, "broken.png", broken(3, False))
    expect(use).to_have_attribute("aria-pressed", "false")
    use.click()
    answered(page)
    expect(use).to_have_attribute("aria-pressed", "true")
    expect(status(page)).to_contain_text("as they are")


def test_it_says_so_when_no_answer_comes(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    page.wait_for_selector("[data-testid=curve][data-drawn]")  # the last that it loads by itself
    page.clock.install()
    page.context.set_offline(True)
    page.evaluate("Object.defineProperty(WebSocket.prototype, 'send', { value: () => {} })")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": photos.GOOD["screenshot.png"]()}
    )
    expect(status(page)).to_contain_text("Reading")
    for _ in range(60):  # the wait begins when the picture has been made smaller
        page.clock.fast_forward(31_000)
        if "The server did not answer" in status(page).inner_text():
            break
        time.sleep(0.5)
    expect(status(page)).to_contain_text("The server did not answer")


def test_on_a_phone_it_is_in_sight_at_once(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise", 390, 664, has_touch=True, is_mobile=True)
    choose = page.get_by_role("button", name="Take or choose a photo")
    expect(choose).to_be_in_viewport(ratio=1)
    upload(page, "phone.jpg", photos.GOOD["phone.jpg"]())
    expect(status(page)).to_be_in_viewport(ratio=1)


def test_inside_a_frame_of_another_site_a_picture_is_brought_all_the_same(app: str, chromium: Browser) -> None:
    context = new_visitor(chromium, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{app}/_stcore/health")
    elsewhere = app.replace("localhost", "127.0.0.1")  # another site to a browser
    page.set_content(f'<iframe src="{elsewhere}/denoise?embed=true" width=960 height=640></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator(".lab[data-ready=true]").wait_for()
    part = frame.get_by_test_id("bring-picture")
    expect(part).to_contain_text("paste one")
    part.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photos.GOOD["phone.jpg"]()}
    )
    expect(part.get_by_role("status")).to_contain_text("Found a digit")
    frame.get_by_role("link", name="Train").click()
    expect(frame.get_by_text("browsers refuse uploads")).to_be_visible()
    page.goto(f"{app}/train")
    page.wait_for_selector(READY)
    expect(page.get_by_text("browsers refuse uploads")).to_be_hidden()
    context.close()


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
