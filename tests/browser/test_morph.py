"""The Morph page in a real Chromium."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from aecore.latent.interpolation import interpolate
from tests.browser.conftest import difference, pixels
from tests.browser.rest import painted, settle

Open = Callable[..., Page]


def test_scrubbing_changes_the_digit_during_the_drag(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    box = page.get_by_label("place on the path").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for share in (0.4, 0.3, 0.2, 0.1, 0.02):
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.add(tuple(pixels(page, "decoded")))
    assert len(seen) == 5
    page.mouse.move(box["x"], y)
    painted(page)
    assert pixels(page, "decoded") == pixels(page, "stop-1")  # a path begins at its first stop
    page.mouse.up()


def test_the_filmstrip_is_dragged_and_a_press_chooses_a_picture(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    strip, slider = page.get_by_test_id("filmstrip"), page.get_by_label("place on the path")
    box = strip.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], y)
    page.mouse.down()
    seen = set()
    for share in (0.6, 0.7, 0.8, 0.9, 1.1):  # also beyond its end
        page.mouse.move(box["x"] + share * box["width"], y)
        painted(page)
        seen.add(tuple(pixels(page, "decoded")))
    assert len(seen) == 5
    assert slider.input_value() == "1"
    page.mouse.up()
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    painted(page)
    assert slider.input_value() == "1"  # it was let go
    page.mouse.click(box["x"] + 3, y)
    painted(page)
    assert slider.input_value() == "0"
    assert pixels(page, "decoded") == pixels(page, "stop-1")


def test_stops_come_and_go_and_the_link_keeps_the_path(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    for digit in "0147":
        page.get_by_role("button", name=f"add {digit}", exact=True).click()
    expect(page.get_by_role("button", name="add 9", exact=True)).to_be_disabled()  # six are enough
    last = pixels(page, "decoded")
    assert last == pixels(page, "stop-6")
    page.get_by_role("button", name="swap stops 5 and 6").click()
    painted(page)
    assert pixels(page, "stop-5") == last
    page.get_by_role("button", name="remove stop 1").click()
    page.get_by_label("path", exact=True).select_option("spherical")
    page.get_by_label("place on the path").fill("2.4")
    settle(page)
    shown = pixels(page, "decoded")
    again = open_page(page.url)
    assert pixels(again, "decoded") == shown
    assert again.locator(".stop").count() == 5
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert page.get_by_label("path", exact=True).input_value() == "straight"


def test_it_plays_and_pauses(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    page.get_by_role("button", name="Play").click()
    seen = set()
    while len(seen) < 5:  # it goes on by itself
        seen.add(tuple(pixels(page, "decoded")))
    page.get_by_role("button", name="Pause").click()
    before = pixels(page, "decoded")
    settle(page)  # which it never does while it plays
    assert pixels(page, "decoded") == before


def test_the_animation_has_the_frames_asked_for(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    page.get_by_label("Frames to save").fill("10")
    page.get_by_label("Frames to save").press("Enter")
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="GIF").click()
    animation = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert animation.format == "GIF"
    assert animation.n_frames == 10  # type: ignore[attr-defined]  # a GIF has it
    assert difference(last_frame(animation), pixels(page, "stop-2")) > 5  # there and back
    page.get_by_role("checkbox", name="Back and forth").click()
    settle(page)
    assert "back=0" in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="GIF").click()
    animation = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert difference(last_frame(animation), pixels(page, "stop-2")) < 5  # there only, as it is played
    expect(open_page(page.url).get_by_role("checkbox", name="Back and forth")).not_to_be_checked()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG filmstrip").click()
    strip = np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())))
    assert strip.shape == (4 * 28, 10 * 4 * 28)
    assert difference(strip[::4, : 4 * 28 : 4].ravel().tolist(), pixels(page, "stop-1")) < 1


def last_frame(animation: Image.Image) -> list[int]:
    """Return the grey values of an animation's last picture, as small as the network draws it."""
    animation.seek(animation.n_frames - 1)  # type: ignore[attr-defined]  # a GIF has it
    values: list[int] = np.asarray(animation.convert("L").resize((28, 28), Image.Resampling.NEAREST)).ravel().tolist()
    return values


def test_my_digit_can_be_a_stop(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph?digit=5")
    page.get_by_role("button", name="add my digit").click()
    settle(page)
    mine = pixels(page, "decoded")
    page.get_by_role("link", name="Draw").click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert pixels(page, "decoded") == mine


@pytest.mark.parametrize("spherical", [False, True])
def test_paths_agree_with_python(modules: Page, spherical: bool) -> None:
    rng = np.random.default_rng(0)
    for stops in (rng.standard_normal((4, 16)), np.outer([1, -2, 0.5], np.ones(8)), np.zeros((2, 3))):
        places = np.linspace(0, len(stops) - 1, 23)
        mine = modules.evaluate(
            """async ([stops, places, spherical]) => {
                const { interpolate } = await import('../lib/interpolation.js');
                return places.map((place) => Array.from(interpolate(stops, place, spherical)));
            }""",
            [stops.tolist(), places.tolist(), spherical],
        )
        np.testing.assert_allclose(mine, interpolate(stops, places, spherical), atol=1e-5)
