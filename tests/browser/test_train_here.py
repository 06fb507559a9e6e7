"""Trainings in the browser itself: real ones, watched, used on the other pages, saved, and found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

import aecore
from aecore.core.model import Model
from aecore.data.synthetic import synthetic_digits
from tests.browser.chromium import new_visitor
from tests.browser.conftest import canvas, latents
from tests.browser.rest import settle

Open = Callable[..., Page]
LONG = 120_000  # ms; a busy machine is not a failure


def opened(open_page: Open, app: str, **options: object) -> Page:
    """Open the Train page, and wait until the network is ready to learn."""
    page = open_page(f"{app}/train", **options)
    says(page, "Ready")
    return page


def says(page: Page, text: str) -> None:
    expect(page.get_by_test_id("here-state")).to_contain_text(re.compile(text), timeout=LONG)


def choose(page: Page, label: str, option: str, then: str = "Ready") -> None:
    page.get_by_label(f"{label}, in this browser").select_option(label=option)
    says(page, then)


def batches(page: Page) -> int:
    """Return how many batches the network has learned from."""
    found = re.search(r"batch ([\d,]+) of", page.locator(".here .numbers").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def error(page: Page) -> float:
    """Return the validation error that the page shows, once it does."""
    expect(page.locator(".here .numbers")).to_contain_text("validation error", timeout=LONG)
    found = re.search(r"validation error ([\d.]+)", page.locator(".here .numbers").inner_text())
    assert found
    return float(found[1])


def train(page: Page) -> None:
    page.get_by_test_id("here-start").click()
    says(page, "Done")


def saved(page: Page, folder: Path) -> Model:
    """Save the network, and load it in Python."""
    with page.expect_download() as download:
        page.get_by_test_id("here-save").click()
    download.value.save_as(folder / "saved.safetensors")
    model: Model = aecore.load_model(folder / "saved.safetensors")
    return model


def test_a_network_learns_before_the_visitors_eyes_and_serves_on_every_page(
    app: str, open_page: Open, tmp_path: Path
) -> None:
    page = opened(open_page, app)
    choose(page, "Epochs", "5")
    first, untrained = error(page), canvas(page, "here-own-redrawn")
    assert batches(page) == 0

    # A batch at a time, then all of them; every one shows.
    page.get_by_role("button", name="One batch").click()
    expect(page.locator(".here .numbers")).to_contain_text("batch 1 of", timeout=LONG)
    settle(page)  # the pictures are painted after the numbers
    assert np.abs(canvas(page, "here-own-redrawn") - untrained).max() > 0
    speed = page.get_by_label("speed", exact=True)
    speed.press("ArrowLeft")
    expect(page.locator(".pace output")).to_have_text("16 batches a second")
    page.get_by_test_id("here-start").click()
    says(page, "Learning")
    past, epoch = page.get_by_test_id("here-past"), page.locator(".past output")
    expect(past).to_be_enabled(timeout=LONG)  # after an epoch
    page.get_by_test_id("here-start").click()
    says(page, "Paused")
    settle(page)
    held = batches(page)
    assert held < 5 * 38

    # Whoever goes on while they look back sees the network of now again, and the slider says so.
    past.press("Home")
    expect(epoch).to_have_text("epoch 0")
    page.get_by_test_id("here-start").click()
    expect(epoch).to_have_text("now")
    assert past.evaluate("(slider) => slider.value === slider.max")
    speed.press("ArrowRight")

    # It goes on while another page is open.
    page.get_by_role("link", name="Draw", exact=True).first.click()
    page.wait_for_function("document.title.includes('Draw')")
    settle(page)
    page.get_by_role("link", name="Train", exact=True).first.click()
    says(page, "Done")
    assert batches(page) > held
    assert error(page) < first / 6

    # Looking back at epoch 0 shows what the untrained network drew.
    now = canvas(page, "here-digits")
    past.press("Home")
    expect(epoch).to_have_text("epoch 0")
    assert np.abs(canvas(page, "here-digits") - now).mean() > 10
    past.press("End")
    expect(epoch).to_have_text("now")

    # The file is a model like any other: Python reads it, and all pages use it.
    page.get_by_label("name of your network").fill("by hand <1>")
    model = saved(page, tmp_path)
    digits = synthetic_digits(drawings=60).test
    assert model.card["name"] == "by hand 1"
    redrawn = model.reconstruct(digits.as_float())
    assert ((redrawn - digits.as_float()) ** 2).mean() < 0.07
    assert model.mixture is not None
    assert list(model.statistics.effect) == sorted(model.statistics.effect, reverse=True)
    page.get_by_test_id("here-use").click()
    expect(page.get_by_test_id("here-result")).to_contain_text("Every page now uses your network", timeout=LONG)
    page.get_by_role("link", name="Draw", exact=True).first.click()
    page.wait_for_function("document.title.includes('Draw')")
    settle(page)
    expect(page.get_by_text("by hand 1 (yours)").first).to_be_visible()
    assert len(latents(page)) == 16

    # A later visit finds it in the browser.
    page.goto(f"{app}/train")
    expect(page.locator(".before")).to_contain_text("Kept in this browser", timeout=LONG)
    page.get_by_role("button", name="Forget").click()
    expect(page.locator(".before")).to_be_hidden()


HIDE = """() => {  // as a browser does with a tab that nobody sees: no frames, and the page is told
    window.requestAnimationFrame = () => 0;
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_it_goes_on_in_a_hidden_tab(app: str, open_page: Open) -> None:
    page = opened(open_page, app)
    choose(page, "Epochs", "5")
    page.get_by_test_id("here-start").click()
    says(page, "Learning")
    page.evaluate(HIDE)
    says(page, "Done")
    assert batches(page) >= 5 * 38


def test_it_learns_without_a_network(app: str, chromium: Browser, tmp_path: Path) -> None:
    context = new_visitor(chromium)
    page = context.new_page()
    page.goto(f"{app}/train")
    says(page, "Ready")
    choose(page, "Epochs", "5")
    choose(page, "Latent size", "2")
    context.set_offline(True)
    train(page)
    model = saved(page, tmp_path)
    assert model.latent_dim == 2
    page.get_by_test_id("here-use").click()
    expect(page.get_by_test_id("here-result")).to_contain_text("The server does not answer", timeout=LONG)
    context.set_offline(False)
    page.get_by_test_id("here-use").click()
    expect(page.get_by_test_id("here-result")).to_contain_text("Every page now uses", timeout=LONG)
    context.close()


def test_it_learns_from_ten_digits_of_ones_own_hand(app: str, open_page: Open) -> None:
    page = opened(open_page, app)
    choose(page, "Learn from", "the digits you draw here", "Draw 10 more")
    box = page.get_by_test_id("sketch").bounding_box()
    assert box
    for digit in range(10):
        expect(page.locator(".asked")).to_contain_text(f"Draw a {digit}.")
        x = box["x"] + 40 + 12 * digit
        page.mouse.move(x, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(x - 20, box["y"] + 160, steps=4)
        page.mouse.up()
        page.get_by_role("button", name=f"Keep this {digit}").click()
    says(page, "Ready")
    first = error(page)
    choose(page, "Epochs", "5")
    train(page)
    assert error(page) < first / 3
    page.reload()
    says(page, "Ready")
    choose(page, "Learn from", "the digits you draw here")
    expect(page.get_by_title(re.compile(r"take this \d away"))).to_have_count(10)


@pytest.mark.usefixtures("mnist")
def test_it_learns_from_mnist_where_the_server_has_it(app: str, open_page: Open) -> None:
    page = opened(open_page, app)
    choose(page, "Learn from", "6,000 digits of MNIST")
    page.get_by_role("button", name="One batch").click()
    expect(page.locator(".here .numbers")).to_contain_text("batch 1 of", timeout=LONG)


@pytest.mark.usefixtures("mnist")
def test_nothing_can_be_pressed_while_other_pictures_are_on_their_way(app: str, open_page: Open) -> None:
    page = opened(open_page, app)
    held: list[Route] = []
    page.route("**/lessons/mnist.safetensors", lambda route: held.append(route))
    with page.expect_request("**/lessons/mnist.safetensors"):
        page.get_by_label("Learn from, in this browser").select_option(label="6,000 digits of MNIST")
    batch = page.get_by_role("button", name="One batch")
    says(page, "Getting ready")
    expect(batch).to_be_disabled()
    expect(page.get_by_test_id("here-start")).to_be_disabled()
    held[0].continue_()
    says(page, "Ready")
    expect(batch).to_be_enabled()
