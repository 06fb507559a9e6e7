"""Refining a latent in JavaScript leads where it leads in Python, and Draw does it by itself when the pen rests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore import Autoencoder
from aecore.core.pretrained import sha256
from aecore.core.refine import DAMPING, SOFTER, SOFTEST, STIFFEN, STIFFER, STIFFEST
from aecore.data import strokes
from tests.browser.conftest import draw, go, latents, pixels
from tests.browser.rest import painted, settle
from tests.browser.slow_line import SLOW_LINE
from tests.browser.test_rooms import ALONE, DEEP, SLOW, present, wait_for
from ui.server.routes import model_url
from ui.state.schema import latent_of_link
from ui.state.table import REFINING_STEPS

Open = Callable[..., Page]

RUN = """async ([url, image, latent, steps]) => {
    const { loadModel } = await import('./engine.js');
    const { DAMPING, refineStep } = await import('./refine.js');
    const model = await loadModel(url);
    const start = new Float32Array(latent);
    const target = image ? new Float32Array(image) : model.decode(start);
    const out = [];
    let state = { latent: start, damping: DAMPING };
    for (let i = 0; i < steps; i++) {
        const step = refineStep(model, target, state.latent, state.damping);
        let next = step.next();
        while (!next.done) next = step.next();
        state = next.value;
        out.push({ ...state, latent: Array.from(state.latent) });
    }
    if (latent.some((v, i) => start[i] !== Math.fround(v))) throw new Error('the latent handed in was changed');
    return out;
}"""


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    return aecore.load("default")


def sample(digit: int) -> np.ndarray:
    """Draw a sample digit and normalise it: (1, 28, 28)."""
    image = aecore.normalize_drawing(strokes.render([strokes.flatten(line) for line in strokes.commands(digit)]))
    assert image is not None
    return image[None]


def refine(page: Page, app: str, image: np.ndarray | None, latent: np.ndarray, steps: int) -> list[dict[str, Any]]:
    """Refine in JavaScript and return every step; without an image, towards the one that the latent draws."""
    url = f"{app}/{model_url('default', sha256('default'))}"
    out: list[dict[str, Any]] = page.evaluate(
        RUN, [url, None if image is None else image.ravel().tolist(), latent.ravel().tolist(), steps]
    )
    return out


@pytest.mark.parametrize("digit", [0, 2, 4, 7, 8])
def test_three_steps_lead_where_they_lead_in_python(app: str, modules: Page, model: Autoencoder, digit: int) -> None:
    image = sample(digit)
    latent = model.encode(image)
    damping = DAMPING
    for count, mine in enumerate(refine(modules, app, image, latent, 3), 1):
        wanted = model.refine(image, latent, count)
        # Both find the same within 0.00002, unless a step gains less than rounding: then only one may take it.
        np.testing.assert_allclose(mine["latent"], wanted[0], atol=5e-3)
        # Pixels differ by 1e-6, and what is missing is about 0.03 per pixel: 2 * 1e-6 / 0.03, relative to its square.
        assert mine["error"] == pytest.approx(np.square(image - model.decode(wanted)).mean(dtype=np.float64), rel=1e-4)
        possible = (SOFTER, STIFFER) if mine["improved"] else (STIFFEN,)
        assert any(mine["damping"] == pytest.approx(max(damping * factor, SOFTEST)) for factor in possible)
        damping = mine["damping"]
    assert np.abs(wanted - latent).max() > 0.03  # it was not there from the start


def test_a_latent_that_cannot_be_bettered_stays_and_the_damping_rises(app: str, modules: Page) -> None:
    latent = np.linspace(-1, 1, 16, dtype=np.float32)
    for count, mine in enumerate(refine(modules, app, None, latent, 10), 1):
        assert not mine["improved"]
        assert mine["error"] == 0
        assert mine["latent"] == latent.tolist()
        assert mine["damping"] == pytest.approx(min(DAMPING * STIFFEN**count, STIFFEST))


# ---- by itself, on Draw --------------------------------------------------------------------------------------------

FOUR = [(0.6, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.6, 0.4), (0.55, 0.9)]
SWITCH = "Refine when the pen rests"


def errors(page: Page) -> tuple[float, float]:
    """Return the squared errors that Draw shows: what is on the sliders, and the encoder's guess."""
    shown, guessed = (
        float(page.get_by_test_id(name).inner_text()) for name in ("reconstruction-error", "encoder-error")
    )
    return shown, guessed


