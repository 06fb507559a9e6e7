"""The Draw page before Streamlit has loaded: it works, and Streamlit's page takes its place without a jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from aecore.core.latents import latent_from_text, latent_to_text
from tests.browser.conftest import SEVEN, canvas_box, difference, draw, latents, pixels
from tests.browser.rest import painted, settle

Open = Callable[..., Page]
STREAMLIT = "**/static/js/index.*.js"

BOXES = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
LIT = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 0 && value > 127).length;
}"""


@contextmanager
def before_streamlit(open_page: Open, address: str, **options: object) -> Iterator[tuple[Page, Callable[[], None]]]:
    """Open a page whose Streamlit waits; yields it and a function that lets Streamlit load and waits for its page."""
    waiting: list[Route] = []
    page = open_page("about:blank", ready=False, **options)
    page.route(STREAMLIT, lambda route: waiting.append(route))
    page.goto(address, wait_until="commit")

    def let_in(settled: bool = True) -> None:
        for route in waiting:
            route.continue_()
        page.unroute(STREAMLIT)
        if settled:
            arrived(page)

    page.wait_for_selector(".deck")
    expect(page.get_by_label("slant", exact=True)).to_be_visible()
    page.wait_for_function("() => document.getElementById('first-frame') !== null")
    decoded(page)
    yield page, let_in


def decoded(page: Page) -> None:
    """Wait until the decoder has drawn a digit."""
    expect(page.get_by_test_id("reconstruction-error")).not_to_have_text("–")
    painted(page)


def arrived(page: Page) -> None:
    """Wait until Streamlit's page has taken the first frame's place."""
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    settle(page)


@pytest.mark.parametrize(
    ("width", "height"), [(1440, 900), (1024, 768), (800, 1000), (390, 664), (844, 390), (320, 640)]
)
def test_everything_stands_where_streamlit_will_put_it(app: str, open_page: Open, width: int, height: int) -> None:
    phone = {"has_touch": True, "is_mobile": True} if min(width, height) < 650 else {}
    with before_streamlit(open_page, app, width=width, height=height, script=BOXES, **phone) as (page, let_in):
        first = page.evaluate("window.boxes.inFirstFrame()")
        let_in()
        then = page.evaluate("window.boxes.inStreamlit()")
    assert len(first) > 20
    assert {name: then.get(name) for name, box in first.items() if _distance(box, then.get(name)) > 2} == {}


def _distance(box: list[float], other: list[float] | None) -> float:
    return 99 if other is None else max(abs(a - b) for a, b in zip(box, other, strict=True))


def test_what_was_not_touched_is_the_same_afterwards(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, let_in):
        values, picture = latents(page), pixels(page, "decoded")
        let_in()
        assert latents(page) == values
        assert difference(pixels(page, "decoded"), picture) < 4  # a student drew the first
        assert page.locator("#first-frame").count() == 0


def test_a_slider_moves_the_picture_and_stays_where_it_was_put(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, let_in):
        before = pixels(page, "decoded")
        page.get_by_label("latent 3", exact=True).fill("-1.5")
        painted(page)
        assert difference(pixels(page, "decoded"), before) > 1
        values = latents(page)
        let_in()
        assert latents(page) == values
        page.wait_for_url("**z=**")
        z = page.evaluate("new URLSearchParams(location.search).get('z')")
        assert latent_from_text(z, 16).tolist() == pytest.approx(values, abs=1e-6)
        page.reload()
        arrived(page)
        assert latents(page) == values


def test_a_thumb_that_is_held_is_not_let_go(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, let_in):
        thumb = page.get_by_label("latent 2", exact=True)
        box = thumb.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        let_in(settled=False)
        page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        )
        seen = []
        for step in range(1, 6):
            page.mouse.move(x + 10 * step, y)
            painted(page)
            seen.append(tuple(pixels(page, "decoded")))
        assert len(set(seen)) == 5
        assert page.locator("#first-frame").count() == 1
        values = latents(page)
        page.mouse.up()
        arrived(page)
        assert latents(page) == values


def test_a_sample_that_was_chosen_is_on_the_canvas(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, let_in):
        page.locator("#first-frame button", has_text="8").click()
        painted(page)
        seen = pixels(page, "model-input")
        let_in()
        assert pixels(page, "model-input") == seen
        page.wait_for_url("**digit=8**")
        expect(page.locator("#root .samples [aria-pressed=true]")).to_have_text("8")


def test_what_was_drawn_is_on_the_canvas(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, let_in):
        page.locator("#first-frame button", has_text="Clear").click()
        box = page.get_by_test_id("sketch").bounding_box()
        assert box is not None
        path = [(box["x"] + 280 * px, box["y"] + 280 * py) for px, py in SEVEN]
        page.mouse.move(*path[0])
        page.mouse.down()
        for point in path[1:]:
            page.mouse.move(*point, steps=6)
        page.mouse.up()
        page.wait_for_function("() => document.querySelector('#first-frame [aria-pressed=true]') === null")
        painted(page)
        seen = pixels(page, "model-input")
        assert max(seen) == 255
        let_in()
        assert pixels(page, "model-input") == seen
        values = latents(page)
        settle(page)
        z = page.evaluate("new URLSearchParams(location.search).get('z')")
        assert latent_from_text(z, 16).tolist() == pytest.approx(values, abs=1e-6)
        lit = page.locator("canvas.dc-canvas.lower-canvas").evaluate(LIT)
        assert lit > 2000
        canvas_box(page)
        draw(page, [(0.3, 0.5), (0.7, 0.5)])
        settle(page)
        assert pixels(page, "model-input") != seen


def test_a_link_opens_its_digit_and_sliders_at_once(app: str, open_page: Open) -> None:
    import numpy as np

    z = np.arange(-8, 8, dtype=np.float32) / 4
    with before_streamlit(open_page, f"{app}/?digit=5&z={latent_to_text(z)}") as (page, let_in):
        assert latents(page) == z.tolist()
        seen = pixels(page, "model-input")
        let_in()
        assert latents(page) == z.tolist()
        assert pixels(page, "model-input") == seen


@pytest.mark.parametrize(
    "query",
    [
        "?model=pocket",
        "?room=apple-42",
        *(
            pytest.param(query, marks=pytest.mark.proof)
            for query in ("?talk=1", "?kiosk=1", "?digit=12", "?surprise=1")
        ),
    ],
)
def test_other_links_wait_for_streamlit(app: str, open_page: Open, query: str) -> None:
    page = open_page(f"{app}/{query}", ready=False)
    assert page.get_by_test_id("sketch").count() == 0
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    expect(page.get_by_test_id("stApp")).to_be_visible()


def test_it_works_when_streamlit_never_comes(app: str, open_page: Open) -> None:
    with before_streamlit(open_page, app) as (page, _):
        page.locator("#first-frame button", has_text="4").click()
        page.get_by_label("latent 1", exact=True).press("End")
        painted(page)
        assert max(pixels(page, "decoded")) > 100


@pytest.mark.parametrize("missing", ["**/bundle/draw/first_frame.js", "**/students/**", "**/*.decoder.safetensors"])
def test_without_a_file_of_its_own_the_page_still_opens(app: str, chromium: Browser, missing: str) -> None:
    page = chromium.new_page()
    page.route(missing, lambda route: route.abort())
    page.goto(app)
    page.wait_for_function("() => !('opening' in document.documentElement.dataset)")
    expect(page.get_by_label("latent 1", exact=True)).to_be_visible()
    expect(page.locator("canvas.dc-canvas.upper-canvas")).to_be_visible()
    page.close()
