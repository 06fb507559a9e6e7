"""The Colorize page in rooms, in talks, as one file, and under a finger."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import canvas
from tests.browser.finger import on_phone
from tests.browser.rest import painted, settle
from tests.browser.test_colorize import colours, press, slider
from tests.browser.test_colorize_hints import click
from tests.browser.test_colorize_own import bring, file
from tests.browser.test_export_html import opened
from tests.browser.test_rooms import DEEP, FOLLOWING, SLIDER_IS, SLOW, present, wait_for
from ui import export_html

Open = Callable[..., Page]
SIZE_IS = f"([id, width, height]) => {{ const c = ({DEEP})(id); return c?.width === width && c.height === height; }}"
TALK = """talk: Of colour
scenes:
  - line: Which colours had it?
    page: colorize
    picture: cat
    animation: {kind: sweep, slider: 2, seconds: 2, repeat: yes}
"""


def test_a_room_sees_the_picture_and_follows_the_sliders(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/colorize?picture=coffee")
    follower = open_page(present(presenter))
    follower.wait_for_selector(".colorize[data-ready=true]", timeout=SLOW)
    wait_for(follower, SIZE_IS, ["[data-testid=grey]", 512, 341])
    slider(presenter, 3).fill("1.5")
    wait_for(follower, SLIDER_IS, ["input[aria-label='colour 3']", 1.5])
    settle(follower)
    np.testing.assert_array_equal(canvas(follower, "colored"), canvas(presenter, "colored"))
    presenter.get_by_role("button", name="Raccoon", exact=True).click()
    wait_for(follower, SIZE_IS, ["[data-testid=grey]", 512, 384])
    click(presenter, 0.5, 0.5)
    expect(follower.locator(".marks .hint")).to_have_count(1, timeout=SLOW)
    click(follower, 0.2, 0.2)  # takes over
    expect(follower.get_by_text(FOLLOWING)).to_be_hidden()
    expect(follower.locator(".marks .hint")).to_have_count(2)
    expect(presenter.locator(".marks .hint")).to_have_count(1)


def test_a_private_picture_goes_to_a_room_only_when_its_owner_presents(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/colorize")
    sent: list[tuple[str, int]] = []

    def note(request: object) -> None:
        if request.method == "POST" and request.url.endswith("/picture"):  # type: ignore[attr-defined]
            sent.append((request.url, len(request.post_data_buffer or b"")))  # type: ignore[attr-defined]

    presenter.on("request", note)
    bring(presenter, file((1500, 900)))
    assert sent == []
    link = present(presenter)
    follower = open_page(link)
    follower.wait_for_selector(".colorize[data-ready=true]", timeout=SLOW)
    wait_for(follower, SIZE_IS, ["[data-testid=grey]", 1024, 614])
    settle(presenter)
    assert len(sent) == 1
    assert 0 < sent[0][1] <= 100_000
    press(presenter, "As it was")
    value = colours(presenter)[0]
    wait_for(follower, SLIDER_IS, ["input[aria-label='colour 1']", value])
    settle(follower)
    assert canvas(follower, "colored")[300, 100, 0] > canvas(follower, "colored")[300, 100, 2] + 30
    bring(presenter, file((700, 700)))  # another one
    wait_for(follower, SIZE_IS, ["[data-testid=grey]", 700, 700])


def test_a_talk_shows_colours(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk")
    page.get_by_label("The scenes, as YAML").fill(TALK)
    page.get_by_label("The scenes, as YAML").press("Tab")
    settle(page)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("Which colours had it?", timeout=SLOW)
    wait_for(page, SIZE_IS, ["[data-testid=stage-colored]", 451, 300])
    seen = set()
    while len(seen) < 4:  # it moves by itself
        seen.add(canvas(page, "stage-colored").tobytes())
    grey = canvas(page, "stage-grey")
    assert (grey == grey[..., :1]).all()


def test_it_is_one_file_that_needs_no_network(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "colorize.html"
    path.write_bytes(export_html.colorize_page())
    with opened(chromium, path) as page:
        page.wait_for_selector(".colorize[data-ready=true]")
        settle(page)
        before = canvas(page, "colored")
        slider(page, 1).fill("2")
        painted(page)
        assert np.abs(canvas(page, "colored") - before).mean() > 1
        page.get_by_role("button", name="Coffee cup").click()
        settle(page)
        assert canvas(page, "grey").shape == (341, 512, 3)
        press(page, "Nine others")
        bring(page, file((90, 60)))
        assert canvas(page, "grey").shape == (60, 90, 3)


@pytest.mark.parametrize("width", [390, pytest.param(320, marks=pytest.mark.proof)])
def test_nothing_moves_under_a_finger(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/colorize", width)

    def button(name: str) -> None:
        finger.tap(page.get_by_role("button", name=name, exact=True), name)

    finger.drag(slider(page, 1), "a slider")
    button("As it was")
    button("What the network sees")
    button("What the network sees")
    button("Add a hint")
    finger.tap(page.locator(".swatch").nth(2), "a likely colour")
    button("Remove all")
    button("colouring 5")
    button("Nine others")
    finger.drag(page.get_by_label("temperature"), "the temperature")
    finger.tap(page.get_by_role("button", name="Raccoon", exact=True), "another picture")
    assert not finger.found, "\n".join(finger.found)


def test_a_model_that_did_not_arrive_is_asked_for_again(app: str, open_page: Open, chromium: Browser) -> None:
    page = chromium.new_page()
    page.route("**/models/**", lambda route: route.fulfill(status=503))
    page.goto(f"{app}/colorize")
    said = page.get_by_text(re.compile(r"The colours need the model, but the model could not be loaded \(HTTP 503\)"))
    expect(said).to_be_visible(timeout=SLOW)
    page.unroute("**/models/**")
    page.get_by_role("button", name="Raccoon", exact=True).click()  # runs the page again
    page.wait_for_selector(".colorize[data-ready=true]")
    expect(said).to_be_hidden()
    page.close()
