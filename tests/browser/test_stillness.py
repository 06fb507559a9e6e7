"""Nothing moves under a finger: on a phone, what is touched and what is above it stay where they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import pixels
from tests.browser.finger import on_phone
from tests.browser.rest import settle
from tests.browser.test_layout import GROWN
from tests.browser.test_rooms import ALONE, FOLLOWING, PIXELS_ARE, present, wait_for

Open = Callable[..., Page]
PHONES = pytest.mark.parametrize("width", [390, pytest.param(320, marks=pytest.mark.proof)])


def named(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@PHONES
def test_draw(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/?digit=3&z=broken", width)  # a notice stands above all
    expect(page.get_by_text("could not be read")).to_be_visible()
    canvas = page.locator("canvas.upper-canvas")
    finger.drag(canvas, "the canvas, a first time")
    finger.drag(canvas, "the canvas again", down=0.3)
    finger.tap(named(page, "5"), "a sample")
    finger.tap(page.locator(".fold"), "unfold")
    finger.drag(page.get_by_label("latent 1", exact=True), "a slider")
    finger.drag(page.get_by_role("slider", name="slant"), "the slant")
    finger.tap(named(page, "Improve the match"), "Refine")
    finger.drag(page.get_by_label("latent 9", exact=True), "a slider after Refine")
    finger.tap(named(page, "Reset"), "Reset")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_map(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/map", width)
    atlas = page.get_by_test_id("atlas")
    finger.drag(atlas, "the map")
    expect(page.get_by_role("heading", name="Along your way")).to_be_visible()
    finger.tap(atlas, "a place of the map")
    finger.drag(atlas, "the map after a pick", down=0.4)
    finger.tap(page.get_by_role("button", name="Straight (PCA)"), "another map")
    finger.tap(named(page, "0").first, "a digit")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_traversals(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/traversals", width)
    finger.drag(page.get_by_test_id("strip-1"), "a strip")
    finger.tap(page.get_by_test_id("strip-9"), "a picture")
    finger.drag(page.get_by_test_id("strip-9"), "another strip")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_morph(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/morph", width)
    finger.drag(page.get_by_label("place on the path"), "the slider")
    finger.drag(page.get_by_test_id("filmstrip"), "the filmstrip")
    for digit in "1470":
        finger.tap(named(page, f"add {digit}"), f"add {digit}")
    finger.tap(named(page, "Undo"), "Undo")
    finger.drag(page.get_by_label("place on the path"), "the slider again")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_arithmetic(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/arithmetic", width)
    finger.drag(page.get_by_label("strength"), "the strength")
    finger.tap(named(page, "Put it on the sliders"), "Put it on the sliders")
    finger.tap(named(page, "Save the direction"), "a direction without a name")
    page.get_by_label("name", exact=True).fill("a rather long name of it")
    finger.tap(named(page, "Save the direction"), "a direction")
    page.get_by_label("name", exact=True).fill("another")
    finger.tap(named(page, "Save the result"), "a result")
    finger.drag(page.get_by_label("strength"), "the strength again")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_denoise(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/denoise", width)
    level, picture = page.get_by_label("noise level"), page.get_by_test_id("corrupted")
    finger.drag(level, "the level", (0.5, 0.9, 0.6, 0.3, 0.05, 0.0))
    finger.drag(picture, "the picture")
    finger.drag(level, "the level of a damaged picture", (0.0, 0.3, 0.6, 0.9))
    for kind in ("speckle", "shot", "occlusion"):
        page.get_by_label("corruption").select_option(kind)
        finger.drag(level, f"the level of {kind}", (0.5, 0.9, 0.6, 0.3, 0.05, 0.0))
        finger.drag(picture, f"the picture with {kind}", down=0.3)
    for _ in range(8):
        finger.tap(named(page, "Undo"), "Undo")
    finger.tap(named(page, "New noise"), "New noise")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_learn(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/learn", width)
    assert page.evaluate(f"({GROWN})()") == []
    canvas = page.locator("canvas.upper-canvas")
    finger.drag(canvas, "the canvas, a first time")
    finger.drag(canvas, "the canvas again", down=0.3)
    named(page, "Clear").click()
    settle(page)
    finger.drag(canvas, "the empty canvas", down=0.6)
    for _ in range(4):
        finger.tap(named(page, "Next"), "Next")
    finger.tap(page.get_by_test_id("layer-2"), "a layer")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_train(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/train", width)
    finger.tap(page.get_by_test_id("stNumberInputStepUp").first, "a larger latent")
    page.get_by_text("Layers", exact=True).click()
    page.get_by_label("Encoder, from 28 × 28 × 1").fill("lambda")
    finger.tap(page.get_by_test_id("stNumberInputStepUp").first, "a larger latent, with a layer that does not exist")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_talk(app: str, open_page: Open, width: int) -> None:
    page, finger = on_phone(open_page, f"{app}/talk", width)
    for scene in range(2, 12):
        finger.tap(named(page, "Next"), f"Next, to scene {scene}")
    assert not finger.found, "\n".join(finger.found)


@PHONES
def test_the_first_touch_of_an_audience(app: str, open_page: Open, width: int) -> None:
    presenter = open_page(app)
    link = present(presenter)
    page, finger = on_phone(open_page, link, width)
    expect(page.get_by_text(FOLLOWING)).to_be_visible()
    bar = page.locator(".room .bar")
    before = bar.bounding_box()
    finger.drag(page.locator("canvas.upper-canvas"), "the canvas")
    expect(page.get_by_text(ALONE)).to_be_visible()
    assert bar.bounding_box() == before
    finger.tap(named(page, "Follow again"), "Follow again")
    expect(page.get_by_text(FOLLOWING)).to_be_visible()
    wait_for(page, PIXELS_ARE, ["[data-testid=model-input]", pixels(presenter, "model-input")])
    settle(page)
    finger.drag(page.get_by_role("slider", name="height"), "a slider")
    expect(page.get_by_text(ALONE)).to_be_visible()
    assert bar.bounding_box() == before
    assert before is not None
    digit = page.get_by_test_id("decoded").bounding_box()
    assert digit is not None
    assert digit["y"] >= before["y"] + before["height"]  # it sticks below the bar
    presenter.get_by_role("button", name="following").click()
    presenter.get_by_role("button", name="End the room").click()
    expect(page.get_by_text("has ended")).to_be_visible()
    assert bar.bounding_box() == before
    assert not finger.found, "\n".join(finger.found)


def test_a_presenters_page_stays_where_it_is_while_followers_come_and_the_server_goes(
    app: str, open_page: Open
) -> None:
    page, _ = on_phone(open_page, app, 390)
    link = present(page)
    settle(page)
    page.evaluate("window.stillness.begin()")
    open_page(link)
    expect(page.get_by_role("button", name="1 following")).to_be_visible()
    assert page.evaluate("window.stillness.moved()") == []
    page.route("**/rooms/**", lambda route: route.fulfill(body="a proxy's own page"))
    expect(page.get_by_text("The room cannot be reached")).to_be_visible()
    assert page.evaluate("window.stillness.moved()") == []
