"""The Train page in a real Chromium: real trainings, of two visitors at once, used on the other pages."""

from __future__ import annotations

import json
import os
import re
import signal
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import latents, pixels
from tests.browser.rest import settle
from tests.server import Server, serving

Open = Callable[..., Page]
LONG = 120_000  # ms; a busy machine is not a failure


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("runs")
    return path


@pytest.fixture(scope="module")
def server(runs: Path) -> Iterator[Server]:
    """A server whose runs folder the test knows."""
    with serving(runs=runs) as server:
        yield server


def choose(page: Page, label: str, option: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.scroll_into_view_if_needed()
    settle(page)  # the list closes when the page is scrolled
    field.click()
    page.get_by_role("option", name=option).click()
    settle(page)


def start(page: Page, epochs: int) -> str:
    """Start a training on the drawn digits and return its secret."""
    choose(page, "Pictures to learn from", "2,400 synthetic digits")
    page.get_by_label("Epochs", exact=True).fill(str(epochs))
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_function("location.search.includes('run=')")
    return parse_qs(urlsplit(page.url).query)["run"][0]


def progress_of(server: Server, secret: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.address}/runs/{secret}/progress.json", timeout=10) as response:
        found: dict[str, Any] = json.load(response)
    return found


def says(page: Page, text: str) -> None:
    expect(page.get_by_test_id("training-state")).to_contain_text(re.compile(text), timeout=LONG)


def alerts(page: Page, text: str) -> None:
    expect(page.get_by_test_id("stAlert").filter(has_text=text)).to_be_visible(timeout=LONG)


def painted(page: Page, test_id: str) -> int:
    """Count the different colours on a canvas."""
    count: int = page.get_by_test_id(test_id).evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    return count


@pytest.mark.proof  # three trainings; test_newcomer.py has one
@pytest.mark.timeout(600)
def test_two_visitors_train_name_use_and_exchange_models(
    server: Server, runs: Path, open_page: Open, tmp_path: Path
) -> None:
    anna, bob = open_page(f"{server.address}/train"), open_page(f"{server.address}/train")
    expect(anna.get_by_text("Nothing is being trained yet")).to_be_visible()
    settle(bob)
    used = server.memory
    hers = start(anna, 8)
    says(anna, "Training: epoch")

    # Bob waits behind Anna, and can do nothing about her training.
    his = start(bob, 60)
    says(bob, "You are next")
    assert his != hers
    assert bob.get_by_role("button", name="Pause", exact=True).count() == 0
    assert hers not in bob.content()

    # Anna pauses: nothing moves. She goes on from another page of the same browser, found again without an address.
    anna.get_by_role("button", name="Pause", exact=True).click()
    says(anna, "Paused")
    before = progress_of(server, hers)
    anna.wait_for_timeout(1000)  # nothing happens meanwhile
    assert progress_of(server, hers)["losses"] == before["losses"]
    anna.goto("about:blank")
    anna.goto(f"{server.address}/train")
    says(anna, "Paused")
    anna.get_by_role("button", name="Resume", exact=True).click()
    says(anna, "Training: epoch")
    for canvas in ("curves", "digits", "scatter"):
        assert painted(anna, canvas) > 10, canvas
    says(anna, "Done: 8 epochs")
    curve = progress_of(server, hers)["curve"]
    assert curve[-1][0] < 0.7 * curve[0][0]
    assert curve[-1][1] < 0.7 * curve[0][1]

    # She names her model, takes it home, and uses it on the other pages.
    name = anna.get_by_label("Name of your model")
    name.fill("anna's <b>")
    name.press("Tab")
    settle(anna)
    anna.get_by_role("button", name="Use it on every page").click()
    alerts(anna, "Give your model a name")
    name.fill("from Anna")
    name.press("Tab")
    settle(anna)
    with anna.expect_download() as download:
        anna.get_by_role("button", name="Download", exact=True).click()
    download.value.save_as(tmp_path / "anna.safetensors")
    anna.get_by_role("button", name="Use it on every page").click()
    alerts(anna, "Every page now uses “from Anna (yours)”")
    anna.get_by_role("link", name="Draw").first.click()
    anna.wait_for_selector(".deck[data-ready=true]")
    settle(anna)
    expect(anna.get_by_label("Model", exact=True)).to_have_value("from Anna (yours)")
    assert len(latents(anna)) == 16
    assert max(pixels(anna, "decoded")) > 150
    anna.reload()
    anna.wait_for_selector(".deck[data-ready=true]")
    expect(anna.get_by_label("Model", exact=True)).to_have_value("from Anna (yours)")

    # Bob's training began by itself. Its process is killed: what is complete stays, and is said.
    says(bob, "Training: epoch [2-9]")
    os.kill(int((runs / his / "pid").read_text()), signal.SIGKILL)
    says(bob, r"ended unexpectedly. The model of epoch \d+ is kept")
    expect(bob.get_by_role("button", name="Resume", exact=True)).to_be_visible(timeout=LONG)
    bob.get_by_label("Name of your model").fill("rest")
    bob.keyboard.press("Tab")
    settle(bob)
    bob.get_by_role("button", name="Use it on every page").click()
    alerts(bob, "Every page now uses “rest (yours)”")

    # A damaged file gets a sentence; Anna's gets in.
    valid = (tmp_path / "anna.safetensors").read_bytes()
    for data, sentence in ((valid[:-1], "truncated, damaged"), (valid, "Every page now uses “from Anna (yours)”")):
        file = {"name": "model.safetensors", "mimeType": "application/octet-stream", "buffer": data}
        settle(bob)  # the uploader is a new one each time
        bob.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
        alerts(bob, sentence)
    assert server.memory < used + 40  # megabytes: TensorFlow alone would be 600