def marks(page: Page) -> list[float]:
    """Return where the sliders' marks are, in numbers of the latent."""
    found: list[float] = page.locator(".sliders .track").evaluate_all(
        """tracks => tracks.map((track) => {
            const { min, max } = track.querySelector('input');
            return Number(min) + (parseFloat(track.querySelector('.mark').style.left) / 100) * (max - min);
        })"""
    )
    return found


def has_latent(url: str, latent: list[float]) -> bool:
    found = parse_qs(urlsplit(url).query).get("z", [""])[0]
    return np.allclose(latent_of_link(found, 16), latent, atol=0.006)


def clear(page: Page) -> None:
    page.get_by_role("button", name="Clear").click()
    settle(page)


# Collects what the model's input shows, whenever it is another picture.
WATCH = """input => {
    window.seen = [];
    setInterval(() => {
        const now = Array.from(input.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0));
        if (String(now) !== String(window.seen.at(-1))) window.seen.push(now);
    }, 8);
}"""


@pytest.fixture
def deck(app: str, same_page: Open) -> Page:
    """The Draw page with an empty canvas."""
    page = same_page(app)
    clear(page)
    return page


def test_a_drawing_is_refined_when_the_pen_rests_and_the_marks_stay_at_the_encoders_guess(
    deck: Page, model: Autoencoder
) -> None:
    for stroke in FOUR:
        draw(deck, stroke)
    painted(deck)
    settle(deck)
    image = np.float32(pixels(deck, "model-input")).reshape(1, 28, 28) / 255
    encoded = model.encode(image)
    wanted = model.refine(image, encoded, REFINING_STEPS)
    np.testing.assert_allclose(marks(deck), encoded[0], atol=0.02)
    np.testing.assert_allclose(latents(deck), wanted[0], atol=0.03)
    shown, guessed = errors(deck)
    assert shown < 0.9 * guessed
    assert shown == pytest.approx(np.square(image - model.decode(wanted)).mean(dtype=np.float64), rel=0.02)
    assert guessed == pytest.approx(np.square(image - model.decode(encoded)).mean(dtype=np.float64), rel=0.02)
    expect(deck.get_by_role("button", name="Reset", exact=True)).to_be_disabled()  # it is the digit's own latent
    expect(deck.locator(".digit b")).to_have_text("your drawing")  # and not bent


def test_undo_takes_it_back_together_with_the_stroke(deck: Page) -> None:
    draw(deck, FOUR[0])
    settle(deck)
    before = latents(deck), pixels(deck, "model-input")
    draw(deck, FOUR[1])
    settle(deck)
    after = latents(deck)
    assert after != before[0]
    deck.get_by_role("button", name="Undo").first.click()
    settle(deck)
    assert (latents(deck), pixels(deck, "model-input")) == before
    deck.locator(".digit").get_by_label("Redo").click()
    settle(deck)
    assert latents(deck) == after
    deck.get_by_label("latent 1", exact=True).press("PageUp")
    settle(deck)
    assert latents(deck) != after
    deck.locator(".digit").get_by_label("Undo").click()
    settle(deck)
    assert latents(deck) == after
    deck.locator(".digit").get_by_label("Undo").click()
    settle(deck)
    assert (latents(deck), pixels(deck, "model-input")) == before


def test_it_waits_while_the_pen_is_down_and_a_new_stroke_or_a_slider_stops_it(deck: Page) -> None:
    draw(deck, FOUR[0], lift=False)
    settle(deck)  # the pen rests, but is down
    shown, guessed = errors(deck)
    assert shown == guessed
    deck.mouse.up()
    expect(deck.get_by_test_id("reconstruction-error")).not_to_have_text(f"{guessed:.5f}")  # it is on its way
    draw(deck, FOUR[1], lift=False)
    painted(deck)
    shown, guessed = errors(deck)
    assert shown == guessed
    deck.mouse.up()
    painted(deck)  # what was drawn has been read
    deck.get_by_label("latent 2", exact=True).press("PageUp")
    painted(deck)
    moved = latents(deck)
    settle(deck)
    assert latents(deck) == moved  # the sliders are the visitor's


