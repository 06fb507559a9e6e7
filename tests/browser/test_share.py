"""Share: link, picture, GIF and card, by what the system has for it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import difference, go, pixels
from tests.browser.rest import settle
from tests.browser.test_access import AXE, complaints

Open = Callable[..., Page]
SHARED = """() => {
    window.shared = [];
    const named = (files) => files.map(({ name, type }) => [name, type]);
    navigator.share = async ({ url, files }) => void window.shared.push([url ?? null, named(files ?? [])]);
    navigator.canShare = () => true;
}"""


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The Draw page of a visitor who lets it copy."""
    found = same_page(f"{app}/?tour=2&digit=4", permissions=("clipboard-read", "clipboard-write"))
    go(found, "/")
    return found


def share(page: Page) -> Locator:
    """Open the ways to share."""
    found = page.get_by_test_id("share")
    if not found.is_visible():
        page.locator("[data-tool=share]").click()
    expect(found).to_be_visible()
    return found


def saved(page: Page, way: str) -> bytes:
    with page.expect_download() as started:
        share(page).get_by_role("button", name=way, exact=True).click()
    expect(page.locator("#share [role=status]")).to_have_text(f"Saved as {started.value.suggested_filename}.")
    return Path(started.value.path()).read_bytes()


def latent_in(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query)["z"]


def test_the_link_is_copied_without_what_is_the_visitors_own(page: Page, open_page: Open) -> None:
    before = latent_in(page.url)
    page.get_by_label("latent 1", exact=True).fill("1.5")
    page.wait_for_url(lambda url: latent_in(url) != before)  # the tour's step comes and goes in it, too
    settle(page)
    share(page).get_by_role("button", name="Copy the link").click()
    expect(page.locator("#share [role=status]")).to_have_text("Copied: the link opens the same picture elsewhere.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "tour" not in parse_qs(urlsplit(link).query)
    page.keyboard.press("Escape")
    assert difference(pixels(open_page(link), "decoded"), pixels(page, "decoded")) < 0.1


def test_a_card_has_the_digit_its_numbers_and_the_address(page: Page) -> None:
    share(page)
    page.evaluate(f"{AXE}; 0")
    assert complaints(page) == []
    preview = page.get_by_test_id("share-preview")
    expect(preview).to_have_attribute("aria-label", "My 4 in sixteen numbers, as a card")
    card = np.asarray(Image.open(io.BytesIO(saved(page, "Card"))).convert("L"), float)
    assert card.shape == (630, 1200)
    for left, canvas in ((60, "model-input"), (840, "decoded")):
        places = ((np.arange(28) + 0.5) * 300 / 28).astype(int)
        small = card[190 + places][:, left + places]
        assert np.abs(small - np.reshape(pixels(page, canvas), (28, 28))).max() <= 1, canvas


def test_a_picture_is_what_the_page_shows_with_sharp_edges(page: Page) -> None:
    picture = np.asarray(Image.open(io.BytesIO(saved(page, "Picture"))).convert("L"), int)
    assert picture.shape == (560, 560)
    assert np.abs(picture[10::20, 10::20] - np.reshape(pixels(page, "decoded"), (28, 28))).max() <= 1


def test_a_gif_ends_at_the_digit_and_goes_back(page: Page) -> None:
    film = Image.open(io.BytesIO(saved(page, "GIF")))
    assert film.n_frames == 48
    frames = []
    for number in (0, 19, 47):
        film.seek(number)
        frames.append(np.asarray(film.convert("L"), int)[4::8, 4::8])
    assert np.abs(frames[1] - np.reshape(pixels(page, "decoded"), (28, 28))).max() <= 1
    assert np.abs(frames[0] - frames[2]).max() == 0
    assert np.abs(frames[0] - frames[1]).mean() > 5


def test_where_the_system_can_share_it_does(page: Page) -> None:
    page.evaluate(SHARED)
    page.keyboard.press("Escape")
    ways = share(page)
    ways.get_by_role("button", name="Share the link").click()
    ways.get_by_role("button", name="Card").click()
    page.wait_for_function("window.shared.length === 2")
    (link, _), (_, files) = page.evaluate("window.shared")
    assert link.startswith(page.url.split("?")[0])
    assert files == [["card.png", "image/png"]]


def test_a_page_of_colours_shares_its_picture(page: Page) -> None:
    page.keyboard.press("Escape")
    go(page, "/colorize")
    ways = share(page)
    expect(ways.get_by_role("button", name="Card")).to_be_hidden()
    page.evaluate("() => { delete navigator.share; delete navigator.canShare; }")
    assert Image.open(io.BytesIO(saved(page, "Picture"))).convert("RGB").getcolors(100) is None  # many colours
