"""What a hall draws: a presenter asks, three phones answer on the page without a session, the wall shows it."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import aecore
from tests.browser.conftest import canvas, difference, go, pixels
from tests.browser.finger import PHONE, STILLNESS, Finger
from tests.browser.rest import painted, settle
from tests.browser.test_access import AXE, complaints
from tests.browser.test_follow import FOLLOWING, light, says
from tests.browser.test_rooms import SLOW, present
from tests.browser.test_touch import TOO_SMALL
from tests.ui.server.test_polls import answer as answer_of

Open = Callable[..., Page]
COUNT = "[data-testid=wall-count]"
POLL_NUMBER = "JSON.parse(sessionStorage.getItem('poll')).poll.number"
BEHIND_IS_INERT = """() => {  // as it is anyway; of sheets in a shadow root, axe does not know it
    for (const one of document.querySelectorAll("body > :not(#answering)")) one.inert = true;
}"""
STILL = {"reduced_motion": "reduce"}  # no walk, which never rests
TALK = """talk: A hall
scenes:
  - line: Draw a 4.
    page: wall
    camera: [answers, mean, walk]
  - line: A network learns what you drew.
    page: train_here
"""


def open_wall(presenter: Page) -> Locator:
    """Open the wall from the presenter's room."""
    presenter.get_by_role("button", name=re.compile("following$")).click()
    presenter.get_by_role("button", name="Ask them to draw").click()
    wall = presenter.get_by_test_id("wall-dialog")
    expect(wall).to_be_visible()
    return wall


def ask(wall: Locator, question: str) -> None:
    wall.get_by_label("question", exact=True).fill(question)
    wall.get_by_role("button", name="Ask", exact=True).click()
    expect(wall.get_by_role("heading")).to_have_text(question)


def answer(phone: Page, across: float = 0.0) -> Locator:
    """Draw a stroke on a phone's sheet and send it."""
    finger = Finger(phone)
    button = phone.get_by_role("button", name="Draw an answer")
    expect(button).to_be_visible()
    finger.tap(button, "the answer's button")
    sheet = phone.get_by_test_id("answering")
    finger.swipe(sheet.get_by_test_id("answer-sketch"), (0.5, 0.15), (across, 150))
    send = sheet.get_by_role("button", name="Send my digit")
    expect(send).to_be_enabled()
    expect(sheet.get_by_text("they are deleted when the room ends")).to_be_visible()
    finger.tap(send, "the button that sends")
    expect(sheet.get_by_role("status")).to_have_text(re.compile("^Sent: your digit is on the wall"))
    assert finger.found == []
    return sheet


def test_three_phones_answer_and_the_wall_shows_their_digits(app: str, open_page: Open) -> None:
    presenter = open_page(app, **STILL)
    link = light(present(presenter))
    phones = [
        open_page(link, width=390, height=664, script=STILLNESS, color_scheme=scheme, **PHONE)
        for scheme in ("light", "dark", "light")
    ]
    for phone in phones:
        says(phone, FOLLOWING)
        expect(phone.get_by_role("button", name="Draw an answer")).to_be_hidden()
    wall = open_wall(presenter)
    ask(wall, "Draw something between a 4 and a 9.")
    for number, phone in enumerate(phones):
        sheet = answer(phone, 10.0 * number)
        expect(sheet.get_by_role("heading")).to_have_text("Draw something between a 4 and a 9.")
        expect(wall.locator(COUNT)).to_have_text(re.compile(f"^{number + 1} digits?$"))
    seen = pixels(phones[0], "answer-seen")
    corner = canvas(presenter, "wall")[1:29, 1:29, 0].astype(int).ravel().tolist()
    assert difference(seen, corner) == 0


def post(link: str, number: int, digits: np.ndarray, first: int = 1) -> list[list[float]]:
    """Answer as so many phones with images (N, 28, 28) in [0, 1]; returns their latents, as sent."""
    latents = np.round(aecore.load("default").encode(digits.astype(np.float32)), 2)
    parts = urlsplit(link)
    address = f"{parts.scheme}://{parts.netloc}/rooms/{parts.path.split('/')[-1]}/answers"
    for i, (latent, image) in enumerate(zip(latents, digits, strict=True)):
        data = answer_of(first + i, number, tuple(latent), np.round(255 * image).astype(np.uint8).tobytes())
        sent = urllib.request.Request(address, data, {"Content-Type": "application/octet-stream"})
        while not is_taken(sent):  # the question is on its way to the server
            time.sleep(0.05)
    return [list(map(float, one)) for one in latents]


def is_taken(request: urllib.request.Request) -> bool:
    try:
        return bool(urllib.request.urlopen(request, timeout=20).status == 201)
    except urllib.error.HTTPError as problem:
        if problem.code != 409:
            raise
        return False


