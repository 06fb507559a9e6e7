"""The guided tour, walked through with a keyboard, a mouse and a finger."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import READY, SEVEN, draw
from tests.browser.finger import PHONE, STILLNESS, Finger
from tests.browser.rest import settle
from tests.browser.test_access import AXE, complaints
from tests.ui.models import file_of
from tests.ui.test_other_pictures import model_of_pictures
from ui.features import FEATURES
from ui.state.declaration import install, steps_of_tour

Open = Callable[..., Page]
install(FEATURES)
STEPS = steps_of_tour()
BOX = "(e) => { const { left, top, right, bottom } = e.getBoundingClientRect(); return { left, top, right, bottom }; }"
# Whether the card leaves free what the ring is around, or an element that is given.
IS_FREE = """(target) => {
    const inside = document.querySelector("#tour").shadowRoot;
    const [ring, card] = [".ring", ".card"].map((one) => inside.querySelector(one));
    const [a, b] = [target ?? ring, card].map((one) => one.getBoundingClientRect());
    const top = Math.max(a.top, 0), bottom = Math.min(a.bottom, innerHeight);
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(bottom, b.bottom) - Math.max(top, b.top);
    return Math.max(wide, 0) * Math.max(high, 0) < 0.02 * a.width * (bottom - top);
}"""
# Take an element away for four looks that the tour takes at the page, and count how often its ring comes and goes.
RINGS_WITHOUT = """async (target) => {
    let count = 0;
    const ring = document.querySelector("#tour").shadowRoot.querySelector(".ring");
    ring.addEventListener("beforetoggle", () => { count += 1; });
    target.style.display = "none";
    await new Promise((resolve) => { setTimeout(resolve, 1100); });
    target.style.display = "";
    return count;
}"""
TOUR = "Take the tour: one minute"
MOVING = (9, 10)  # steps after which the page goes on: a sound is heard, a network learns


def expect_step(page: Page, number: int) -> None:
    """Expect a step, from 1, on its page, with the ring around what it is about."""
    declared, step = STEPS[number - 1]
    expect(page.locator("#tour .count")).to_have_text(f"Step {number} of {len(STEPS)} · {declared.title}")
    expect(page.locator("#tour h2")).to_have_text(step.title)
    expect(page).to_have_url(re.compile(rf"/{declared.address}\?.*\btour={number}(&|$)"))
    page.wait_for_selector(READY)
    expect(page.locator("#tour .ring")).to_be_visible()
    settle(page)


def test_with_a_keyboard(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?tour=1", reduced_motion="reduce")
    page.evaluate(f"{AXE}; 0")
    for number in range(1, len(STEPS) + 1):
        expect_step(page, number)
        page.wait_for_function(IS_FREE)
        if number in (1, 5):
            assert complaints(page) == []
        if number < len(STEPS):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect_step(page, len(STEPS) - 1)
    page.reload()  # it goes on where it was
    expect_step(page, len(STEPS) - 1)
    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.locator(".sound .play").first).to_be_focused()
    page.keyboard.press("ArrowRight")  # is the page's own now
    expect_step(page, len(STEPS) - 1)
    page.keyboard.press("Escape")
    expect(page.locator("#tour .card")).to_be_hidden()
    assert "tour=" not in page.url
    expect(page.locator("html")).not_to_have_attribute("data-offers", "")
    page.reload()
    page.wait_for_selector(READY)
    settle(page)
    assert page.locator("#tour").count() == 0  # nobody sees it again who does not ask for it
    expect(page.locator("html")).not_to_have_attribute("data-offers", "")
    page.get_by_role("button", name=TOUR).press("Enter")
    expect_step(page, len(STEPS) - 1)  # where it was left


def test_a_link_leads_to_its_step(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?tour=6")
    expect_step(page, 6)
    page.goto(f"{app}/?tour=3")  # though the sixth is where it was left
    expect_step(page, 3)


def test_with_a_mouse_what_the_step_asks_for_leads_on(app: str, open_page: Open) -> None:
    page = open_page(app)
    expect(page.locator("html")).to_have_attribute("data-offers", "")
    page.get_by_role("button", name=TOUR).click()
    expect_step(page, 1)
    page.get_by_role("button", name="Clear", exact=True).click()
    draw(page, SEVEN)
    expect_step(page, 2)
    page.locator("#tour").get_by_role("button", name="Next").click()
    expect_step(page, 3)
    slant = page.get_by_label("slant", exact=True)
    box = slant.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect_step(page, 4)
    page.get_by_test_id("invent").click()
    settle(page)
    expect(page.locator("#tour .done")).to_be_visible()  # it waits: the next step is on another page
    page.locator("#tour").get_by_role("button", name="Next").click()
    expect_step(page, 5)
    assert page.get_by_test_id("atlas").evaluate(RINGS_WITHOUT) == 1  # it goes, and does not flicker around nothing
    expect(page.locator(".digit b")).to_have_text("invented")  # the digit came along
    page.get_by_role("link", name="Talk").click()
    expect(page.locator("#tour .ring")).to_be_hidden()
    page.get_by_role("button", name="Try it").click()  # back to where the step is
    expect_step(page, 5)
    page.get_by_role("button", name="End the tour").click()
    expect(page.locator("#tour .card")).to_be_hidden()


def drag_across(page: Page, target: Locator, way: tuple[float, ...] = (0.5, 0.8)) -> None:
    """Drag a mouse along something, through places in fractions of its width."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + way[0] * box["width"], y)
    page.mouse.down()
    for place in way[1:]:
        page.mouse.move(box["x"] + place * box["width"], y, steps=5)
    page.mouse.up()


