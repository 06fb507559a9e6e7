"""The dares of the pages: what they answer is measured, by the networks that Python has, too."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import aecore
from aecore import tasks
from aecore.core import pretrained
from aecore.latent.atlas_file import load_atlas
from tests.browser.conftest import difference, draw, go, latents, pixels
from tests.browser.rest import settle
from tests.browser.test_access import AXE, complaints
from tests.browser.test_layout import READABLE
from ui.services import recordings
from ui.services.examples import sample_latents

Open = Callable[..., Page]


def read(given: np.ndarray) -> np.ndarray:
    """Return the probabilities of the ten digits that Python's head reads in a latent."""
    head = tasks.load("default_head")
    assert isinstance(head, tasks.Head)
    found: np.ndarray = head.classify(np.asarray(given, np.float32)[None])[0]
    return found


def open_dare(page: Page) -> Locator:
    """Open the page's dare, and return its answer."""
    found = page.get_by_test_id("dare")
    found.locator("summary").click()
    answer = found.get_by_test_id("answer")
    expect(answer).not_to_be_empty()
    settle(page)
    return answer


@pytest.fixture
def page(app: str, same_page: Open) -> Page:
    """A page that stays from test to test."""
    return same_page(app, reduced_motion="reduce")


def test_fool_the_reader(page: Page) -> None:
    answer = open_dare(page)
    expect(answer).to_have_text("Your 3 is read as 3 (100 %), 0.00 away.")
    home = np.array(latents(page))
    page.get_by_label("latent 5", exact=True).fill("3")
    expect(answer).to_contain_text(f"{3 - home[4]:.2f} away.")
    page.get_by_role("button", name="Let the computer search").click()
    expect(answer).to_contain_text("Fooled")
    settle(page)
    now = np.array(latents(page))
    found = re.search(r"read as (\d) \((\d+) %\), ([\d.]+) away", answer.inner_text())
    assert found
    probabilities = read(now)
    assert (probabilities.argmax(), read(home).argmax()) == (int(found[1]), 3)
    assert probabilities.max() == pytest.approx(int(found[2]) / 100, abs=0.006)
    away = np.linalg.norm(now - home)
    assert away == pytest.approx(float(found[3]), abs=0.006)
    # No step towards the mean of another digit fools it sooner.
    for goal in load_atlas("default").means:
        nearer = home + (goal - home) * 0.95 * away / np.linalg.norm(goal - home)
        assert read(nearer).argmax() == 3
    assert "Your smallest" not in answer.inner_text()  # the search is no visitor


def test_make_it_fail(page: Page) -> None:
    go(page, "/denoise")
    page.get_by_label("corruption").select_option("occlusion")
    answer = open_dare(page)
    expect(answer).to_contain_text("The clean digit is read as 3")
    page.get_by_role("button", name="Search noise that breaks it").click()
    expect(answer).to_contain_text("You broke it: occlusion", timeout=60_000)
    settle(page)
    found = re.search(r"as 3 .*the denoised one as (\d).*occlusion at ([\d.]+)\.", answer.inner_text())
    assert found
    assert page.get_by_label("noise level").input_value() == str(float(found[2]))
    model = aecore.load("default")
    drawn = np.reshape(pixels(page, "denoised"), (1, 28, 28)).astype(np.float32) / 255
    assert read(model.encode(drawn)[0]).argmax() == int(found[1]) != 3
    page.get_by_label("noise level").fill("0")
    expect(answer).to_have_text(re.compile(r"as 3 \(\d+ %\), the denoised one as 3 \(\d+ %\)\.$"))


def test_guess_what_it_becomes(page: Page) -> None:
    go(page, "/morph")
    answer = open_dare(page)
    dare = page.get_by_test_id("dare")
    assert not any(pixels(page, "dare-middle"))  # it is not given away
    dare.get_by_role("button", name="the middle is a 3").click()
    found = re.search(r"(Right|Not 3): the middle is read as (\d) \(\d+ %\)\. ([01]) of 1 right\.", answer.inner_text())
    assert found
    assert (found[1] == "Right") == (found[2] == "3") == (found[3] == "1")
    expect(dare.locator("figcaption").nth(1)).to_have_text(found[2])
    middle = pixels(page, "dare-middle")
    dare.get_by_role("button", name="Put it on the path").click()
    settle(page)
    assert difference(pixels(page, "decoded"), middle) < 1
    dare.get_by_role("button", name="Another pair").click()
    expect(answer).to_have_text("What will it be?")
    assert page.evaluate(READABLE) == []


def test_find_the_digit_that_is_both(page: Page) -> None:
    go(page, "/map")
    answer = open_dare(page)
    page.evaluate(f"{AXE}; 0")
    assert complaints(page) == []
    box = page.get_by_test_id("atlas").bounding_box()
    assert box is not None
    best = 0
    for across in np.linspace(0.15, 0.45, 12):  # 4 and 9 lie in the lower left
        page.mouse.move(box["x"] + across * box["width"], box["y"] + 0.8 * box["height"])
        settle(page)
        found = re.search(r"4: (\d+) %, 9: (\d+) %\. (\d+) of 100 points; your best: (\d+)", answer.inner_text())
        assert found
        four, nine, points, said = map(int, found.groups())
        assert points == pytest.approx(2 * min(four, nine), abs=1)
        best = max(best, points)
        assert said >= best
    page.get_by_role("button", name="Another pair").click()
    expect(answer).to_contain_text("Both a 3 and an 8?")


