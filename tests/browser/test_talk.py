"""Talk mode and the attract loop in a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

import aecore
from tests.browser.chromium import new_visitor
from tests.browser.conftest import canvas, difference, draw, pixels, unfold
from tests.browser.rest import painted, settle
from tests.server import serving
from ui.features.talk import scenes

Open = Callable[..., Page]
TALK = scenes.parse(scenes.BUILT_IN.read_text(encoding="utf-8"), aecore.available())
SHOWN = {
    "draw": "stage-output",
    "denoise": "stage-denoised",
    "morph": "stage-between",
    "colorize": "stage-colored",
    "scenes": "stage-redrawn",
    "sound": "stage-noisy",
}  # what an animation changes

SEVEN = [[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)], [(0.35, 0.5), (0.7, 0.5)]]

# What is not wholly on screen, or lies over something else.
CUT = """() => {
    const host = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('[data-testid=stage]'));
    const shown = '.line, .square > :not(.pen), figcaption';
    const seen = [...host.shadowRoot.querySelectorAll(shown)].filter((e) => e.checkVisibility());
    const boxes = seen.map((e) => {
        const range = document.createRange(); // a text is as wide as its letters, not as its box
        range.selectNodeContents(e);
        return (e.matches('canvas, svg') ? e : range).getBoundingClientRect();
    });
    const name = (i) => seen[i].outerHTML.slice(0, 60);
    const outside = ({ left, top, right, bottom }) => left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    const wide = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const over = (a, b) => wide(a, b) > 1 && high(a, b) > 1;
    return boxes.flatMap((box, i) => [
        ...(outside(box) ? [`outside: ${name(i)}`] : []),
        ...boxes.slice(0, i).flatMap((other, j) => (over(box, other) ? [`${name(i)} over ${name(j)}`] : [])),
    ]);
}"""


# Nothing of the page lies over it.
ABOVE = """(e) => {
    const { left, top } = e.getBoundingClientRect(), root = e.getRootNode();
    return root.host === document.elementFromPoint(left + 1, top + 1) && e === root.elementFromPoint(left + 1, top + 1);
}"""


def on_stage(page: Page) -> dict[str, Any]:
    """Return the scene and position that a follower receives."""
    received: dict[str, Any] = page.evaluate(
        """async () => {
            const [modules] = Object.values(globalThis.playgroundModules); // that the page's parts share
            const { sceneNow } = modules['frontend/lib/component.js'];
            return sceneNow().talk;
        }"""
    )
    return {"scene": received["scene"], **received["position"]}


def moves(page: Page) -> bool:
    """Return whether something on stage moves by itself within 0.3 seconds."""
    before, end = on_stage(page), time.monotonic() + 0.3
    while on_stage(page) == before:
        if time.monotonic() > end:
            return False
    return True


def changes(page: Page, test_id: str) -> float:
    """Return how much a picture that moves by itself has changed, in grey levels, after three seconds at most."""
    before, end, found = pixels(page, test_id), time.monotonic() + 3, 0.0
    while found <= 0.3 and time.monotonic() < end:
        found = difference(pixels(page, test_id), before)
    return found


@pytest.mark.parametrize(("width", "height"), [(1024, 768), pytest.param(3840, 2160, marks=pytest.mark.proof)])
def test_the_shipped_talk_runs_by_keyboard_alone(app: str, open_page: Open, width: int, height: int) -> None:
    page = open_page(f"{app}/denoise?talk=1", width, height)  # from wherever one is
    line = page.get_by_test_id("stage-line")
    letters = line.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert letters > height / 17
    for i, scene in enumerate(TALK.scenes):
        assert line.inner_text() == scene["line"]
        expect(line).to_be_in_viewport(ratio=1)
        assert page.evaluate(CUT) == [], scene["line"]
        received = on_stage(page)
        assert received["scene"] == i
        if scene["animation"]:
            shown = "stage-input" if scene["camera"] == ["input"] else SHOWN[scene["page"]]
            assert changes(page, shown) > 0.3, scene["line"]
        page.keyboard.press("PageDown")
    assert on_stage(page)["scene"] == len(TALK.scenes) - 1  # the last one stays
    page.keyboard.press("PageUp")
    assert on_stage(page)["scene"] == len(TALK.scenes) - 2
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stage")).to_be_hidden()
    expect(page.get_by_role("button", name="Present", exact=True)).to_be_visible()


def test_nothing_on_stage_waits_for_a_network(chromium: Browser) -> None:
    page = new_visitor(chromium).new_page()
    with serving() as server:
        page.goto(f"{server.address}/talk?talk=1")
        page.wait_for_selector(".stage[data-ready=true]")  # the list of scenes may be there before
    expect(page.locator(".stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    line = page.get_by_test_id("stage-line")
    for scene in TALK.scenes:
        assert line.inner_text() == scene["line"]
        assert line.evaluate(ABOVE)
        assert not scene["animation"] or moves(page)
        page.keyboard.press("PageDown")
    page.context.close()


def test_every_key_does_what_the_card_says(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk?talk=1&scene=4", 1024, 768)
    press = page.keyboard.press
    press("?")
    expect(page.get_by_test_id("stage-keys")).to_be_visible()
    press("Escape")
    expect(page.get_by_test_id("stage-keys")).to_be_hidden()
    start = on_stage(page)
    assert (start["scene"], start["slider"]) == (3, None)
    press("ArrowDown")
    press("ArrowDown")
    press("ArrowUp")
    press("ArrowDown")
    press("+")
    press("+")
    press("-")
    bent = on_stage(page)
    assert bent["slider"] == 1
    assert bent["latent"][1] == pytest.approx(start["latent"][1] + 0.1)
    press("0")
    painted(page)
    assert on_stage(page)["latent"] == start["latent"]
    press("r")
    painted(page)
    assert on_stage(page)["latent"] != start["latent"]
    press("0")
    painted(page)
    press("n")
    press("n")
    press("m")
    noisy = on_stage(page)
    assert noisy["level"] == pytest.approx(0.05)
    assert noisy["latent"] != start["latent"]
    press("s")
    assert moves(page)
    press(" ")
    assert not moves(page)
    press("b")
    expect(page.get_by_test_id("stage-blank")).to_be_visible()
    press("b")
    expect(page.get_by_test_id("stage-blank")).to_be_hidden()
    press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    painted(page)
    assert page.get_by_test_id("stage-line").evaluate(ABOVE)  # of what became full screen
    press("f")
    page.wait_for_function("document.fullscreenElement === null")
    press("End")
    assert on_stage(page)["scene"] == len(TALK.scenes) - 1
    press("Home")
    assert on_stage(page)["scene"] == 0


def test_hands_draw_and_bend_on_stage(app: str, open_page: Open) -> None:
    scene = next(i for i, one in enumerate(TALK.scenes) if one["page"] == "draw" and len(one["camera"]) == 3)
    page = open_page(f"{app}/talk?talk=1&scene={scene + 1}", 1024, 768, ready=False)
    page.wait_for_selector(".stage[data-ready=true]")
    page.keyboard.press(" ")
    page.keyboard.press("0")
    settle(page)
    start, shown = on_stage(page), pixels(page, "stage-output")
    paper = page.get_by_test_id("stage-input").bounding_box()
    assert paper is not None
    for stroke in SEVEN:
        across(page, paper, *stroke)
    drawn = on_stage(page)
    assert drawn["scene"] == scene  # a click does not lead on
    assert len(drawn["strokes"]) == len(SEVEN)
    assert difference(pixels(page, "stage-output"), shown) > 10
    latent = page.get_by_test_id("stage-latent").bounding_box()
    assert latent is not None
    across(page, latent, (2.5 / 16, 0.5), (2.5 / 16, 0.05))
    bent = on_stage(page)
    assert bent["slider"] == 2
    assert bent["latent"][2] == 3.2
    assert bent["latent"][3:] == drawn["latent"][3:]
    page.keyboard.press("c")
    assert on_stage(page)["strokes"] == []
    page.keyboard.press("0")
    painted(page)
    assert on_stage(page) == {**start, "slider": 2}
    page.mouse.move(500, 700)
    page.get_by_role("button", name="next scene").click()
    assert on_stage(page)["scene"] == scene + 1
    page.get_by_role("button", name="previous scene").click()
    assert on_stage(page)["scene"] == scene


def test_what_is_drawn_on_stage_can_have_noise(app: str, open_page: Open) -> None:
    scene = next(i for i, one in enumerate(TALK.scenes) if one["page"] == "denoise")
    page = open_page(f"{app}/talk?talk=1&scene={scene + 1}", 1024, 768, ready=False)
    page.wait_for_selector(".stage[data-ready=true]")
    page.keyboard.press(" ")
    page.keyboard.press("c")
    paper = page.get_by_test_id("stage-clean").bounding_box()
    assert paper is not None
    for stroke in SEVEN:
        across(page, paper, *stroke)
    page.keyboard.press("n")
    painted(page)
    assert difference(pixels(page, "stage-corrupted"), pixels(page, "stage-clean")) > 1
    assert sum(pixels(page, "stage-denoised")) > 5000


def across(page: Page, box: FloatRect, *places: tuple[float, float]) -> None:
    """Drag the mouse over fractions of a box."""
    for i, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8 if i else 1)
        if i == 0:
            page.mouse.down()
    page.mouse.up()
    painted(page)


def test_scenes_are_edited_in_the_page(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph")
    page.get_by_role("link", name="Talk").click()
    page.wait_for_selector(".stage[data-ready=true]")
    text = page.get_by_label("The scenes, as YAML")
    text.fill("talk: Mine\nscenes:\n  - line: My own\n    digit: 12\n")
    text.press("Tab")  # the field reports what was written; a click is slower than that
    settle(page)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("line 4: a sample digit is a number from 0 to 9, not '12'.")).to_be_visible()
    expect(page.get_by_test_id("stage-line")).to_have_text(TALK.title)
    text.fill("talk: Mine\nscenes:\n  - line: My own\n    digit: 2\n")
    text.press("Tab")
    settle(page)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("My own")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "talk.yaml"
    assert download.value.path().read_text() == "talk: Mine\nscenes:\n  - line: My own\n    digit: 2\n"
    page.get_by_role("button", name="Present", exact=True).click()
    expect(page.get_by_test_id("stage")).to_be_visible()
    assert page.evaluate(CUT) == []
    page.go_back()  # to another page, from on stage: the keys are that page's own again
    page.wait_for_selector(".morph[data-ready=true]")
    page.evaluate("document.addEventListener('keydown', (event) => (window.heard = event.key))")
    page.keyboard.press("PageDown")
    assert page.evaluate("window.heard") == "PageDown"


def test_the_attract_loop_yields_to_the_first_touch(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?digit=7&kiosk=1&idle=3", has_touch=True)
    loop = page.get_by_test_id("attract")
    draw(page, [(0.1, 0.9), (0.9, 0.9)])
    unfold(page)
    page.get_by_label("latent 1", exact=True).fill("1.5")
    drawn = pixels(page, "model-input")
    loop.wait_for(state="visible")
    assert changes(page, "stage-output") > 0.3  # it draws by itself
    page.wait_for_function("location.search.includes('digit=3')")  # beneath it, what was drawn is gone
    box = page.get_by_role("button", name="9", exact=True).bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 10, box["y"] + 10)
    assert not loop.is_visible()  # at once, and nothing that lies beneath was pressed
    settle(page)
    assert "digit=3" in page.url
    assert "kiosk=1" in page.url
    assert pixels(page, "model-input") != drawn
    page.touchscreen.tap(box["x"] + 10, box["y"] + 10)  # the second touch is the visitor's own
    page.wait_for_function("location.search.includes('digit=9')")
    assert not loop.is_visible()
    loop.wait_for(state="visible")
    page.keyboard.press("a")
    assert not loop.is_visible()


def test_a_network_learns_on_stage(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk")
    text = page.get_by_label("The scenes, as YAML")
    text.fill("talk: Mine\nscenes:\n  - line: It learns here and now\n    page: train_here\n  - line: The end\n")
    text.press("Tab")
    settle(page)
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("It learns here and now", timeout=60_000)
    learned = page.locator("figure.redrawn figcaption")
    expect(learned).to_have_text(re.compile(r"after [1-9]\d* batch"), timeout=60_000)
    before = canvas(page, "stage-redrawn")
    expect(page.locator("figure.errors figcaption")).to_have_text(re.compile(r"error 0\.0[0-4]"), timeout=120_000)
    assert abs(canvas(page, "stage-redrawn") - before).mean() > 5
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_test_id("stage-line")).to_have_text("The end")
