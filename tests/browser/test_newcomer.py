"""The way of a newcomer: an empty home, nothing in the environment, no MNIST; a first training on what is offered."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SEVEN, difference, draw, latents, pixels
from tests.browser.rest import settle
from tests.browser.test_fields import stands_at
from tests.server import Server, copy_of_the_app, serving

Open = Callable[..., Page]
LONG = 240_000  # milliseconds, for TensorFlow to start and for the first epoch on a busy machine


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app, home = tmp_path / "app", tmp_path / "home"
    home.mkdir()
    copy_of_the_app(app)
    with serving(app, environment={"PATH": os.defpath, "HOME": str(home)}, inherits=False) as running:
        yield running


@pytest.mark.timeout(600)  # a training of one epoch
def test_draws_trains_with_the_first_press_and_uses_the_model(server: Server, open_page: Open) -> None:
    page = open_page(server.address)
    before = latents(page)
    page.get_by_role("button", name="Clear").click()
    settle(page)
    draw(page, SEVEN)
    settle(page)
    seven = pixels(page, "model-input")
    assert max(abs(a - b) for a, b in zip(latents(page), before, strict=True)) > 0.3
    assert difference(seven, pixels(page, "decoded")) < 25

    page.get_by_role("link", name="Train").first.click()
    page.wait_for_selector(".training[data-ready=true]")
    settle(page)
    page.get_by_role("button", name="Start training").click()  # whatever the form offers
    state = page.get_by_test_id("training-state")
    expect(state).to_contain_text(re.compile("Training: epoch [2-9]"), timeout=LONG)
    name = page.get_by_label("Name of your model")
    page.get_by_role("button", name="Use it on every page").click()
    stands_at(page.get_by_test_id("stAlert").filter(has_text="Give your model a name"), name)
    name.fill("my first")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Use it on every page").click()
    expect(page.get_by_test_id("stAlert").filter(has_text="Every page now uses")).to_be_visible()

    page.get_by_role("link", name="Draw").first.click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    expect(page.get_by_label("Model", exact=True)).to_have_value("my first (yours)")
    assert pixels(page, "model-input") == seven
    assert max(pixels(page, "decoded")) > 100