def strips(page: Page) -> np.ndarray:
    """Return the values of the strips on the page of traversals."""
    values = page.locator("[data-testid^=strip-]").evaluate_all("all => all.map((e) => Number(e.ariaValueNow))")
    return np.array(values, np.float32)


def test_turn_all_ten_into_the_same(page: Page) -> None:
    go(page, "/arithmetic")
    answer = open_dare(page)
    means, samples = load_atlas("default").means, sample_latents("default")

    def expect_read(b: int, c: int, strength: float) -> int:
        page.get_by_label("term B").select_option(label=f"average {b}")
        page.get_by_label("term C").select_option(label=f"average {c}")
        page.get_by_label("strength", exact=True).fill(str(strength))
        settle(page)
        latents_of_all = samples + strength * (means[c] - means[b])
        digits = [int(read(latent).argmax()) for latent in latents_of_all]
        expect(page.get_by_test_id("dare").locator("figcaption")).to_have_text(list(map(str, digits)))
        drawn = aecore.load("default").decode(latents_of_all[:1])[0] * 255
        assert difference(pixels(page, "dare-0"), drawn.ravel().tolist()) < 1
        return max(map(digits.count, digits))

    most = expect_read(3, 8, 1)
    assert most < 10
    expect(answer).to_contain_text(f"1.00 × (C − B), {most} of ten are read as an 8. Your most: {most}.")
    expect(answer).not_to_have_attribute("data-won", "")
    assert expect_read(3, 4, 2) == 10
    expect(answer).to_have_text("All ten are read as a 4, with 2.00 × (C − B).")
    expect(answer).to_have_attribute("data-won", "")
    expect_read(3, 4, 0)
    expect(answer).to_contain_text("1 of ten are read as a 0. Your most: 10.")


def test_which_number_turns_it_the_soonest(page: Page) -> None:
    go(page, "/traversals")
    answer = open_dare(page)
    page.get_by_role("button", name="Reset", exact=True).click()  # the sliders may have been moved on another page
    settle(page)
    expect(answer).to_have_text("Your 3 is read as 3 (100 %).")
    home = strips(page)
    for number in (1, 2):
        page.get_by_test_id(f"strip-{number}").press("ArrowRight")
        settle(page)
        if number == 1:
            by = strips(page)[0] - home[0]
            expect(answer).to_contain_text(
                f"with z1 moved by +{by:.2f}, your 3 is read as {read(strips(page)).argmax()} "
            )
    expect(answer).to_have_text("2 numbers have been moved. Press Reset, then move one only.")
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Let the computer search").click()
    expect(answer).to_contain_text("Turned: with z")
    settle(page)
    now = strips(page)
    moved = np.flatnonzero(now != home)
    by = abs(now - home).max()
    assert len(moved) == 1
    found = re.search(r"is read as (\d) .*The search: z(\d+) .*; (\d+) of 16 numbers can", answer.inner_text())
    assert found
    assert (read(now).argmax(), moved[0] + 1) == (int(found[1]), int(found[2]))
    assert int(found[1]) != 3
    # No shorter move of any number does it.
    statistics = aecore.load("default").statistics
    for i in range(16):
        for move in np.arange(-by + 0.02, by - 0.01, 0.02):
            other = home.copy()
            other[i] += move
            if statistics.low[i] <= other[i] <= statistics.high[i]:
                assert read(other).argmax() == 3
    assert "Your smallest" not in answer.inner_text()  # the search is no visitor


def psnr(page: Page, name: str) -> float:
    """Return the PSNR of a colouring as the page compares it."""
    found = re.search(r"PSNR ([\d.]+) dB", page.get_by_test_id(f"figures-{name}").inner_text())
    assert found
    return float(found[1])


def test_beat_the_most_likely_colours(page: Page) -> None:
    go(page, "/colorize")
    answer = open_dare(page)
    dare = page.get_by_test_id("dare")
    best = psnr(page, "now")  # the page opens with one of the nine
    for number in range(1, 10):  # some of the nine are nearer, and some are not
        page.get_by_label(f"colouring {number}", exact=True).click()
        settle(page)
        now, likely = psnr(page, "now"), psnr(page, "likely")
        best = max(best, now)
        expect(answer).to_contain_text(f"Yours: PSNR {now:.1f} dB, the most likely {likely:.1f} dB.")
        expect(answer).to_contain_text(f"Your best: {best:.1f} dB.")
        if abs(now - likely) > 0.1:
            assert answer.evaluate("e => e.hasAttribute('data-won')") == (now > likely)
    assert best > psnr(page, "likely")
    page.get_by_role("button", name="As it was", exact=True).click()
    expect(answer).to_contain_text("the photo's own sixteen numbers")
    expect(answer).not_to_have_attribute("data-won", "")
    page.get_by_role("button", name="Most likely", exact=True).click()
    expect(answer).to_contain_text("Not nearer yet.")
    dare.locator("summary").click()


