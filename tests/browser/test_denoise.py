"""The Denoise page in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import difference, pixels, settle

Open = Callable[..., Page]


def numbers(page: Page, test_id: str) -> float:
    """Return the mean squared error under a picture."""
    return float(page.get_by_test_id(f"{test_id}-numbers").inner_text().split()[1])


def test_the_noise_goes(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    assert difference(pixels(page, "clean"), pixels(page, "corrupted")) > 30
    assert numbers(page, "denoised") < numbers(page, "corrupted") / 3
    assert numbers(page, "denoised") < numbers(page, "plain") / 2
    expect(page.get_by_test_id("denoised-numbers")).to_contain_text("PSNR")


def test_the_level_drags_live(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    box = page.get_by_label("noise level").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for step in range(6):
        page.mouse.move(x - 25 * step, y)
        page.wait_for_timeout(80)
        seen.add((tuple(pixels(page, "corrupted")), tuple(pixels(page, "denoised"))))
    assert len(seen) == 6
    page.mouse.up()


@pytest.mark.parametrize("kind", ["gaussian", "salt_and_pepper", "occlusion"])
def test_level_zero_changes_nothing_and_more_is_worse(app: str, open_page: Open, kind: str) -> None:
    page = open_page(f"{app}/denoise")
    page.get_by_label("corruption").select_option(kind)
    errors = []
    for level in ("0", "0.3", "0.8"):
        page.get_by_label("noise level").fill(level)
        page.wait_for_timeout(150)
        errors.append(numbers(page, "corrupted"))
    assert errors[0] == 0
    assert errors[0] < errors[1] < errors[2]


def test_new_noise_is_another_pattern_and_the_link_keeps_it(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    before = pixels(page, "corrupted")
    page.get_by_role("button", name="New noise").click()
    page.get_by_label("noise level").fill("0.35")
    settle(page)
    after = pixels(page, "corrupted")
    assert difference(before, after) > 10
    again = open_page(page.url)
    assert pixels(again, "corrupted") == after


def test_samples_can_be_chosen_here(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    before = pixels(page, "clean")
    page.get_by_role("button", name="7", exact=True).click()
    settle(page)
    assert difference(before, pixels(page, "clean")) > 10


@pytest.mark.parametrize(
    "query", ["level=9", "level=nan", "kind=evil", "seed=-1", "level=1e999", "seed=99999999999999"]
)
def test_a_bad_link_is_harmless(app: str, open_page: Open, query: str) -> None:
    page = open_page(f"{app}/denoise?{query}")
    assert max(pixels(page, "corrupted")) > 0
    assert page.get_by_text("Traceback").count() == 0
