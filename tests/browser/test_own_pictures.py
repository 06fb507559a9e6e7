"""A visitor's own pictures in a real Chromium: brought, looked at, trained on, and used on the other pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.aecore.data.own.files import LABELS, in_folders, picture, pictures, zipped
from tests.browser.chromium import new_visitor
from tests.browser.conftest import canvas, latents
from tests.browser.rest import settle
from tests.browser.test_train import choose
from tests.server import Server, serving

Open = Callable[..., Page]
SLOW = 400_000  # ms of a training; a busy machine is not a failure


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("runs")
    return path


@pytest.fixture(scope="module")
def server(runs: Path) -> Iterator[Server]:
    with serving(runs=runs) as server:
        yield server


def bring(page: Page, *files: Path) -> None:
    page.get_by_test_id("own-files").set_input_files(files)


def train_and_use(page: Page, name: str, epochs: int = 2) -> None:
    """Train on what is chosen on the Train page, and use the model on every page."""
    page.get_by_label("Epochs", exact=True).fill(str(epochs))
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_test_id("training-state")).to_contain_text(f"Done: {epochs} epochs", timeout=SLOW)
    page.get_by_label("Name of your model").fill(name)
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Use it on every page").click()
    expect(page.get_by_test_id("stAlert").filter(has_text="Every page now uses")).to_be_visible()


def is_one_of(image: np.ndarray, some: np.ndarray) -> bool:
    """Whether the pixels of a canvas (side, side, 3) are those of one of these pictures."""
    colours = some if some.ndim == 4 else np.repeat(some[..., None], 3, axis=-1)
    return any(np.array_equal(image, one) for one in colours)


@pytest.mark.proof
@pytest.mark.timeout(900)  # two trainings
def test_two_visitors_with_pictures_of_two_shapes_are_at_home_on_draw_and_map(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    # The colours of one, and the large grey blobs of the other, which nobody would draw with a pen.
    brought = {"colours": pictures(32, 32, 3), "blobs": pictures(64, 64)}
    links = {}
    for name, some in brought.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(zipped(in_folders(some)))
        page = open_page(f"{server.address}/train")
        bring(page, path)
        expect(page.locator(".own-pictures")).to_contain_text("Sixteen of 40 pictures")
        settle(page)
        train_and_use(page, name, epochs=20)  # of two batches each
        page.get_by_role("link", name="Draw").first.click()
        page.wait_for_selector(".examples[data-ready=true]")
        settle(page)
        assert page.locator("canvas.upper-canvas").count() == 0
        expect(page.get_by_role("heading", name="Take a picture and reshape it")).to_be_visible()
        assert is_one_of(canvas(page, "model-input"), some)
        side = some.shape[1]
        before = canvas(page, "decoded")
        assert before.shape == (side, side, 3)
        assert (np.ptp(before, axis=2).max() > 20) == (some.ndim == 4)  # drawn in colour, or in grey

        # Another picture, of another class; its sliders.
        page.get_by_label("which pictures are shown").select_option("class2")
        example = page.get_by_role("button", name=re.compile("^class2, example")).first
        example.click()
        settle(page)
        expect(example).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".digit b")).to_have_text("class2")
        assert is_one_of(canvas(page, "model-input"), some[LABELS == 2])
        page.locator("input[aria-label='latent 1']").press("End")
        settle(page)
        assert np.abs(canvas(page, "decoded") - before).max() > 1
        links[name] = page.url

        # After a reload, it is the same picture.
        page.reload()
        page.wait_for_selector(".examples[data-ready=true]")
        settle(page)
        expect(page.locator(".digit b")).to_have_text("class2, bent")
        assert is_one_of(canvas(page, "model-input"), some[LABELS == 2])

        page.get_by_role("link", name="Map", exact=True).first.click()
        page.wait_for_selector(".map[data-ready=true]")
        settle(page)
        assert page.locator(".map .chip:visible").all_inner_texts() == [f"class{i}" for i in range(4)]
        assert canvas(page, "decoded").shape == (side, side, 3)
        expect(page.locator(".map figcaption").first).to_contain_text("Decoded picture")
        page.close()

    # Who gets the link sees what the decoder draws, and not the picture.
    stranger = open_page(links["colours"])
    settle(stranger)
    expect(stranger.locator(".digit b")).to_contain_text("an example, redrawn")
    assert not is_one_of(canvas(stranger, "model-input"), brought["colours"])


@pytest.mark.timeout(600)  # a training
def test_from_a_zip_to_sliders(server: Server, runs: Path, open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "shapes.zip"
    path.write_bytes(zipped(in_folders(pictures())))
    page, other = open_page(f"{server.address}/train"), open_page(f"{server.address}/train")
    bring(page, path)
    shown = page.locator(".own-pictures")
    expect(shown).to_contain_text("Sixteen of 40 pictures, and the mean of all. Classes: class0 (10), class1 (10)")
    expect(shown).to_contain_text("40 pictures are few")
    settle(page)
    expect(page.get_by_label("Pictures to learn from", exact=True)).to_have_value(
        re.compile("40 pictures of shapes.zip")
    )
    assert page.get_by_alt_text("sixteen of your pictures").evaluate("i => [i.naturalWidth, i.naturalHeight]") == [
        224,
        56,
    ]

    # They are found again, and by nobody else.
    page.goto("about:blank")
    page.goto(f"{server.address}/train")
    settle(page)
    choose(page, "Pictures to learn from", "40 pictures of shapes.zip")
    expect(shown).to_be_visible()
    other.get_by_label("Pictures to learn from", exact=True).click()
    assert other.get_by_role("option").filter(has_text="shapes.zip").count() == 0

    train_and_use(page, "shapes")
    page.get_by_role("link", name="Draw").first.click()
    page.wait_for_selector(".deck[data-ready=true]")
    settle(page)
    assert len(latents(page)) == 16

    page.get_by_role("link", name="Train").first.click()
    page.wait_for_selector(".training[data-ready=true]")
    settle(page)
    page.get_by_role("button", name="Put them away").click()
    expect(page.get_by_role("button", name="Put them away")).to_be_hidden()
    expect(shown).to_be_hidden()


def test_what_cannot_be_used_and_two_files_that_belong_together(
    server: Server, chromium: Browser, tmp_path: Path
) -> None:
    context = new_visitor(chromium, viewport={"width": 390, "height": 664})  # whose refused files are no complaint
    page = context.new_page()
    page.goto(f"{server.address}/train")
    page.wait_for_selector(".bring")
    settle(page)
    files = {
        "one.png": picture(pictures()[0]),
        "few.zip": zipped({f"{i}.png": picture(one) for i, one in enumerate(pictures()[:12])}),
        "half.zip": zipped(in_folders(pictures()))[:900],
        "labels.idx": bytes([0, 0, 8, 1, 0, 0, 0, 40, *LABELS]),
        "images.idx": bytes([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 28, 0, 0, 0, 28]) + pictures().tobytes(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(51_000_000)
    for names, says_ in (
        (["one.png"], "one picture: bring a zip"),
        (["few.zip"], "There are 12 pictures: bring at least 20."),
        (["half.zip"], "damaged or incomplete"),
        (["large.csv"], "larger than 50 MB"),
        (["labels.idx"], "labels only: bring the file of the pictures"),
        (["one.png", "few.zip", "half.zip"], "Bring one file, or two"),
    ):
        bring(page, *(tmp_path / name for name in names))
        expect(page.locator(".bring .status")).to_contain_text(says_)
    assert page.locator(".own-pictures").count() == 0
    bring(page, tmp_path / "labels.idx", tmp_path / "images.idx")
    expect(page.locator(".own-pictures")).to_contain_text("Classes: 0 (10), 1 (10), 2 (10), 3 (10)")
    expect(page.locator(".bring .status")).to_have_text("")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