def test_pythons_late_answer_to_an_earlier_stroke_changes_nothing(app: str, open_page: Open) -> None:
    page = open_page(app, script=SLOW_LINE)
    clear(page)
    page.evaluate("window.line = 2000")
    draw(page, FOUR[0])
    painted(page)
    draw(page, FOUR[1])
    painted(page)
    whole = pixels(page, "model-input")
    page.get_by_label("latent 2", exact=True).press("PageUp")
    painted(page)
    moved = latents(page)
    page.get_by_test_id("model-input").evaluate(WATCH)
    page.wait_for_url(lambda url: has_latent(url, moved))  # Python has answered everything
    assert latents(page) == moved
    assert pixels(page, "model-input") == pytest.approx(whole, abs=3)
    seen = page.evaluate("window.seen")
    assert all(np.abs(np.float32(one) - whole).max() <= 3 for one in seen)  # not for a moment


def test_the_switch_brings_back_the_encoders_guess_and_stays_off_after_a_reload(app: str, open_page: Open) -> None:
    page = open_page(app)
    clear(page)
    for stroke in FOUR:
        draw(page, stroke)
    settle(page)
    refined = latents(page)
    page.get_by_label(SWITCH).uncheck()
    settle(page)
    shown, guessed = errors(page)
    assert shown == guessed
    np.testing.assert_allclose(latents(page), marks(page), atol=0.006)
    page.get_by_label(SWITCH).check()
    settle(page)
    assert latents(page) == refined
    page.get_by_label(SWITCH).uncheck()
    settle(page)
    assert "refine=0" in page.url
    page.reload()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    expect(page.get_by_label(SWITCH)).not_to_be_checked()
    draw(page, [(0.1, 0.9), (0.9, 0.9)])
    settle(page)
    shown, guessed = errors(page)
    assert shown == guessed
    before = latents(page)
    page.get_by_role("button", name="Improve the match").click()  # which is there all the same
    expect(page.get_by_text("The encoder's quick guess")).to_be_visible(timeout=SLOW)
    assert latents(page) != before


def test_a_link_and_a_reload_open_the_refined_digit_as_it_was(app: str, open_page: Open) -> None:
    page = open_page(app)
    page.get_by_role("button", name="7", exact=True).click()
    settle(page)
    values, guess, shown = latents(page), marks(page), errors(page)
    assert shown[0] < shown[1]
    again = open_page(page.url)
    assert latents(again) == values
    assert errors(again) == shown
    np.testing.assert_allclose(marks(again), guess, atol=0.006)
    expect(again.get_by_role("button", name="Reset", exact=True)).to_be_disabled()
    opened = open_page(f"{app}/?digit=7")  # without numbers: as it ever was
    assert errors(opened)[0] == errors(opened)[1] == shown[1]
    go(page, "/traversals")
    strips = [float(page.get_by_test_id(f"strip-{i}").get_attribute("aria-valuenow") or "") for i in range(1, 17)]
    assert strips == values  # the other pages begin with them
    go(page, "/")
    assert latents(page) == values


def test_an_audience_sees_the_refined_digit_and_refines_nothing_by_itself(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    follower = open_page(present(presenter))
    clear(presenter)
    for stroke in FOUR:
        draw(presenter, stroke)
    settle(presenter)
    values = latents(presenter)
    slider = f"({DEEP})(`input[aria-label='latent ${{i + 1}}']`)"
    wait_for(follower, f"values => values.every((value, i) => Number({slider}?.value) === value)", values)
    settle(follower)
    assert latents(follower) == values
    assert errors(follower) == errors(presenter)
    expect(follower.locator(".digit b")).to_have_text("your drawing", timeout=SLOW)
    presenter.get_by_label(SWITCH).uncheck()
    expect(follower.get_by_label(SWITCH)).not_to_be_checked(timeout=SLOW)
    settle(presenter)
    guess = latents(presenter)
    settle(follower)
    assert latents(follower) == guess  # also when there would be something to refine
    follower.get_by_label("latent 1", exact=True).fill("1")
    expect(follower.get_by_text(ALONE)).to_be_visible()
    expect(follower).to_have_url(re.compile("refine=0"), timeout=SLOW)


def test_with_reduced_motion_it_is_there_at_once(app: str, open_page: Open) -> None:
    page = open_page(app, reduced_motion="reduce")
    page.get_by_test_id("reconstruction-error").evaluate(
        "shown => { window.seen = []; new MutationObserver(() => window.seen.push(shown.textContent))"
        ".observe(shown, { childList: true, characterData: true, subtree: true }); }"
    )
    page.get_by_role("button", name="5", exact=True).click()
    settle(page)
    shown, guessed = errors(page)
    assert shown < guessed
    assert page.evaluate("window.seen") == [f"{guessed:.5f}", f"{shown:.5f}"]
