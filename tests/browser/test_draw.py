"""The Draw page in a real Chromium with a real mouse."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

import aecore
from tests.browser.conftest import ONE, SEVEN, canvas_box, difference, draw, latents, pixels
from tests.browser.rest import painted, settle
from ui.services.model_names import label

Open = Callable[..., Page]


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """The page with the sample digit that it opens with."""
    page = same_page(app)
    page.get_by_role("button", name="3", exact=True).click()
    settle(page)
    return page


def slider(page: Page, i: int) -> tuple[float, float, float]:
    """Return left, right and middle height of a slider on the screen."""
    box = page.get_by_label(f"latent {i}", exact=True).bounding_box()
    assert box is not None
    return box["x"] + 8, box["x"] + box["width"] - 8, box["y"] + box["height"] / 2


def grab(page: Page, i: int) -> tuple[float, float]:
    """Press the mouse on a slider's thumb; returns the thumb's place."""
    page.get_by_label(f"latent {i}", exact=True).scroll_into_view_if_needed()
    left, right, y = slider(page, i)
    low, high, value = page.get_by_label(f"latent {i}", exact=True).evaluate("e => [+e.min, +e.max, +e.value]")
    x = left + (right - left) * (value - low) / (high - low)
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_opens_with_a_digit_its_latent_and_its_reconstruction(page: Page) -> None:
    assert max(pixels(page, "model-input")) == 255
    assert len(latents(page)) == 16
    assert difference(pixels(page, "model-input"), pixels(page, "decoded")) < 25
    error = float(page.get_by_test_id("reconstruction-error").inner_text())
    assert 0 < error < 0.05


def test_a_slider_redraws_the_digit_while_the_button_is_down(page: Page) -> None:
    before = pixels(page, "decoded")
    x, y = grab(page, 1)
    seen = []
    for step in range(1, 7):
        page.mouse.move(x + 8 * step, y)
        painted(page)
        seen.append(pixels(page, "decoded"))
    assert len({tuple(picture) for picture in [before, *seen]}) == 7  # every step showed another picture
    held = latents(page)
    page.mouse.up()
    settle(page)
    assert latents(page) == held  # the thumb does not jump back
    assert difference(pixels(page, "decoded"), seen[-1]) == 0


def bars(page: Page) -> list[float]:
    """Return what the ten bars show, in hundredths."""
    shown: list[float] = (
        page.get_by_test_id("head")
        .locator("i")
        .evaluate_all(
            "bars => bars.map((bar) => Number(getComputedStyle(bar).backgroundSize.match(/([\\d.]+)%$/)[1]) / 100)"
        )
    )
    return shown


def test_ten_bars_show_what_the_latent_is_read_as_while_a_slider_moves(page: Page) -> None:
    head = aecore.load("default_head")

    def wanted() -> np.ndarray:
        return head.classify(np.array([latents(page)], np.float32))[0]

    verdict = page.get_by_test_id("read-as")
    expect(verdict).to_have_text(f"3: {wanted()[3]:.0%}".replace("%", " %"))
    box = page.get_by_test_id("head").bounding_box()
    x, y = grab(page, 3)
    seen = []
    for step in range(1, 6):
        page.mouse.move(x - 30 * step, y)
        settle(page)
        seen.append(bars(page))
        np.testing.assert_allclose(seen[-1], wanted(), atol=0.006)
    assert len({tuple(one) for one in seen}) > 2
    expect(page.get_by_test_id("head")).to_have_accessible_name(
        re.compile(rf"read as {np.argmax(seen[-1])}: \d+ %; \d: ")
    )
    assert page.get_by_test_id("head").bounding_box() == box  # nothing moves
    assert page.locator(".head :is([role=status], [aria-live])").count() == 0  # it is not read out on each move
    page.mouse.up()
    settle(page)


def test_the_head_is_loaded_after_all_that_the_sliders_need(page: Page) -> None:
    begin, end = page.evaluate("""() => {
        const files = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('safetensors'));
        const [heads, others] = [true, false].map((is) => files.filter(({ name }) => name.includes('_head.') === is));
        const models = others.filter(({ name }) => !/[/](atlas|shapes)[/]/.test(name));
        return [heads[0].startTime, Math.max(...models.map(({ responseEnd }) => responseEnd))];
    }""")
    assert begin >= end


def test_the_bars_follow_the_pen_while_it_is_down(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()
    settle(page)
    draw(page, ONE, lift=False)
    settle(page)
    assert np.argmax(bars(page)) == 1
    page.mouse.up()
    settle(page)


@pytest.mark.parametrize("start", ["empty canvas", "sample digit"])
def test_the_reconstruction_follows_the_pen_while_it_is_down(app: str, same_page: Open, start: str) -> None:
    page = same_page(f"{app}/?refine=0")
    page.get_by_role("button", name="3", exact=True).click()
    settle(page)
    if start == "empty canvas":
        page.get_by_role("button", name="Clear").click()
        settle(page)
    draw(page, SEVEN[:4], lift=False)
    painted(page)
    halfway = pixels(page, "model-input"), latents(page), pixels(page, "decoded")
    x, y = canvas_box(page)
    for px, py in SEVEN[4:]:
        page.mouse.move(x + 280 * px, y + 280 * py, steps=8)
    painted(page)
    whole = pixels(page, "model-input"), latents(page), pixels(page, "decoded")
    assert all(a != b for a, b in zip(halfway, whole, strict=True))
    page.mouse.up()
    painted(page)  # the library smooths the finished stroke a little; Python has not answered yet
    lifted = pixels(page, "model-input"), latents(page)
    assert difference(lifted[0], whole[0]) < 8
    settle(page)
    # Python has taken over, and its result is the same.
    assert max(abs(a - b) for a, b in zip(pixels(page, "model-input"), lifted[0], strict=True)) <= 2
    assert max(abs(a - b) for a, b in zip(latents(page), lifted[1], strict=True)) <= 0.02


def test_where_the_canvas_cannot_be_found_the_deck_waits_for_the_pen_to_lift(app: str, open_page: Open) -> None:
    hidden = """() => {
        const find = Document.prototype.querySelectorAll;
        Document.prototype.querySelectorAll = function (what) { return what === "*" ? [] : find.call(this, what); };
    }"""
    page = open_page(app, script=f"({hidden})()")
    page.get_by_role("button", name="Clear").click()
    settle(page)
    before = pixels(page, "model-input"), pixels(page, "decoded")
    draw(page, SEVEN, lift=False)
    settle(page)
    assert (pixels(page, "model-input"), pixels(page, "decoded")) == before
    page.mouse.up()
    settle(page)
    assert difference(pixels(page, "model-input"), before[0]) > 5
    assert difference(pixels(page, "model-input"), pixels(page, "decoded")) < 25


def test_back_leads_to_the_page_before_however_many_sliders_moved(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise")
    page.get_by_role("link", name="Draw").first.click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    links = {page.url}
    for i in range(1, 4):
        page.get_by_label(f"latent {i}", exact=True).press("PageUp")
        settle(page)
        links.add(page.url)
    assert len(links) == 4  # the link followed every one
    page.go_back()
    page.wait_for_selector(".lab[data-ready=true]")
    assert "/denoise" in page.url


def test_a_new_drawing_moves_thumbs_and_picture(page: Page) -> None:
    before = latents(page), pixels(page, "decoded")
    page.get_by_role("button", name="Clear").click()
    settle(page)
    draw(page, ONE)
    settle(page)
    assert latents(page) != before[0]
    assert difference(pixels(page, "decoded"), before[1]) > 10


def test_moved_thumbs_survive_a_late_answer_from_python(page: Page) -> None:
    draw(page, ONE)  # Python's answer to this stroke arrives while the thumb is held
    x, y = grab(page, 2)
    page.mouse.move(x + 60, y, steps=5)
    settle(page)
    held = latents(page)
    page.mouse.up()
    settle(page)
    assert latents(page) == held


def test_undo_and_clear_work_on_strokes(page: Page) -> None:
    one = pixels(page, "model-input")
    draw(page, [(0.1, 0.1), (0.9, 0.12)])
    settle(page)
    assert pixels(page, "model-input") != one
    page.get_by_role("button", name="Undo").first.click()
    settle(page)
    assert difference(pixels(page, "model-input"), one) < 1
    page.get_by_role("button", name="Clear").click()
    settle(page)
    assert max(pixels(page, "model-input")) == 0
    expect(page.get_by_test_id("hint")).to_contain_text("empty")


def test_ten_samples_are_one_click_away_and_can_be_drawn_on(page: Page) -> None:
    seen = set()
    for digit in range(10):
        page.get_by_role("button", name=str(digit), exact=True).click()
        settle(page)
        seen.add((tuple(pixels(page, "model-input")), tuple(latents(page))))
    assert len(seen) == 10
    nine = pixels(page, "model-input")
    draw(page, [(0.1, 0.9), (0.9, 0.9)])
    settle(page)
    assert pixels(page, "model-input") != nine


def test_reset_neighbour_zero_and_undo(page: Page) -> None:
    encoded = latents(page)
    page.get_by_role("button", name="Average digit").click()
    settle(page)
    assert latents(page) == [0.0] * 16  # a digit of its own
    page.get_by_role("button", name="3", exact=True).click()
    settle(page)
    page.get_by_label("latent 1", exact=True).fill("-1")
    settle(page)
    page.get_by_role("button", name="Reset", exact=True).click()
    settle(page)
    assert latents(page) == encoded
    page.get_by_role("button", name="Nudge randomly").click()
    settle(page)
    neighbour = latents(page)
    assert 0 < max(abs(a - b) for a, b in zip(neighbour, encoded, strict=True)) < 3
    page.get_by_role("button", name="Undo").first.click()
    settle(page)
    assert latents(page) == encoded


def test_refine_finds_a_better_latent_step_by_step(app: str, same_page: Open) -> None:
    page = same_page(f"{app}/?model=mlp")
    error = page.get_by_test_id("reconstruction-error")
    before, start = float(error.inner_text()), latents(page)
    error.evaluate(
        "shown => { window.seen = []; new MutationObserver(() => window.seen.push(Number(shown.textContent)))"
        ".observe(shown, { childList: true, characterData: true, subtree: true }); }"
    )
    page.get_by_role("button", name="Improve the match").click()
    expect(page.get_by_text("The encoder's quick guess")).to_be_visible()
    after, found = float(error.inner_text()), latents(page)
    seen = [before, *page.evaluate("window.seen")]
    assert after < 0.9 * before
    assert len(set(seen)) > 2  # it glides there
    assert all(b < a + 1e-4 for a, b in itertools.pairwise(seen))  # and the error falls all the way
    settle(page)
    page.reload()
    page.wait_for_selector(".deck[data-ready=true]")
    assert latents(page) == found  # Python knows
    page.get_by_role("button", name="Reset", exact=True).click()
    settle(page)
    assert latents(page) == start


def test_refine_stops_when_a_hand_takes_over(app: str, same_page: Open) -> None:
    page = same_page(f"{app}/?model=mlp&refine=0")
    error = page.get_by_test_id("reconstruction-error")
    before = error.inner_text()
    page.get_by_role("button", name="Improve the match").click()
    expect(error).not_to_have_text(before)  # it is on its way
    page.get_by_role("button", name="Average digit").click()
    settle(page)
    assert set(latents(page)) == {0}


def test_random_digits_differ_and_are_digits(app: str, open_page: Open) -> None:
    page = open_page(app)
    seen = []
    for _ in range(3):
        page.get_by_role("button", name="Invent a digit").click()
        settle(page)
        seen.append(pixels(page, "decoded"))
        assert max(seen[-1]) > 200  # ink
        assert sum(value < 20 for value in seen[-1]) > 300  # on paper
    assert len({tuple(picture) for picture in seen}) == 3


def test_the_decoder_comes_first_and_the_sliders_work_with_it_alone(app: str, open_page: Open) -> None:
    page = open_page("about:blank", ready=False)
    waiting: list[Route] = []
    page.route("**/*.encoder.safetensors", lambda route: waiting.append(route))
    received: list[int] = []
    page.on("response", lambda r: r.url.endswith(".safetensors") and received.append(int(r.headers["content-length"])))
    page.goto(app)
    expect(page.get_by_test_id("reconstruction-error")).not_to_have_text("–")
    before = pixels(page, "decoded")
    page.get_by_label("latent 1", exact=True).press("PageUp")
    painted(page)
    assert difference(pixels(page, "decoded"), before) > 0.5
    assert 0 < sum(received) <= 4_000_000
    for route in waiting:
        route.continue_()
    page.unroute("**/*.encoder.safetensors")
    page.wait_for_selector(".deck[data-ready=true]")


def test_one_dimension_can_be_reset(page: Page) -> None:
    encoded = latents(page)
    page.get_by_label("latent 3", exact=True).fill("1.5")
    page.get_by_label("latent 5", exact=True).fill("-1.5")
    page.get_by_label("reset latent 3").click()
    settle(page)
    now = latents(page)
    assert now[2] == encoded[2]
    assert now[4] == -1.5


def test_keys_move_a_slider(page: Page) -> None:
    thumb = page.get_by_label("latent 4", exact=True)
    thumb.focus()
    keys = {"ArrowRight": 0.05, "ArrowLeft": -0.05, "PageUp": 0.5, "PageDown": -0.5, "Shift+ArrowUp": 0.01}
    for key, change in keys.items():
        before, picture = latents(page), pixels(page, "decoded")
        page.keyboard.press(key)
        painted(page)
        after = latents(page)
        assert after[3] == pytest.approx(before[3] + change, abs=1e-6), key
        assert after[:3] + after[4:] == before[:3] + before[4:], key
        if abs(change) > 0.1:
            assert pixels(page, "decoded") != picture
    low, high = thumb.evaluate("e => [+e.min, +e.max]")
    for key, end in (("Home", low), ("End", high)):
        page.keyboard.press(key)
        painted(page)
        assert latents(page)[3] == end


def test_the_link_restores_latent_and_model(page: Page, open_page: Open) -> None:
    page.get_by_label("latent 1", exact=True).fill("1.5")
    page.get_by_label("latent 2", exact=True).fill("-0.75")
    settle(page)
    link, values, picture = page.url, latents(page), pixels(page, "decoded")
    assert "z=" in link
    assert "model=" in link
    again = open_page(link)
    assert latents(again) == values
    assert pixels(again, "decoded") == picture
    again.reload()
    again.wait_for_selector(".deck[data-ready=true]")
    settle(again)
    assert latents(again) == values
    assert pixels(again, "decoded") == picture


@pytest.mark.parametrize(
    "query",
    [
        "z=%00%ff&model=%F0%9F%98%80",  # tests/hostile has many more
        *(
            pytest.param(query, marks=pytest.mark.proof)
            for query in ("z=nonsense", "z=AAAA", "digit=12", "z=" + "A" * 5000)
        ),
    ],
)
def test_a_bad_link_gives_the_default_and_one_line(app: str, open_page: Open, query: str) -> None:
    page = open_page(f"{app}/?{query}")
    expect(page.get_by_text("The l", exact=False).first).to_be_visible()
    assert page.get_by_test_id("stAlert").count() >= 1
    assert len(latents(page)) == 16
    assert page.get_by_text("Traceback").count() == 0


def test_another_model_redraws_the_same_digit(app: str, open_page: Open) -> None:
    page = open_page(app)
    before = pixels(page, "model-input"), latents(page)
    page.get_by_test_id("stSelectbox").locator("input").click()
    page.get_by_role("option", name=label("mlp")).click()
    settle(page)
    assert pixels(page, "model-input") == before[0]
    assert latents(page) != before[1]
    assert "model=mlp" in page.url
    assert difference(pixels(page, "model-input"), pixels(page, "decoded")) < 25


def test_odd_drawings_give_a_picture(page: Page) -> None:
    drawings = {
        "dot": [(0.5, 0.5), (0.5, 0.503)],
        "scribble": [(0.05 + 0.9 * (i % 2), 0.05 + 0.04 * i) for i in range(24)],
        "edge to edge": [(0.01, 0.5), (1.1, 0.5)],
    }
    for name, points in drawings.items():
        page.get_by_role("button", name="Clear").click()
        settle(page)
        draw(page, points)
        settle(page)
        assert max(pixels(page, "model-input")) > 100, name
        assert page.get_by_text("Traceback").count() == 0
