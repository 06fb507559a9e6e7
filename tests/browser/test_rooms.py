"""An audience that follows the presenter's page, in real browsers."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ONE, SEVEN, difference, draw, latents, pixels
from tests.browser.rest import painted, settle
from tests.server import serving

Open = Callable[..., Page]
SLOW = 60_000  # milliseconds, on a busy machine
FOLLOWING, ALONE = re.compile("You are following"), re.compile("You are playing on your own")
SLIDER_OF_LATENT_1 = "input[aria-label='latent 1']"


def present(page: Page) -> str:
    """Open a room from a page; returns the link with which an audience follows on the app's own pages."""
    if page.get_by_role("button", name="Rooms").is_visible():  # on a small screen
        page.get_by_role("button", name="Rooms").click()
    page.get_by_role("button", name="Let others follow").click()
    dialog = page.get_by_role("dialog", name="Let others follow")
    expect(dialog).to_be_visible(timeout=SLOW)
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    link = dialog.get_by_role("link").get_attribute("href")
    assert link is not None
    expect(page).to_have_url(re.compile("host="))
    dialog.get_by_role("button", name="Close").click()
    return link.replace("follow/", "?room=")


def name_of(link: str) -> str:
    return link.split("room=")[1]


def drag_first_slider(page: Page, to: float) -> None:
    """Take the thumb of latent 1 and move it to a share of its way, without letting go."""
    page.locator(SLIDER_OF_LATENT_1).scroll_into_view_if_needed()
    move_first_slider(page, 0.5)
    page.mouse.down()
    move_first_slider(page, to)


def move_first_slider(page: Page, to: float) -> None:
    box = page.locator(SLIDER_OF_LATENT_1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * to, box["y"] + box["height"] / 2, steps=5)


def wait_for(page: Page, what: str, argument: object) -> None:
    page.wait_for_function(what, arg=argument, timeout=SLOW, polling=20)


# Playwright's own selectors see into the components; its functions in the page do not.
DEEP = "(s) => [...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector(s)).find(Boolean)"
SLIDER_IS = f"([selector, value]) => Number(({DEEP})(selector)?.value) === value"
PIXELS_ARE = f"""([selector, values]) => {{
    const data = ({DEEP})(selector)?.getContext('2d').getImageData(0, 0, 28, 28).data;
    return data && values.every((value, i) => Math.abs(value - data[4 * i]) <= 2);
}}"""