def expect_done(page: Page, number: int) -> None:
    """Expect that a step was done: what it asks for has happened, and it waits, or has gone on by itself."""
    if number not in MOVING:
        settle(page)
    if number == 1:
        expect(page.locator(".digit b")).to_contain_text("your drawing")
    if number == 3:
        expect(page.locator(".digit b")).to_contain_text("bent")
    if number == 4:
        expect(page.locator(".digit b")).to_have_text("invented")
    if number == 6:
        expect(page.get_by_label("noise level", exact=True)).not_to_have_value("0.4")
    if number == 7:
        expect(page.get_by_label("colour 1", exact=True)).not_to_have_value("-1.28")
    if number == 8:
        expect(page.get_by_test_id("number")).not_to_have_text("")
    if number == 9:
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    if number == 10:
        expect(page.get_by_test_id("here-state")).to_have_text("Learning …", timeout=60_000)
    following = STEPS[number][0] if number < len(STEPS) else None
    if following is STEPS[number - 1][0]:
        return expect_step(page, number + 1)  # by itself
    expect(page.locator("#tour .done")).to_be_visible()
    return page.locator("#tour").get_by_role("button", name=re.compile("Next|Finish")).click()


def test_with_a_mouse_every_step_can_be_done(app: str, open_page: Open) -> None:
    page = open_page(app)
    page.get_by_role("button", name=TOUR).click()
    for number, (_, step) in enumerate(STEPS, start=1):
        expect_step(page, number)
        target = page.locator(step.target[0]).locator("visible=true").first
        if number == 1:
            page.get_by_role("button", name="Clear", exact=True).click()
            draw(page, SEVEN)
        elif number == 2:
            drag_across(page, page.get_by_label("latent 2", exact=True))
        elif number == 8:
            page.get_by_role("button", name="Clear", exact=True).click()
            target.scroll_into_view_if_needed()
            box = target.bounding_box()
            assert box is not None
            x = box["x"] + box["width"] / 2
            page.mouse.move(x, box["y"] + 0.3 * box["height"])
            page.mouse.down()
            page.mouse.move(x, box["y"] + 0.6 * box["height"], steps=6)
            page.mouse.up()
        elif number in (4, *MOVING):
            target.click()
        else:
            drag_across(page, target)
        expect_done(page, number)
    expect(page.locator("#tour .card")).to_be_hidden()
    assert "tour=" not in page.url