@pytest.mark.skipif("scene" not in pretrained.available("scene"), reason="needs the model of scenes")
def test_make_the_tracker_fail(page: Page) -> None:
    go(page, "/scenes")
    page.get_by_test_id("film").scroll_into_view_if_needed()
    expect(page.get_by_test_id("counts")).to_contain_text("Frame 1: ")
    answer = open_dare(page)
    page.get_by_role("button", name="Step", exact=True).click()
    expect(answer).to_have_text("No identity is lost in 2 frames.")
    page.get_by_role("button", name="Three of the same that cross").click()
    expect(answer).to_contain_text("You broke it in frame ", timeout=60_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    settle(page)
    found = re.search(r"in frame (\d+)\. (\d+) identit(?:y|ies) lost in (\d+) frames", answer.inner_text())
    assert found
    first, lost, frames = map(int, found.groups())
    assert first <= frames
    expect(page.get_by_test_id("counts")).to_contain_text(
        f"Frame {frames}: 3 of 3 digits followed. So far: {lost} iden"
    )
    page.get_by_role("button", name="New film", exact=True).click()
    expect(answer).to_have_text("No identity is lost in 1 frame.")


@pytest.mark.skipif("voice" not in pretrained.available("voice"), reason="needs the model of voices")
def test_make_it_mishear(page: Page) -> None:
    go(page, "/sound")
    answer = open_dare(page)
    says = " ".join(recordings.sounds()["george-1"]["digits"])
    expect(answer).to_contain_text(f"Without noise: {says}. Noisy: ")
    expect(answer).to_contain_text(f"Cleaned: {says}. Not yet.")
    level = page.locator("input[aria-label=noise]")
    level.press("Home")  # hardly any
    expect(answer).to_have_text(f"Without noise: {says}. Noisy: {says}. Cleaned: {says}. Not yet.")
    level.press("End")
    expect(answer).to_contain_text("You broke it: white noise at −10.0 dB. Your least noise: −10.0 dB.")
    assert f"Cleaned: {says}" not in answer.inner_text()
    page.get_by_role("button", name="None", exact=True).click()
    expect(answer).to_have_text("There is no noise: choose one above.")


def test_find_what_it_cannot_redraw(page: Page) -> None:
    go(page, "/learn")
    answer = open_dare(page)
    usual = aecore.load("default").card["metrics"]["validation_mse"]

    def times() -> float:
        settle(page)
        error = float(page.get_by_test_id("network-error").inner_text())
        found = re.match(r"([\d.]+) per pixel, ([\d.]+) times the usual ([\d.]+); 5 times", answer.inner_text())
        assert found
        assert (float(found[1]), float(found[3])) == (error, round(usual, 4))
        assert float(found[2]) == pytest.approx(error / usual, abs=0.07)
        return float(found[2])

    assert times() < 5
    expect(answer).not_to_have_attribute("data-won", "")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(answer).to_have_text("There is no picture yet.")
    for y in (0.2, 0.4, 0.6, 0.8):
        draw(page, [(0.2, y), (0.8, y)])
    worst = times()
    assert worst > 5
    expect(answer).to_have_attribute("data-won", "")
    page.get_by_role("button", name="3", exact=True).click()
    assert times() < 5
    largest = re.search(r"Your largest: ([\d.]+) times", answer.inner_text())
    assert largest
    assert float(largest[1]) >= worst  # it may have been larger while the pen was down


@pytest.mark.proof  # it trains for a minute
def test_beat_a_network_with_half_its_numbers(page: Page) -> None:
    go(page, "/train")
    state, long = page.get_by_test_id("here-state"), 120_000  # ms; a busy machine is not a failure
    expect(state).to_contain_text("Ready", timeout=long)
    answer = open_dare(page)
    numbers = aecore.load("book").latent_dim
    expect(answer).to_contain_text(
        f"has {numbers} numbers. Yours has 16: choose a latent size of {numbers // 2} or less."
    )
    page.get_by_label("Latent size, in this browser").select_option("8")
    page.get_by_label("Epochs, in this browser").select_option("50")
    expect(answer).to_contain_text("Press Start.")
    page.get_by_test_id("here-start").click()
    for said in ("not yet", "you beat it"):
        expect(answer).to_contain_text(said, timeout=long)
        found = re.search(r"an error of ([\d.]+)\. Yours has 8 and ([\d.]+) after \d+ epoch", answer.inner_text())
        assert found
        assert (float(found[2]) <= float(found[1])) == (said == "you beat it")
    page.get_by_test_id("here-start").click()
    # What is compared is measured anew for each training.
    page.get_by_label("Latent size, in this browser").select_option("2")
    page.get_by_label("Epochs, in this browser").select_option("5")
    expect(answer).to_contain_text("yours 2. Press Start.")
    page.get_by_test_id("here-start").click()
    expect(answer).to_contain_text("after 5 epochs: not yet.", timeout=long)
