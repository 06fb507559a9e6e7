"""What is wrong with a field is said at that field, on a screen of any width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.rest import settle
from tests.browser.test_takeaway import open_popover

Open = Callable[..., Page]
NEAR = 32  # px between a field and the sentence about it; there is a line's height of air around Streamlit's boxes
WIDTHS = pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])


def stands_at(sentence: Locator, field: Locator) -> None:
    """Assert that a sentence is right below or right above a field, and nothing between them."""
    expect(sentence).to_be_visible()
    said, box = sentence.bounding_box(), field.bounding_box()
    assert said is not None
    assert box is not None
    apart = max(said["y"] - box["y"] - box["height"], box["y"] - said["y"] - said["height"])
    assert -1 <= apart < NEAR, (said, box)
    assert said["x"] < box["x"] + box["width"]
    assert box["x"] < said["x"] + said["width"]


@WIDTHS
def test_a_name_of_a_direction(app: str, open_page: Open, width: int) -> None:
    page = open_page(f"{app}/arithmetic", width=width)
    name = page.get_by_label("name", exact=True)
    for press in ("Save the result", "Save my digit", "Save the direction"):
        page.get_by_role("button", name=press).click()
        stands_at(page.get_by_text("Give it a name first."), name)
        name.fill(press)
        page.get_by_role("button", name=press).click()
        stands_at(page.get_by_text(f"“{press}” is saved."), name)


@WIDTHS
def test_the_layers_of_a_network(app: str, open_page: Open, width: int) -> None:
    page = open_page(f"{app}/train", width=width)
    page.get_by_text("Layers", exact=True).click()
    settle(page)
    for label in ("Encoder, from 28 × 28 × 1", "Decoder, back to 28 × 28 × 1"):
        field = page.get_by_label(label)
        before = field.input_value()
        field.fill("lambda")
        page.keyboard.press("Control+Enter")
        stands_at(page.get_by_test_id("stAlert").filter(has_text="unknown layer"), field)
        expect(page.get_by_role("button", name="Start training")).to_be_disabled()
        field.fill(before)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()


@WIDTHS
def test_a_model_file(app: str, open_page: Open, width: int) -> None:
    page = open_page(f"{app}/train", width=width)
    file = FilePayload(name="model.safetensors", mimeType="application/octet-stream", buffer=b"no model")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
    stands_at(page.get_by_test_id("stAlert").filter(has_text="The file"), page.get_by_test_id("stFileUploader"))


@WIDTHS
def test_a_latent_file(app: str, open_page: Open, width: int) -> None:
    page = open_page(app, width=width)
    open_popover(page)
    file = FilePayload(name="latent.json", mimeType="application/json", buffer=b"{")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
    stands_at(page.get_by_test_id("stAlert"), page.get_by_test_id("stFileUploader"))


@WIDTHS
def test_the_scenes_of_a_talk(app: str, open_page: Open, width: int) -> None:
    page = open_page(f"{app}/talk", width=width)
    field = page.get_by_label("The scenes, as YAML")
    field.fill("talk: Mine\nscenes: none\n")
    page.get_by_role("button", name="Apply", exact=True).click()
    stands_at(page.get_by_test_id("stAlert"), field)


@WIDTHS
def test_a_room_that_cannot_be_opened(app: str, open_page: Open, width: int) -> None:
    page = open_page(f"{app}/learn", width=width)
    page.route("**/rooms", lambda route: route.fulfill(body="a proxy's own page"))
    opens, rooms = (page.get_by_role("button", name=name) for name in ("Let others follow", "Rooms"))
    is_small = rooms.is_visible()
    if is_small:
        rooms.click()
    opens.click()
    said = page.get_by_text("The server cannot be reached")
    stands_at(said, rooms if is_small else opens)
    box = said.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