@pytest.mark.proof  # make test does it with a mouse, and the first steps with a finger
def test_with_a_finger_every_step_can_be_done(app: str, open_page: Open) -> None:
    page = open_page(app, width=390, height=664, script=STILLNESS, **PHONE)
    finger = Finger(page)
    finger.tap(page.get_by_role("button", name=TOUR), "the tour's button")
    for number, (_, step) in enumerate(STEPS, start=1):
        expect_step(page, number)
        target = page.locator(step.target[0]).locator("visible=true").first
        name = f"step {number}"
        if number in (1, 8):  # a stroke, which changes what is said beside the canvas
            page.get_by_role("button", name="Clear", exact=True).tap()
            settle(page)
            canvas = page.locator("canvas.upper-canvas") if number == 1 else target
            canvas.evaluate("(canvas) => canvas.scrollIntoView({ block: 'center' })")
            finger.swipe(canvas, (0.5, 0.2), (0, 90))
        elif number == 2:
            finger.drag(page.get_by_label("latent 2", exact=True), name)
        elif number in MOVING:
            target.tap()
        elif number == 4:
            finger.tap(target, name)
        else:
            finger.drag(target, name)
        expect_done(page, number)
    expect(page.locator("#tour .card")).to_be_hidden()
    assert not finger.found, "\n".join(finger.found)


def test_with_a_finger(app: str, open_page: Open) -> None:
    page = open_page(app, width=390, height=664, script=STILLNESS, **PHONE)
    finger = Finger(page)
    finger.tap(page.get_by_role("button", name=TOUR), "the tour's button")
    for number in range(1, len(STEPS) + 1):
        expect_step(page, number)
        if number != 2:  # sixteen sliders fill the screen
            target = page.locator(STEPS[number - 1][1].target[0]).locator("visible=true").first
            page.wait_for_function(IS_FREE, arg=target.element_handle())
        card = page.locator("#tour .card").evaluate(BOX)
        assert card["right"] <= 390
        assert card["bottom"] <= 664
        for button in page.locator("#tour button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
        page.locator("#tour").get_by_role("button", name=re.compile("Next|Finish")).tap()
    expect(page.locator("#tour .card")).to_be_hidden()
    assert not finger.found, "\n".join(finger.found)


def test_where_somebody_else_leads_there_is_no_tour(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/talk?tour=3&kiosk=1")
    expect(page.get_by_role("button", name=TOUR)).to_be_hidden()
    assert page.locator("#tour").count() == 0


def test_with_a_model_of_other_pictures_it_says_what_is_true(app: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"{app}/train")
    data = file_of(model_of_pictures(), tmp_path)
    file: FilePayload = {"name": "model.safetensors", "mimeType": "", "buffer": data}
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
    expect(page.get_by_test_id("stAlert").filter(has_text="Every page now uses")).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).first.click()
    page.wait_for_selector(".examples[data-ready=true]")
    settle(page)
    page.get_by_role("button", name=TOUR).click()
    # Nobody draws such a picture, and it has no slant: these steps are left out, forward and back.
    title, text = page.locator("#tour h2"), page.locator("#tour .text")
    for _ in range(2):
        expect(title).to_have_text("4 numbers appear")
        expect(text).to_contain_text("squeezed your 192 numbers into these 4 numbers, the latent")
        expect(text).to_contain_text("nothing else of your picture")
        page.keyboard.press("ArrowRight")
        expect(title).to_have_text("Invent a picture")
        expect(text).to_have_text(re.compile("^4 random numbers, as common as those of real pictures, make a picture"))
        page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("4 numbers appear")
    page.keyboard.press("ArrowLeft")  # there is none before
    expect(title).to_have_text("4 numbers appear")
    for number in (5, 6):
        page.goto(re.sub(r"tour=\d+", f"tour={number}", page.url.replace("/?", ("/map?", "/denoise?")[number - 5])))
        page.wait_for_selector(READY)
        expect(page.locator("#tour .count")).to_contain_text(f"Step {number} of")
        expect(page.locator("#tour .ring")).to_be_visible()
        expect(text).to_contain_text("picture")
        expect(text).not_to_contain_text("digit")


def test_with_another_size_of_the_latent_it_counts_right(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/?model=plane&tour=2")
    expect(page.locator("#tour h2")).to_have_text("2 numbers appear")
    expect(page.locator("#tour .text")).to_contain_text("squeezed your 784 pixels into these 2 numbers")
    page.keyboard.press("ArrowRight")  # the next one is about a slant, which this model has not
    expect(page.locator("#tour h2")).to_have_text("Invent a digit")
    expect(page.locator("#tour .text")).to_contain_text("2 random numbers")
