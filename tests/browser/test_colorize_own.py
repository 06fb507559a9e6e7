"""A visitor's own picture on the Colorize page: brought in four ways, kept in the browser, and sent nowhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import canvas
from tests.browser.rest import painted, settle
from tests.browser.test_colorize import choose, colours, page, press, slider
from tests.faults.conftest import visit
from tests.server import serving

__all__ = ["page", "visit"]  # fixtures

Open = Callable[..., Page]
GIVE = """([element, kind, name, type, text]) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const about = { bubbles: true, composed: true, cancelable: true };
    const event = kind === 'paste' ? new ClipboardEvent(kind, { clipboardData: transfer, ...about })
        : new DragEvent(kind, { dataTransfer: transfer, ...about });
    document.querySelector(element).dispatchEvent(event);
}"""


def file(size: tuple[int, int] = (320, 200), kind: str = "PNG", grey: bool = False, turned: int | None = None) -> bytes:
    """Return a picture's file: a red left half and a blue right half, or the same in grey."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2] = (200, 60, 40)
    pixels[:, size[0] // 2 :] = (40, 80, 190)
    picture = Image.fromarray(pixels)
    data = io.BytesIO()
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    (picture.convert("L") if grey else picture).save(data, kind, exif=exif)
    return data.getvalue()


def bring(page: Page, data: bytes, name: str = "mine.png", kind: str = "image/png") -> None:
    page.get_by_label("your picture", exact=True).set_input_files({"name": name, "mimeType": kind, "buffer": data})
    settle(page)


def test_a_colour_photo_is_made_grey_and_its_colours_are_kept(page: Page) -> None:
    bring(page, file())
    grey = canvas(page, "grey")
    assert grey.shape == (200, 320, 3)
    assert np.ptp(grey, axis=2).max() == 0
    press(page, "As it was")
    settle(page)
    colored = canvas(page, "colored")
    assert colored[100, 60, 0] > colored[100, 60, 2] + 40
    assert colored[100, 260, 2] > colored[100, 260, 0] + 40
    expect(page.get_by_test_id("compare-truth")).to_be_visible()
    expect(page.locator(".thumb[aria-pressed=true]")).to_have_count(0)


def test_a_grey_photo_has_no_truth(page: Page) -> None:
    bring(page, file(grey=True))
    expect(page.get_by_role("button", name="As it was", exact=True)).to_be_disabled()
    expect(page.get_by_test_id("compare-truth")).to_be_hidden()


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_it_is_pasted_and_dropped(page: Page, way: str) -> None:
    text = base64.b64encode(file((64, 48))).decode()
    page.evaluate(GIVE, ["body", way, "mine.png", "image/png", text])
    settle(page)
    assert canvas(page, "grey").shape == (48, 64, 3)


def test_a_phones_photo_is_turned_upright_and_made_smaller(page: Page) -> None:
    bring(page, file((2400, 1200), "JPEG", turned=6), "IMG_0001.JPG", "image/jpeg")
    assert canvas(page, "grey").shape == (1024, 512, 3)


def test_a_reload_has_it_again_and_another_browser_has_not(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize")
    bring(page, file((160, 120)))
    page.get_by_role("button", name="colouring 5").click()
    settle(page)
    page.wait_for_url("**picture=own*")
    taken = colours(page)
    page.reload()
    page.wait_for_selector(".colorize[data-ready=true]")
    settle(page)
    assert canvas(page, "grey").shape == (120, 160, 3)
    assert colours(page) == taken
    other = open_page(page.url)
    expect(other.get_by_text("a private picture stays where it was opened")).to_be_visible()
    assert canvas(other, "grey").shape == (342, 512, 3)


def test_it_stays_while_one_looks_at_another_page_and_undo_brings_it_back(page: Page) -> None:
    bring(page, file((160, 120)))
    page.get_by_role("link", name="Morph").first.click()
    page.wait_for_selector(".morph[data-ready=true]")
    page.get_by_role("link", name="Colorize").first.click()
    page.wait_for_selector(".colorize[data-ready=true]")
    settle(page)
    assert canvas(page, "grey").shape == (120, 160, 3)
    page.get_by_role("button", name="Chelsea the cat").click()
    settle(page)
    assert canvas(page, "grey").shape == (300, 451, 3)
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert canvas(page, "grey").shape == (120, 160, 3)


def test_it_is_sent_nowhere(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize")
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.reload()
    page.wait_for_selector(".colorize[data-ready=true]")
    settle(page)
    sent.clear()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "PNG")
    bring(page, data.getvalue())
    press(page, "As it was")
    settle(page)
    assert canvas(page, "grey").shape == (64, 64, 3)
    assert sent  # the numbers are reported
    assert sum(map(len, sent)) < 8_000  # a picture of noise has more than 12,000 bytes


def test_odd_files_get_a_sentence_each(page: Page) -> None:
    files = [
        ("notes.txt", b"no picture at all", "This browser cannot read “notes.txt” as a picture"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(64), "This browser cannot read “photo.heic” as a picture"),
        ("half.png", file()[:300], "This browser cannot read “half.png” as a picture"),
        ("empty.png", b"", "This file is empty"),
        ("dot.png", file((8, 8)), "8 × 8 pixels: too few to colour"),
        ("strip.png", file((640, 20)), "too long and narrow"),
        ("bomb.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This browser cannot read “bomb.svg”"),
    ]
    choose(page, "cat")
    before = canvas(page, "colored")
    for name, data, sentence in files:
        bring(page, data, name, "application/octet-stream")
        expect(page.locator(".colorize > .status")).to_contain_text(sentence)
        painted(page)
        np.testing.assert_array_equal(canvas(page, "colored"), before, name)


def test_another_picture_lends_its_palette(page: Page) -> None:
    before = colours(page)
    chosen = page.get_by_label("a picture with another palette")
    chosen.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": file()})
    settle(page)
    assert colours(page) != before
    expect(page.get_by_label("The palette of", exact=True)).to_have_value("own")
    chosen.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": file(grey=True)})
    expect(page.get_by_text("That picture is grey: it has no palette.")).to_be_visible()


def test_a_transparent_picture_lies_on_white(page: Page) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    data = io.BytesIO()
    clear.save(data, "PNG")
    bring(page, data.getvalue())
    assert canvas(page, "grey").min() == 255


def test_it_survives_a_killed_server(visit: Callable[..., Page]) -> None:
    with serving() as server:
        page = visit(f"{server.address}/colorize")
        page.wait_for_selector(".colorize[data-ready=true]")
        bring(page, file((150, 110)))
        slider(page, 2).fill("1.25")
        settle(page)
        server.kill()
        slider(page, 3).fill("-0.75")  # nobody is there to hear it
        server.start()
        server.wait()
        page.wait_for_url("**picture=own*")
        settle(page)
        assert canvas(page, "grey").shape == (110, 150, 3)
        assert colours(page)[1:3] == [1.25, -0.75]
        slider(page, 4).fill("0.5")
        settle(page)
        page.reload()
        page.wait_for_selector(".colorize[data-ready=true]")
        settle(page)
        assert canvas(page, "grey").shape == (110, 150, 3)
        assert colours(page)[1:4] == [1.25, -0.75, 0.5]


def test_a_kiosks_next_visitor_does_not_find_it(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize?kiosk=1&idle=8")
    bring(page, file((150, 110)))
    assert page.evaluate("sessionStorage.getItem('colorize-picture') !== null")
    loop = page.get_by_test_id("attract")
    loop.wait_for(state="visible")
    page.wait_for_function("!location.pathname.includes('colorize')")  # beneath it, the first page is shown
    page.keyboard.press("a")
    loop.wait_for(state="hidden")
    settle(page)  # the next visitor begins anew on the first page
    page.get_by_role("link", name="Colorize").first.click()
    page.wait_for_selector(".colorize[data-ready=true]")
    settle(page)
    assert canvas(page, "grey").shape == (342, 512, 3)
    assert page.evaluate("sessionStorage.getItem('colorize-picture')") is None