def test_two_browsers_follow_while_the_thumb_is_held_let_go_and_come_back(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = present(presenter)
    first, second = open_page(link), open_page(link, width=390)
    for page in (first, second):
        expect(page.get_by_text(FOLLOWING)).to_be_visible()
    expect(presenter.get_by_role("button", name=f"{name_of(link)} · 2 following")).to_be_visible(timeout=SLOW)

    drag_first_slider(presenter, 0.9)  # how fast that is, `make bench` tells
    for page in (first, second):
        wait_for(page, SLIDER_IS, [SLIDER_OF_LATENT_1, latents(presenter)[0]])
    presenter.mouse.up()
    draw(presenter, ONE)
    painted(presenter)
    drawn = pixels(presenter, "model-input")
    for page in (first, second):
        wait_for(page, PIXELS_ARE, ["[data-testid=model-input]", drawn])

    first.get_by_role("heading").first.click()  # is no control
    expect(first.get_by_text(FOLLOWING)).to_be_visible()
    drag_first_slider(first, 0.1)  # lets go
    first.mouse.up()
    expect(first.get_by_text(ALONE)).to_be_visible()
    own = latents(first)[0]
    assert own != latents(presenter)[0]
    drag_first_slider(presenter, 0.7)
    presenter.mouse.up()
    shown = latents(presenter)[0]
    wait_for(second, SLIDER_IS, [SLIDER_OF_LATENT_1, shown])
    settle(first)
    assert latents(first)[0] == own
    assert pixels(first, "model-input") == pytest.approx(drawn, abs=2)  # what was followed is the visitor's own now
    first.get_by_role("button", name="Follow again").click()
    wait_for(first, SLIDER_IS, [SLIDER_OF_LATENT_1, shown])
    expect(first.get_by_text(FOLLOWING)).to_be_visible()
    second.get_by_role("button", name="5", exact=True).click()  # this touch lets go, and is not lost
    expect(second).to_have_url(re.compile("digit=5"))
    expect(second.get_by_text(ALONE)).to_be_visible()
    second.get_by_role("button", name="Follow again").click()
    wait_for(second, PIXELS_ARE, ["[data-testid=model-input]", drawn])

    presenter.get_by_role("link", name="Denoise").first.click()
    for page in (first, second):
        page.wait_for_selector(".lab[data-ready=true]", timeout=SLOW)
        expect(page).to_have_url(re.compile(rf"/denoise.*room={name_of(link)}(&|$)"))
    presenter.wait_for_selector(".lab[data-ready=true]")
    presenter.get_by_label("noise level").focus()
    presenter.keyboard.press("End")
    for page in (first, second):
        wait_for(page, SLIDER_IS, ["input[aria-label='noise level']", 1])

    presenter.get_by_role("button", name=re.compile("following$")).click()
    presenter.get_by_role("button", name="End the room").click()
    for page in (first, second):
        expect(page.get_by_text(f"The room {name_of(link)} has ended")).to_be_visible()
    first.get_by_label("noise level").focus()
    first.keyboard.press("Home")
    settle(first)
    wait_for(first, SLIDER_IS, ["input[aria-label='noise level']", 0])  # nobody holds the page any more
    first.get_by_role("button", name="Leave").click()
    expect(first.get_by_text("has ended")).to_have_count(0)
    expect(first.get_by_role("button", name="Let others follow")).to_be_visible()
    assert "room=" not in first.url
    late = open_page(link)
    expect(late.get_by_text(f"The room {name_of(link)} has ended")).to_be_visible()
    assert len(latents(late)) == 16  # and the page works


def test_a_followers_first_key_on_a_slider_leaves_the_presenter(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    follower = open_page(present(presenter))
    expect(follower.get_by_text(FOLLOWING)).to_be_visible()
    slider = follower.get_by_label("latent 1", exact=True)
    slider.focus()
    expect(follower.get_by_text(FOLLOWING)).to_be_visible()
    before = latents(follower)[0]
    follower.keyboard.press("ArrowRight")
    expect(follower.get_by_text("You are playing on your own.")).to_be_visible()
    assert latents(follower)[0] > before


def test_a_followers_first_stroke_goes_on_though_the_presenter_has_just_drawn(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    follower = open_page(present(presenter))
    presenter.get_by_role("button", name="Clear").click()
    expect(follower).not_to_have_url(re.compile("digit="), timeout=SLOW)  # their canvas is empty, too
    settle(follower)
    draw(presenter, ONE, lift=False)
    painted(presenter)
    shown = pixels(presenter, "model-input")
    wait_for(follower, PIXELS_ARE, ["[data-testid=model-input]", shown])
    canvas = follower.locator("canvas.upper-canvas").element_handle()
    assert canvas is not None
    draw(follower, SEVEN, lift=False)  # lets go
    expect(follower.get_by_text(ALONE)).to_be_visible(timeout=SLOW)
    settle(follower)
    assert canvas.evaluate("(e) => e.isConnected")
    follower.mouse.up()
    settle(follower)
    presenter.mouse.up()
    alone = open_page(app)  # somebody who draws the same without a room
    alone.get_by_role("button", name="Clear").click()
    settle(alone)
    draw(alone, SEVEN)
    settle(alone)
    assert difference(pixels(follower, "model-input"), pixels(alone, "model-input")) < 2


def test_every_page_is_followed_live(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/traversals")
    link = present(presenter)
    follower = open_page(link, ready=False)  # it opens at the root, and goes where the presenter is
    follower.wait_for_selector(".traversals[data-ready=true]", timeout=SLOW)

    def follows(picture: str = "decoded") -> None:
        painted(presenter)
        wait_for(follower, PIXELS_ARE, [f"[data-testid={picture}]", pixels(presenter, picture)])

    def go(page: str, part: str) -> None:
        presenter.get_by_role("link", name=page).first.click()
        for one in (presenter, follower):
            one.wait_for_selector(f"{part}[data-ready=true]", timeout=SLOW)
        settle(presenter)

    strip = presenter.get_by_test_id("strip-1")
    strip.focus()
    before = pixels(follower, "decoded")
    presenter.keyboard.press("End")
    follows()
    assert pixels(follower, "decoded") != before
    go("Morph", ".morph")
    presenter.get_by_label("place on the path").focus()
    presenter.keyboard.press("End")
    follows()
    go("Arithmetic", ".arithmetic")
    presenter.get_by_label("strength").focus()
    presenter.keyboard.press("End")
    follows()
    go("Map", ".map")
    presenter.get_by_role("button", name="Straight (PCA)").click()
    chosen = follower.get_by_role("button", name="Straight (PCA)")
    expect(chosen).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    box = presenter.get_by_test_id("atlas").bounding_box()
    assert box is not None
    presenter.mouse.move(box["x"] + 200, box["y"] + 150)
    follows()
    presenter.mouse.down()
    presenter.mouse.move(box["x"] + 320, box["y"] + 250, steps=5)
    presenter.mouse.up()
    expect(follower.get_by_role("heading", name="Along your way")).to_be_visible(timeout=SLOW)
    go("How it works", ".network")
    follows("network-output")
    follower.get_by_role("link", name="What each number does").first.click()  # leaves with what was shown
    follower.wait_for_selector(".traversals[data-ready=true]", timeout=SLOW)
    expect(follower.get_by_text(ALONE)).to_be_visible()
    follower.get_by_role("button", name="Follow again").click()
    follower.wait_for_selector(".network[data-ready=true]", timeout=SLOW)
    step = presenter.get_by_role("button", name="Next").first
    step.click()
    where = presenter.get_by_text(re.compile(r"step 2 of")).inner_text()
    expect(follower.get_by_text(where)).to_be_visible(timeout=SLOW)
    go("Talk", ".stage")
    presenter.get_by_role("button", name="Present", exact=True).click()
    for _ in range(3):
        presenter.keyboard.press("PageDown")
    presenter.keyboard.press("+")  # a number is bent by hand
    line = presenter.get_by_test_id("stage-line").inner_text()
    expect(follower.get_by_test_id("stage-line")).to_have_text(line, timeout=SLOW)
    follows("stage-output")


def test_the_audience_cannot_write_and_a_reload_goes_on_presenting(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = present(presenter)
    other = open_page(link)
    assert "host=" not in other.url
    before = latents(presenter)

    forged = {"page": "", "image": None, "latent": [3.0] * 16, "model": "default"}
    for key in ("", "A" * 22):
        data = json.dumps(forged).encode()
        request = urllib.request.Request(
            f"{app}/rooms/{name_of(link)}",
            data,
            {"Content-Type": "application/json", "X-Room-Key": key},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 403
        assert "Only the presenter's own link" in json.loads(refused.value.read())["problem"]
    drag_first_slider(other, 0.1)
    other.mouse.up()
    settle(other)
    other.get_by_role("button", name="Follow again").click()
    wait_for(other, SLIDER_IS, [SLIDER_OF_LATENT_1, before[0]])
    assert latents(other) == latents(presenter) == before

    presenter.reload()
    presenter.wait_for_selector(".deck[data-ready=true]")
    drag_first_slider(presenter, 0.8)
    wait_for(other, SLIDER_IS, [SLIDER_OF_LATENT_1, latents(presenter)[0]])
    presenter.mouse.up()
    settle(presenter)
    popover = presenter.get_by_role("button", name="Save and load")
    popover.click()
    taken = presenter.get_by_test_id("stCode").first
    expect(taken).to_contain_text("model=", timeout=SLOW)
    assert "host=" not in taken.inner_text()  # a link that is handed on hands no room on
    assert "room=" not in taken.inner_text()


def test_a_strangers_room_and_an_unreadable_one_get_a_sentence(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/morph?room=plum-42")
    expect(page.get_by_text("There is no room called plum-42")).to_be_visible()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("There is no room")).to_have_count(0)
    page = open_page(f"{app}/?room=<script>&host=1")
    expect(page.get_by_text("The room in the link could not be read")).to_be_visible()


def test_a_server_that_is_told_to_stop_does_not_wait_for_its_followers() -> None:
    with serving() as server:
        address = server.address
        opened = urllib.request.Request(f"{address}/rooms", b"{}", {"Content-Type": "application/json"})
        name = json.loads(urllib.request.urlopen(opened, timeout=20).read())["name"]
        stream = urllib.request.urlopen(f"{address}/rooms/{name}/events", timeout=60)
        assert stream.readline() == b'data: {"scene":null,"followers":1}\n'
    with stream:  # here the server has ended
        assert stream.read().strip() == b""
