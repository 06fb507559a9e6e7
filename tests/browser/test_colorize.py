"""The Colorize page in a real Chromium: sixteen sliders, other colourings, palettes, downloads."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import canvas
from tests.browser.finger import PHONE, Finger
from tests.browser.rest import painted, settle
from tests.server import ROOT

Open = Callable[..., Page]
PICTURES = ROOT / "assets" / "pictures"
MANIFEST = json.loads((PICTURES / "manifest.json").read_text(encoding="utf-8"))
NAMES = {Path(file).stem: entry["title"] for file, entry in MANIFEST.items()}
LUMA = np.array([0.299, 0.587, 0.114])


def colours(page: Page) -> list[float]:
    """Return the sliders' values."""
    values: list[float] = page.locator("input[aria-label^='colour ']:not([type=color])").evaluate_all(
        "inputs => inputs.map((input) => Number(input.value))"
    )
    return values


def slider(page: Page, number: int) -> Any:
    return page.get_by_label(f"colour {number}", exact=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    painted(page)


def choose(page: Page, name: str) -> None:
    """Choose a picture; nothing of what was done to the one before stays."""
    page.get_by_role("button", name=NAMES[name], exact=True).click()
    settle(page)


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The page with the picture that it opens with."""
    page = same_page(f"{app}/colorize")
    choose(page, "pavilion")
    return page


def test_it_opens_with_a_grey_picture_and_its_colouring(page: Page) -> None:
    grey, colored = canvas(page, "grey"), canvas(page, "colored")
    assert grey.shape == colored.shape == (342, 512, 3)
    assert (grey == grey[..., :1]).all()
    assert np.ptp(colored, axis=2).mean() > 2
    assert np.abs(colored @ LUMA - grey[..., 0]).max() < 2  # the luminance is the one given, rounded
    assert len(colours(page)) == 16


def test_the_picture_follows_the_thumb(page: Page, open_page: Open) -> None:
    choose(page, "coffee")
    box = slider(page, 1).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for share in (0.4, 0.3, 0.2, 0.1):
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.add(canvas(page, "colored").tobytes())
    page.mouse.up()
    assert len(seen) == 4
    page.wait_for_url("**colours=*")
    settle(page)
    before, values = canvas(page, "colored"), colours(page)
    again = open_page(page.url)
    assert colours(again) == values
    np.testing.assert_array_equal(canvas(again, "colored"), before)


def test_resets_and_undo(page: Page) -> None:
    choose(page, "cat")
    opening = colours(page)
    press(page, "As it was")
    settle(page)
    truth = colours(page)
    assert truth != opening
    photo = np.asarray(Image.open(PICTURES / "cat.webp").convert("RGB")).astype(float)
    error = ((canvas(page, "colored") - photo) ** 2).mean()
    grey = ((canvas(page, "grey") - photo) ** 2).mean()
    assert error < grey / 3  # its own sixteen numbers hold most of its colour
    press(page, "Most likely")
    settle(page)
    likely = colours(page)
    assert likely not in (opening, truth)
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert colours(page) == truth
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert colours(page) == opening
    slider(page, 2).focus()
    page.keyboard.press("ArrowRight")
    painted(page)
    assert colours(page)[1] == pytest.approx(opening[1] + 0.05)
    page.get_by_role("button", name="reset colour 2").click()
    painted(page)
    assert colours(page) == [opening[0], likely[1], *opening[2:]]


def test_another_picture_is_a_click_away_and_in_the_link(page: Page) -> None:
    page.get_by_role("button", name="Raccoon", exact=True).click()
    page.wait_for_url("**picture=raccoon*")
    settle(page)
    assert canvas(page, "grey").shape == (384, 512, 3)
    expect(page.get_by_role("button", name="Raccoon", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert canvas(page, "grey").shape == (342, 512, 3)
    assert "picture=pavilion" in page.url


def test_nine_worlds_each_a_click_away(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize?picture=dahlia")
    worlds = [canvas(page, f"world-{i}") for i in range(1, 10)]
    assert len({one.tobytes() for one in worlds}) == 9
    opening, taken = colours(page), []
    expect(page.locator(".world[aria-pressed=true]")).to_have_count(1)  # the most colourful one
    for i in range(1, 10):
        one = page.get_by_role("button", name=f"colouring {i}", exact=True)
        one.click()
        painted(page)
        taken.append(colours(page))
        expect(one).to_have_attribute("aria-pressed", "true")
    assert taken.count(opening) == 1
    settle(page)
    press(page, "Nine others")
    others = [canvas(page, f"world-{i}") for i in range(1, 10)]
    assert not {one.tobytes() for one in worlds} & {one.tobytes() for one in others}
    assert colours(page) == taken[-1]
    page.get_by_label("temperature").fill("0")  # cautious: all are the most likely one
    painted(page)
    assert len({canvas(page, f"world-{i}").tobytes() for i in range(1, 10)}) == 1
    page.get_by_role("button", name="colouring 1", exact=True).click()
    painted(page)
    cautious = colours(page)
    press(page, "Most likely")
    assert colours(page) == cautious


def test_what_the_network_sees(page: Page) -> None:
    press(page, "What the network sees")
    assert canvas(page, "colored").shape == (32, 32, 3)
    press(page, "What the network sees")
    assert canvas(page, "colored").shape == (342, 512, 3)


def test_a_download_has_the_whole_picture(page: Page) -> None:
    choose(page, "hopper")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == "hopper-in-colour.png"
    saved = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    np.testing.assert_array_equal(np.asarray(saved.convert("RGB")), canvas(page, "colored"))


def test_a_palette_is_borrowed_weakened_and_given_back(page: Page) -> None:
    choose(page, "coffee")
    press(page, "As it was")
    coffee = colours(page)
    choose(page, "pavilion")
    before = colours(page)
    page.get_by_label("The palette of", exact=True).select_option("coffee")
    settle(page)
    whole = colours(page)
    assert whole == pytest.approx(coffee, abs=0.011)
    page.get_by_label("strength of the palette").fill("0.5")
    settle(page)
    assert colours(page) == pytest.approx([(a + b) / 2 for a, b in zip(before, whole, strict=True)], abs=0.02)
    page.get_by_label("strength of the palette").fill("1")
    page.get_by_label("minus the palette of", exact=True).select_option("coffee")
    settle(page)
    assert colours(page) == pytest.approx(before, abs=0.011)  # + coffee - coffee
    page.get_by_label("minus the palette of", exact=True).select_option("rocket")
    settle(page)
    assert colours(page) != before
    page.get_by_label("minus the palette of", exact=True).select_option("")
    page.get_by_label("The palette of", exact=True).select_option("")
    settle(page)
    assert colours(page) == before


def test_the_comparison_says_how_near_each_is(page: Page) -> None:
    choose(page, "astronaut")
    press(page, "As it was")
    settle(page)

    def figures(name: str) -> list[float]:
        return [float(n) for n in re.findall(r"[\d.]+", page.get_by_test_id(f"figures-{name}").inner_text())]

    expect(page.get_by_test_id("figures-truth")).to_have_text(re.compile(r"^colourfulness \d+$"))
    (grey_db, grey_strength), (own_db, own_strength), (truth,) = map(figures, ("gray", "now", "truth"))
    assert grey_strength == 0
    assert own_db > grey_db + 3
    assert 0.5 * truth < own_strength < 1.3 * truth


def test_where_it_fails_there_is_an_example(page: Page) -> None:
    page.get_by_role("button", name="See an example: Night").click()
    page.wait_for_url("**picture=rocket*")


def test_everybody_who_took_a_picture_is_named(page: Page) -> None:
    page.get_by_text("Whose pictures these are").click()
    authors = page.locator(".credits li")
    assert authors.count() == 10
    expect(authors.filter(has_text="danielbuechele")).to_contain_text("CC BY 2.0")


def test_a_finger_moves_a_slider_and_a_swipe_scrolls(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/colorize", width=390, height=664, **PHONE)
    finger, thumb = Finger(page), slider(page, 5)
    thumb.evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    settle(page)
    before = colours(page)
    finger.swipe(thumb, (0.5, 0.5), (70, 3))
    moved = colours(page)
    assert moved[4] > before[4] + 0.5
    finger.swipe(thumb, (0.7, 0.5), (4, -120))
    assert colours(page) == moved
