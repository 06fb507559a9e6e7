"""Searching on from the denoiser's latent: in JavaScript as in Python, and on Denoise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import aecore
from aecore.core.pretrained import sha256
from aecore.data.strokes import sample_image
from aecore.latent.known_noise import search_clean
from tests.browser.conftest import pixels
from tests.browser.rest import settle
from tests.browser.test_denoise import begin, choose, error, page
from ui.features.denoise.state import NOISE_KINDS
from ui.server.routes import model_url

Open = Callable[..., Page]
__all__ = ["page"]  # the fixture

RUN = """async ([url, image, noise, latent, seen]) => {
    const { loadModel } = await import('./engine.js');
    const { searchClean } = await import('../../features/denoise/known_noise.js');
    const model = await loadModel(url);
    await model.whole;
    const start = new Float32Array(latent);
    const walk = searchClean(model, new Float32Array(image), noise, start, new Uint8Array(seen));
    const steps = [];
    let next = walk.next();
    for (; !next.done; next = walk.next()) if (next.value) steps.push(Array.from(next.value.latent));
    if (latent.some((v, i) => start[i] !== Math.fround(v))) throw new Error('the latent handed in was changed');
    return { steps, latent: Array.from(next.value) };
}"""
FAR = """async (places) => {
    const { tail } = await import('../../features/denoise/known_noise.js');
    return places.map((t) => [tail(t).logChance, tail(t).hazard]);
}"""


@pytest.mark.parametrize("kind", NOISE_KINDS)
@pytest.mark.parametrize("painted", [False, True])
def test_it_finds_the_same_as_in_python(app: str, modules: Page, kind: str, painted: bool) -> None:
    model, clean = aecore.load("denoiser"), sample_image(4)[None]
    mean = 0.1 if kind == "gaussian" else None
    noisy = aecore.corrupt(clean, kind, 0.4, np.random.default_rng(1), mean)
    over = np.zeros(noisy.shape, bool)
    over[:, 10:14, 10:14] = painted
    noisy[over] = 0.7
    guess = model.encode(noisy)
    noise = {"kind": kind, "level": 0.4, "mean": mean or 0}
    url = f"{app}/{model_url('denoiser', sha256('denoiser'))}"
    given = [noisy.ravel().tolist(), noise, guess[0].tolist(), (~over).astype(int).ravel().tolist()]
    found = modules.evaluate(RUN, [url, *given])
    wanted = search_clean(model, noisy, kind, 0.4, guess, mean, over)
    np.testing.assert_allclose(found["latent"], wanted[0], atol=5e-3)
    assert found["steps"][-1] == found["latent"]
    assert len(found["steps"]) == 4


def test_tails_of_the_normal_distribution_are_exact(modules: Page) -> None:
    from scipy.special import log_ndtr

    places = np.concatenate([np.linspace(-60, 60, 241), [-4, 4, 1e-9]])
    logs, hazards = np.array(modules.evaluate(FAR, places.tolist())).T
    np.testing.assert_allclose(logs, log_ndtr(places), rtol=1e-9, atol=1e-15)
    wanted = np.exp(-np.square(places) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(places))
    np.testing.assert_allclose(hazards, wanted, rtol=1e-7, atol=1e-300)


def refine(page: Page) -> None:
    page.get_by_role("button", name="Refine").click()
    page.wait_for_selector(".found[data-searched=true]")


def test_the_button_finds_a_better_digit_says_both_errors_and_is_undone(page: Page, open_page: Open) -> None:
    begin(page, "salt_and_pepper", 0.5)
    expect(page.locator(".found")).to_contain_text("the denoiser had to guess both", ignore_case=True)
    guess, before = pixels(page, "denoised"), error(page, "denoised")
    refine(page)
    after = error(page, "denoised")
    assert after < 0.7 * before
    for one in (before, after):
        expect(page.locator(".found")).to_contain_text(f"{one:.4f}")
    settle(page)
    assert "refined=1" in page.url
    found = pixels(page, "denoised")
    again = open_page(page.url)
    again.wait_for_selector(".found[data-searched=true]")
    assert pixels(again, "denoised") == found
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".found[data-searched=false]")
    assert pixels(page, "denoised") == guess
    settle(page)
    assert "refined" not in page.url


def test_it_ends_with_the_noise_that_it_was_for_and_keys_begin_it(page: Page) -> None:
    begin(page, "gaussian", 0.5, 0.0)
    page.get_by_role("button", name="Refine").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".found[data-searched=true]")
    expect(page.get_by_role("button", name="Refine")).to_have_attribute("aria-pressed", "true")
    choose(page, "gaussian", 0.3, 0.0)
    expect(page.get_by_role("button", name="Refine")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".found")).to_have_attribute("data-searched", "false")


def test_a_finger_begins_it(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/denoise?kind=low_contrast&level=0.8", 390, 844, has_touch=True, is_mobile=True)
    button = page.get_by_role("button", name="Refine")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.scroll_into_view_if_needed()
    place = page.get_by_test_id("denoised").bounding_box()
    button.tap()
    page.wait_for_selector(".found[data-searched=true]")
    assert page.get_by_test_id("denoised").bounding_box() == place
