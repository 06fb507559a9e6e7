"""The server is killed under its visitors' hands and started again: they go on where they were."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from aecore.core.latents import latent_from_text
from tests import photos
from tests.browser.conftest import SEVEN, draw, latents, pixels
from tests.browser.rest import settle
from tests.browser.test_denoise import place
from tests.browser.test_photo import upload
from tests.faults.conftest import Report, wait_until_back
from tests.server import Server

Visit = Callable[..., Page]
TALK = "talk: Mine\nscenes:\n  - line: My own\n    digit: 2\n"


def hold(page: Page, slider: int) -> Callable[[float], None]:
    """Take a slider's thumb; returns a function that drags it to a share of its track."""
    box = page.locator("input[aria-label^='latent ']").nth(slider).bounding_box()
    assert box is not None
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]

    def drag(share: float) -> None:
        page.mouse.move(x + width * share, y, steps=6)

    drag(0.5)
    page.mouse.down()
    return drag


def draw_seven(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()  # a canvas that no new session begins with
    settle(page)
    draw(page, SEVEN)
    settle(page)


def photo_with_damage(page: Page) -> None:
    upload(page, "squared.jpg", photos.GOOD["squared.jpg"]())
    page.get_by_label("corruption").select_option("speckle")
    page.get_by_role("button", name="Eraser").click()
    page.mouse.move(*place(page, 0.4, 0.2))
    page.mouse.down()
    page.mouse.move(*place(page, 0.6, 0.8), steps=8)
    page.mouse.up()
    settle(page)


def own_talk(page: Page) -> None:
    page.get_by_label("The scenes, as YAML").fill(TALK)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("My own")
    settle(page)


def filled_form(page: Page) -> None:
    page.get_by_label("Epochs", exact=True).fill("37")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_text("Layers", exact=True).click()
    page.get_by_label("Encoder, from 28").fill("flatten\ndense 77 relu")
    page.keyboard.press("Control+Enter")
    settle(page)


def test_every_page_is_where_it_was_and_the_first_click_counts(server: Server, visit: Visit, report: Report) -> None:
    pages = {name: visit(f"{server.address}/{name}") for name in ("", "denoise", "morph", "talk", "train")}
    drawn, denoise, morph, talk, train = pages.values()
    draw_seven(drawn)
    photo_with_damage(denoise)
    own_talk(talk)
    filled_form(train)
    morph.get_by_label("place on the path").fill("0.25")
    settle(morph)
    seven = pixels(drawn, "model-input")
    drag = hold(drawn, 2)
    drag(0.3)

    morph.get_by_label("place on the path").fill("0.8")  # told when it has come to rest: nobody listens then
    server.kill()
    drag(0.7)
    held, decoded = latents(drawn), pixels(drawn, "decoded")
    corrupted, clean = pixels(denoise, "corrupted"), pixels(denoise, "clean")
    server.start()
    server.wait()
    gone = [wait_until_back(page) for page in pages.values()]
    report.row("server killed in mid-drag, started again", "every page where it was, first click counts", max(gone))

    assert latents(drawn) == held
    assert pixels(drawn, "decoded") == decoded
    assert pixels(drawn, "model-input") == seven
    drag(0.9)  # the hand has not let go
    moved = latents(drawn)
    assert moved[2] > held[2]
    drawn.mouse.up()
    settle(drawn)
    assert latents(drawn) == moved
    assert latent_from_text(parse_qs(urlsplit(drawn.url).query)["z"][0], 16) == pytest.approx(moved, abs=1e-6)

    denoise.get_by_role("link", name="Draw").click()
    denoise.wait_for_selector(".deck[data-ready=true]")
    settle(denoise)
    assert pixels(denoise, "model-input") == clean
    denoise.get_by_role("link", name="Denoise").click()
    denoise.wait_for_selector(".lab[data-ready=true]")
    settle(denoise)
    assert pixels(denoise, "corrupted") == corrupted

    morph.reload()
    expect(morph.get_by_label("place on the path")).to_have_value("0.8")
    expect(talk.get_by_label("The scenes, as YAML")).to_have_value(TALK)
    expect(talk.get_by_test_id("stage-line")).to_have_text("My own")
    expect(train.get_by_label("Epochs", exact=True)).to_have_value("37")
    expect(train.get_by_label("Encoder, from 28")).to_have_value("flatten\ndense 77 relu")

    drawn.get_by_role("button", name="Undo", exact=True).first.click()  # of the slider, moved since
    settle(drawn)
    assert latents(drawn) == held
    drawn.get_by_role("button", name="Undo", exact=True).first.click()  # of the stroke that was drawn before
    expect(drawn.get_by_text("The canvas is empty")).to_be_visible()
    train.get_by_role("button", name="Start training").click()
    train.wait_for_function("location.search.includes('run=')")