def strokes(count: int) -> np.ndarray:
    """Return images of upright strokes (N, 28, 28), each a little thicker than the one before."""
    images = np.zeros((count, 28, 28))
    for i in range(count):
        images[i, 4:24, 12 : 15 + i % 4] = 1
    return images


def test_the_presenter_hides_pauses_clears_and_keeps_it_over_a_reload(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = light(present(presenter))
    phone = open_page(link, width=390, height=664, script=STILLNESS, **PHONE)
    wall = open_wall(presenter)
    expect(wall.get_by_text("The digits that people draw on their phones will be here.")).to_be_visible()
    ask(wall, "Draw a 1.")
    latents = post(link, presenter.evaluate(POLL_NUMBER), strokes(3))
    count = wall.locator(COUNT)
    expect(count).to_have_text("3 digits")
    walked = pixels(presenter, "wall-walk")
    if wall.get_by_role("button", name="Walk").get_attribute("aria-pressed") == "false":
        wall.get_by_role("button", name="Walk").click()
    presenter.wait_for_function(
        "before => String(before) !== String(Array.from(document.querySelector('#wall').shadowRoot.querySelector("
        "'[data-testid=wall-walk]').getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0)))",
        arg=walked,
    )
    wall.get_by_role("button", name="Walk").click()  # it stands still
    decoded = aecore.load("default").decode(np.mean(latents, 0, keepdims=True).astype(np.float32))[0]
    painted(presenter)
    assert difference(pixels(presenter, "wall-mean"), np.round(255 * decoded).ravel().tolist()) < 1
    expect(wall.get_by_role("img", name="3 of the hall's digits on the map")).to_be_visible()

    presenter.get_by_test_id("wall").focus()
    for key in ("ArrowRight", "ArrowRight", "Delete"):  # the second one
        presenter.keyboard.press(key)
    expect(count).to_have_text("2 digits")
    wall.get_by_role("button", name="Pause").click()
    expect(count).to_have_text("2 digits, paused")
    expect(phone.get_by_role("button", name="Draw an answer")).to_be_hidden()
    says(phone, FOLLOWING)
    presenter.reload()
    presenter.wait_for_selector(".part[data-ready=true]")
    wall = open_wall(presenter)
    count = wall.locator(COUNT)
    expect(count).to_have_text("2 digits, paused")
    wall.get_by_role("button", name="Take more").click()
    answer(phone)
    expect(count).to_have_text("3 digits")
    wall.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("0 digits")
    sheet = phone.get_by_test_id("answering")
    expect(sheet.get_by_role("status")).to_have_text("The presenter asks anew: what you sent before is gone.")
    sheet.get_by_role("button", name="Close").tap()
    answer(phone, 10)
    expect(count).to_have_text("1 digit")
    presenter.keyboard.press("Escape")
    presenter.get_by_role("button", name=re.compile("following$")).click()
    presenter.get_by_role("button", name="End the room").click()
    says(phone, re.compile("has ended"))
    expect(phone.get_by_role("button", name="Draw an answer")).to_be_hidden()


BLACK = """() => {  // pixels of the map, where nothing but the rings has any
    const map = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector("[data-testid=atlas]"));
    const canvas = map.find(Boolean), { width, height } = canvas;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    return pixels.filter((one) => one === 0xff000000).length;
}"""


def test_answers_are_rings_on_the_map_page_live(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/map", **STILL)
    link = light(present(presenter))
    wall = open_wall(presenter)
    ask(wall, "Draw a 1.")
    presenter.keyboard.press("Escape")
    note = presenter.get_by_test_id("map-answers")
    expect(note).to_have_text("Rings: 0 of the hall's digits.")
    painted(presenter)
    assert presenter.evaluate(BLACK) == 0
    post(link, presenter.evaluate(POLL_NUMBER), strokes(3))
    expect(note).to_have_text("Rings: 3 of the hall's digits.")
    painted(presenter)
    assert presenter.evaluate(BLACK) > 20
    post(link, presenter.evaluate(POLL_NUMBER), strokes(1)[:, ::-1, ::-1], first=4)
    expect(note).to_have_text("Rings: 4 of the hall's digits.")
    presenter.get_by_role("button", name="Straight (PCA)").click()
    settle(presenter)
    assert presenter.evaluate(BLACK) > 20
    presenter.get_by_role("button", name="Two-number model").click()
    expect(note).to_be_hidden()  # it was not asked for
    presenter.get_by_role("button", name="Clustered (UMAP)").click()
    go(presenter, "/morph")
    go(presenter, "/map")
    expect(note).to_have_text("Rings: 4 of the hall's digits.")


def test_a_follower_in_the_app_answers_without_leaving_the_presenter(app: str, open_page: Open) -> None:
    presenter = open_page(app, **STILL)
    link = present(presenter)
    follower = open_page(link, width=390, height=844, **PHONE)
    wall = open_wall(presenter)
    ask(wall, "<b>Draw</b> & send")
    follower.get_by_role("button", name="Draw an answer").tap()
    sheet = follower.get_by_test_id("answering")
    expect(sheet.get_by_role("heading")).to_have_text("<b>Draw</b> & send")
    Finger(follower).swipe(sheet.get_by_test_id("answer-sketch"), (0.5, 0.2), (10, 120))
    sheet.get_by_role("button", name="Send my digit").tap()
    expect(sheet.get_by_role("status")).to_have_text(re.compile("^Sent"))
    expect(wall.locator(COUNT)).to_have_text("1 digit")
    sheet.get_by_role("button", name="Close").tap()
    expect(follower.get_by_text(re.compile("You are following"))).to_be_visible()


def test_a_hall_draws_on_stage_and_a_network_learns_from_it(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/talk")
    link = light(present(presenter))
    presenter.get_by_label("The scenes, as YAML").fill(TALK)
    presenter.get_by_role("button", name="Apply").click()
    expect(presenter.get_by_test_id("stage-line").first).to_have_text("Draw a 4.", timeout=SLOW)
    presenter.wait_for_selector(".stage[data-ready=true]")
    presenter.get_by_role("button", name="Present", exact=True).click()
    presenter.get_by_role("button", name="Ask the hall").click()
    stage = presenter.get_by_test_id("stage")
    expect(stage.get_by_text("Nobody has sent a digit yet.")).to_be_visible()
    post(link, presenter.evaluate(POLL_NUMBER), strokes(12))
    expect(stage.get_by_text("12 digits")).to_be_visible()
    expect(stage.get_by_text("the mean of 12")).to_be_visible()
    assert sum(pixels(presenter, "stage-mean")) > 0
    presenter.keyboard.press("0")
    expect(stage.get_by_text("0 digits")).to_be_visible()
    post(link, presenter.evaluate(POLL_NUMBER), strokes(11), first=20)
    expect(stage.get_by_text("11 digits")).to_be_visible()
    presenter.keyboard.press("PageDown")
    expect(stage.get_by_text(re.compile(r"^the hall's, [\d,]+ batches$"))).to_be_visible(timeout=SLOW)
    presenter.keyboard.press("Escape")
    go(presenter, "/train")
    learn_from = presenter.get_by_label("Learn from, in this browser")
    learn_from.select_option("what the room drew")
    expect(presenter.get_by_test_id("here-state")).to_have_text("Ready: press Start.", timeout=SLOW)
    presenter.get_by_role("button", name="One batch").click()
    expect(presenter.get_by_test_id("here-state")).to_have_text("Paused.", timeout=SLOW)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sheet_and_wall_are_for_every_hand_and_eye(app: str, open_page: Open, scheme: str) -> None:
    presenter = open_page(app, width=390, height=844, color_scheme=scheme, **PHONE)
    link = light(present(presenter))
    phone = open_page(link, width=390, height=664, color_scheme=scheme, **PHONE)
    wall = open_wall(presenter)
    ask(wall, "Draw something between a 4 and a 9, or whatever else comes to your mind: any.")
    post(link, presenter.evaluate(POLL_NUMBER), strokes(3))
    expect(wall.locator(COUNT)).to_have_text("3 digits")
    presenter.get_by_test_id("wall").tap(position={"x": 20, "y": 20})
    expect(wall.get_by_text("Digit 1 of 3.")).to_be_visible()
    assert presenter.evaluate(f"({TOO_SMALL})()") == []
    presenter.evaluate(f"{AXE}; 0")
    assert complaints(presenter) == []
    phone.get_by_role("button", name="Draw an answer").tap()
    Finger(phone).swipe(phone.get_by_test_id("answer-sketch"), (0.5, 0.2), (10, 120))
    expect(phone.get_by_role("button", name="Send my digit")).to_be_enabled()
    small = []
    for width, height in ((390, 664), (320, 568), (844, 390), (667, 375)):
        phone.set_viewport_size({"width": width, "height": height})
        painted(phone)
        small += [f"{width}: {one}" for one in phone.evaluate(f"({TOO_SMALL})()")]
        assert phone.get_by_test_id("answering").evaluate("one => one.scrollWidth <= one.clientWidth"), width
    assert small == []
    phone.evaluate(BEHIND_IS_INERT)
    phone.evaluate(f"{AXE}; 0")
    assert complaints(phone) == []
    for width, height in ((390, 844), (320, 568), (1024, 768), (3840, 2160)):
        presenter.set_viewport_size({"width": width, "height": height})
        settle(presenter)
        assert wall.evaluate("one => one.scrollWidth <= one.clientWidth"), width
