"""The demo in one file, opened from disk in a real Chromium that is offline."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from aecore.data.strokes import PEN
from tests.browser.chromium import new_visitor
from tests.browser.conftest import SEVEN, difference, latents, pixels
from tests.browser.rest import painted, settle
from ui import export_html

Open = Callable[..., Page]


@contextmanager
def opened(chromium: Browser, path: Path, width: int = 1280, height: int = 900, **options: object) -> Iterator[Page]:
    """Open a file from disk, offline; in the end there may have been no error and no request for anything else."""
    complaints: list[str] = []
    context = new_visitor(chromium, viewport={"width": width, "height": height}, offline=True, **options)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    own = (path.as_uri(), "data:", "blob:")
    page.on("request", lambda r: r.url.startswith(own) or complaints.append(f"leaves the file: {r.url}"))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    for name in ("default", "book"):
        (folder / f"{name}.html").write_bytes(export_html.page(name))
    return folder


@pytest.fixture(scope="module")
def page(chromium: Browser, folder: Path) -> Iterator[Page]:
    """The page with the default model, on which each test starts from the sample 5."""
    with opened(chromium, folder / "default.html") as page:
        yield page


@pytest.fixture
def part(page: Page) -> Callable[[str], Locator]:
    """A function that turns to a part of the page, by its link and the keyboard."""

    def turn(name: str) -> Locator:
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        section = page.locator(f"section.{name.lower()}")
        section.locator("[data-ready=true]").wait_for()
        return section

    turn("Draw").get_by_role("button", name="5", exact=True).click()
    return turn


Part = Callable[[str], Locator]


def stroke(page: Page, points: list[tuple[float, float]]) -> Iterator[None]:
    """Draw with the mouse; pauses before each point but the first, the pen down."""
    box = page.get_by_test_id("sketch").bounding_box()
    assert box is not None
    path = [(box["x"] + 280 * x, box["y"] + 280 * y) for x, y in points]
    page.mouse.move(*path[0])
    page.mouse.down()
    for point in path[1:]:
        yield
        page.mouse.move(*point, steps=8)
        painted(page)
    page.mouse.up()


def test_the_reconstruction_follows_the_pen(page: Page, part: Part) -> None:
    draw = part("Draw")
    before = pixels(draw, "model-input")
    draw.get_by_role("button", name="Clear").click()
    expect(draw.get_by_test_id("hint")).to_contain_text("The canvas is empty")
    seen = [(pixels(draw, "model-input"), pixels(draw, "decoded")) for _ in stroke(page, SEVEN)][1:]
    assert len({str(both) for both in seen}) == len(SEVEN) - 2  # each piece of the stroke showed
    assert difference(pixels(draw, "model-input"), pixels(draw, "decoded")) < 25
    draw.get_by_role("button", name="Undo").first.click()
    expect(draw.get_by_test_id("hint")).to_contain_text("The canvas is empty")
    draw.get_by_role("button", name="Undo").first.click()
    painted(page)
    assert difference(pixels(draw, "model-input"), before) < 4  # the sample again, drawn by the browser now


def test_a_pen_draws_and_a_second_finger_does_not(page: Page, part: Part) -> None:
    draw = part("Draw")
    draw.get_by_role("button", name="Clear").click()
    ink = "c => c.getContext('2d').getImageData(0, 0, 280, 280).data.filter((v, i) => i % 4 === 0 && v > 127).length"
    box = draw.get_by_test_id("sketch").bounding_box()
    assert box is not None
    pen = page.context.new_cdp_session(page)
    for kind, x in (("mousePressed", 100), ("mouseMoved", 200), ("mouseReleased", 200)):
        place = {"x": box["x"] + x, "y": box["y"] + 150, "button": "left", "buttons": 1, "clickCount": 1}
        pen.send("Input.dispatchMouseEvent", {"type": kind, "pointerType": "pen", **place})
        elsewhere = {"pointerId": 99, "pointerType": "touch", "clientX": box["x"] + 20, "clientY": box["y"] + 20}
        for touch in ("pointerdown", "pointermove"):
            if kind == "mouseMoved":  # the pen is down
                draw.get_by_test_id("sketch").dispatch_event(touch, elsewhere)
    painted(page)
    area = 100 * PEN + math.pi * (PEN / 2) ** 2
    assert draw.get_by_test_id("sketch").evaluate(ink) == pytest.approx(area, rel=0.02)


def test_pictures_equal_the_apps(app: str, open_page: Open, part: Part) -> None:
    draw, other = part("Draw"), open_page(f"{app}/?digit=5")
    moved = 0
    for value in (None, "1.5", "-2"):
        for one in (draw, other):
            if value:
                one.get_by_label("latent 1", exact=True).fill(value)
                painted(one.page if isinstance(one, Locator) else one)
        assert latents(draw) == latents(other)
        assert pixels(draw, "model-input") == pixels(other, "model-input")
        assert pixels(draw, "decoded") == pixels(other, "decoded")
        assert hash(tuple(pixels(draw, "decoded"))) != moved
        moved = hash(tuple(pixels(draw, "decoded")))
        expect(draw.get_by_test_id("read-as")).to_have_text(re.compile(r"^\d: \d+ %$"))
        expect(draw.get_by_test_id("read-as")).to_have_text(other.get_by_test_id("read-as").inner_text())
    denoise, other = part("Denoise"), open_page(f"{app}/denoise?digit=5")
    for one in (denoise, other):
        one.get_by_label("noise level").fill("0.4")
    panels = ("clean", "corrupted", "denoised", "plain", "book")
    for _ in range(3):  # once more where Python's answer came between two of the panels that were read
        settle(denoise.page)
        settle(other)
        unequal = [name for name in panels if pixels(denoise, name) != pixels(other, name)]
        if not unequal:
            break
    assert unequal == []
    numbers = [one.get_by_test_id("denoised-numbers").inner_text() for one in (denoise, other)]
    assert numbers[0] == numbers[1]
    assert "MSE" in numbers[0]
    with denoise.page.expect_download() as saved:
        denoise.get_by_role("button", name="Save as PNG").click()
    assert saved.value.suggested_filename == "gaussian-0.40.png"


def test_the_map_decodes_under_the_pointer_and_a_click_moves_the_sliders(page: Page, part: Part) -> None:
    before = latents(part("Draw"))
    found = part("Map")
    assert found.get_by_role("button", name="Two-number model").is_hidden()  # that network is not inside
    own = pixels(found, "decoded")
    found.get_by_test_id("atlas").hover(position={"x": 150, "y": 300})
    painted(page)
    pointed = pixels(found, "decoded")
    assert difference(pointed, own) > 10
    found.get_by_test_id("atlas").click(position={"x": 150, "y": 300})
    draw = part("Draw")
    assert latents(draw) != before
    assert difference(pixels(draw, "decoded"), pointed) < 2  # the latent is kept in steps of 0.01


def test_a_finger_draws_on_a_phone(chromium: Browser, folder: Path) -> None:
    options = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}
    with opened(chromium, folder / "book.html", **options) as page:
        page.wait_for_selector(".deck[data-ready=true]")
        before = pixels(page, "model-input"), pixels(page, "decoded"), page.evaluate("scrollY")
        box = page.get_by_test_id("sketch").bounding_box()
        assert box is not None
        touch = page.context.new_cdp_session(page)
        for i in range(20):
            at = [{"x": box["x"] + 30 + 10 * i, "y": box["y"] + 30 + 10 * i}]
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": at})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        settle(page)
        assert difference(pixels(page, "model-input"), before[0]) > 5
        assert difference(pixels(page, "decoded"), before[1]) > 5
        assert page.evaluate("scrollY") == before[2]  # the canvas keeps the finger
        page.wait_for_timeout(500)  # Chromium takes a tap within 0.3 s of a stroke for a part of it
        page.get_by_role("link", name="Denoise").tap()
        page.wait_for_selector(".lab[data-ready=true]")
        assert difference(pixels(page, "clean"), pixels(page, "book")) < difference(
            pixels(page, "clean"), pixels(page, "corrupted")
        )
        assert page.get_by_test_id("curve").count() == 0  # what draws the chart is not inside
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_file_cut_short_says_so(chromium: Browser, folder: Path, tmp_path: Path) -> None:
    whole = (folder / "book.html").read_bytes()
    cut = tmp_path / "cut.html"
    cut.write_bytes(whole[: whole.index(b'data-file="book.encoder') + 1000])
    with opened(chromium, cut) as page:
        expect(page.get_by_text("this file is incomplete: download it again")).to_be_visible()
        before = pixels(page, "decoded")
        page.get_by_label("latent 1", exact=True).press("PageUp")  # the decoder had come
        painted(page)
        assert pixels(page, "decoded") != before


def test_a_network_trains_in_the_file_and_serves_on_its_sliders(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "book.html") as page:
        page.get_by_role("link", name="Train").click()
        state = page.get_by_test_id("here-state")
        expect(state).to_contain_text("Ready", timeout=60_000)
        page.get_by_label("Latent size, in this browser").select_option("8")
        page.get_by_label("Epochs, in this browser").select_option("5")
        expect(state).to_contain_text("Ready", timeout=60_000)
        page.get_by_test_id("here-start").click()
        expect(state).to_contain_text("Done", timeout=120_000)
        page.get_by_test_id("here-use").click()
        expect(page.get_by_test_id("here-result")).to_contain_text("on the sliders of Draw now", timeout=60_000)
        page.get_by_role("link", name="Draw").click()
        page.locator("section.draw [data-ready=true]").wait_for()
        settle(page)
        assert len(latents(page)) == 8
        page.locator("section.draw").get_by_role("button", name="5", exact=True).click()
        settle(page)
        assert difference(pixels(page, "model-input"), pixels(page, "decoded")) < 40
