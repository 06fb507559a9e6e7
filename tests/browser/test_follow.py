"""The page that follows a room without a session, in three real browsers, one of them a phone that is touched."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import new_visitor
from tests.browser.conftest import ONE, difference, draw, latents, pixels
from tests.browser.finger import PHONE, STILLNESS, Finger
from tests.browser.rest import painted, settle
from tests.browser.test_access import AXE, complaints
from tests.browser.test_rooms import (
    PIXELS_ARE,
    SLIDER_IS,
    SLIDER_OF_LATENT_1,
    SLOW,
    drag_first_slider,
    present,
    wait_for,
)
from tests.browser.test_touch import TOO_SMALL
from tests.server import serving

Open = Callable[..., Page]
FOLLOWING, ALONE = re.compile(r"^Following \w+-\d\d$"), "You are playing on your own."


def light(link: str) -> str:
    """Return the address of the page without a session for a room's link."""
    return link.replace("?room=", "follow/")


def bars(page: Page) -> list[str]:
    tops: list[str] = page.locator(".bars i").evaluate_all("all => all.map((one) => one.style.cssText)")
    return tops


def says(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#state")).to_have_text(text, timeout=SLOW)


def test_three_followers_see_the_presenters_slider_let_go_and_come_back(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = light(present(presenter))
    wide = open_page(link, width=1440)
    phone = open_page(link, width=390, height=664, script=STILLNESS, color_scheme="dark", **PHONE)
    third = open_page(link, width=390)
    sockets: list[str] = []
    third.on("websocket", lambda socket: sockets.append(socket.url))
    for page in (wide, phone, third):
        says(page, FOLLOWING)
        expect(page.get_by_role("heading", name="The presenter is on Draw")).to_be_visible()
    expect(presenter.get_by_role("button", name=re.compile("3 following"))).to_be_visible(timeout=SLOW)

    before = bars(phone)
    drag_first_slider(presenter, 0.9)  # and hold it
    shown = latents(presenter)[0]
    for page in (wide, phone, third):
        wait_for(page, SLIDER_IS, [SLIDER_OF_LATENT_1, shown])
    assert len(before) == 16
    assert bars(phone)[0] != before[0]
    for page in (wide, phone):  # the small network that is enough to look on draws nearly the same
        settle(page)
        assert difference(pixels(page, "decoded"), pixels(presenter, "decoded")) < 12
        assert difference(pixels(page, "model-input"), pixels(presenter, "model-input")) < 1
    presenter.mouse.up()

    finger = Finger(phone)
    finger.drag(phone.get_by_label("slant", exact=True), "the slant")
    assert finger.found == []
    says(phone, ALONE)
    own = latents(phone)
    drag_first_slider(presenter, 0.6)
    presenter.mouse.up()
    wait_for(third, SLIDER_IS, [SLIDER_OF_LATENT_1, latents(presenter)[0]])
    assert latents(phone) == own
    finger.tap(phone.get_by_role("button", name="Back to the presenter"), "the way back")
    says(phone, FOLLOWING)
    wait_for(phone, SLIDER_IS, [SLIDER_OF_LATENT_1, latents(presenter)[0]])

    finger.drag(phone.get_by_test_id("sketch"), "the canvas")  # this touch lets go, and draws
    says(phone, ALONE)
    wait_for(phone, "() => document.querySelector('.draw').classList.contains('drawn')", None)
    settle(phone)
    assert sum(pixels(phone, "model-input")) > 0
    assert difference(pixels(phone, "model-input"), pixels(third, "model-input")) > 5
    draw(presenter, ONE)
    painted(presenter)
    wait_for(third, PIXELS_ARE, ["[data-testid=model-input]", pixels(presenter, "model-input")])
    phone.get_by_role("button", name="Back to the presenter").click()
    wait_for(phone, PIXELS_ARE, ["[data-testid=model-input]", pixels(presenter, "model-input")])

    wide.get_by_label("latent 3", exact=True).focus()
    wide.keyboard.press("End")  # a key lets go, too
    says(wide, ALONE)
    wide.get_by_role("button", name="Back to the presenter").press("Enter")
    says(wide, FOLLOWING)

    presenter.get_by_role("button", name=re.compile("following$")).click()
    presenter.get_by_role("button", name="End the room").click()
    for page in (wide, phone, third):
        says(page, re.compile("^The room .* has ended"))
        expect(page.get_by_role("heading", name="Nobody presents here.")).to_be_visible()
        expect(page.get_by_role("link", name="Another room")).to_be_visible()
        expect(page.get_by_role("button", name="Back to the presenter")).to_be_hidden()
    third.get_by_label("slant", exact=True).fill("10")  # what is there works on
    settle(third)
    assert sockets == []


def test_other_pages_are_seen_at_a_glance_and_lead_into_the_app(app: str, open_page: Open) -> None:
    presenter = open_page(app)
    link = present(presenter)
    follower = open_page(light(link), width=390, height=664)
    words, where = follower.locator("#words"), follower.locator("#where")

    def go(page: str, part: str) -> None:
        presenter.get_by_role("link", name=page, exact=True).first.click()
        presenter.wait_for_selector(f"{part}[data-ready=true]", timeout=SLOW)
        settle(presenter)
        expect(where).to_have_text(f"The presenter is on {page}", timeout=SLOW)

    go("Denoise", ".lab")
    presenter.get_by_label("noise level").focus()
    presenter.keyboard.press("End")
    expect(words).to_have_text(re.compile(r"^Gaussian noise, level 1\.00"), timeout=SLOW)
    settle(presenter)
    wait_for(follower, PIXELS_ARE, ["[data-testid=model-input]", pixels(presenter, "corrupted")])
    follower.wait_for_selector("[data-testid=presented]")
    assert difference(pixels(follower, "presented"), pixels(presenter, "denoised")) < 1
    expect(follower.get_by_test_id("reconstruction-error")).to_be_hidden()  # it is not of what is shown
    follower.get_by_label("slant", exact=True).press("ArrowRight")
    expect(follower.get_by_test_id("presented")).to_be_hidden()
    follower.get_by_role("button", name="Back to the presenter").click()

    go("Morph", ".morph")
    presenter.get_by_label("place on the path").focus()
    presenter.keyboard.press("End")
    expect(words).to_have_text("On the way from digit to digit: at 2.00, from 1 to 2.", timeout=SLOW)
    settle(follower)
    assert difference(pixels(follower, "decoded"), pixels(presenter, "decoded")) < 12
    go("Map", ".map")
    expect(words).to_contain_text("the presenter's digit")
    go("Scenes", ".scenes")
    expect(words).to_contain_text("digits on one canvas")
    expect(words).to_contain_text("The app shows it")
    inside = follower.get_by_role("link", name="Open in the app")
    expect(inside).to_have_attribute("href", f"./scenes?room={link.split('room=')[1]}")
    go("Talk", ".stage")
    presenter.get_by_role("button", name="Present", exact=True).click()
    for _ in range(3):
        presenter.keyboard.press("PageDown")
    expect(words).to_have_text(presenter.get_by_test_id("stage-line").inner_text(), timeout=SLOW)
    settle(presenter)
    while difference(pixels(follower, "presented"), pixels(presenter, "stage-output")) > 1:
        painted(follower)


def test_another_model_comes_with_its_presenter(app: str, open_page: Open) -> None:
    presenter = open_page(f"{app}/?model=plane")
    follower = open_page(light(present(presenter)))
    expect(follower.get_by_label("latent 2", exact=True)).to_be_visible(timeout=SLOW)
    expect(follower.get_by_label("latent 3", exact=True)).to_have_count(0)
    expect(follower.locator(".bars i")).to_have_count(2)
    wait_for(follower, SLIDER_IS, [SLIDER_OF_LATENT_1, latents(presenter)[0]])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_a_page_for_every_hand_and_eye(app: str, open_page: Open, scheme: str) -> None:
    presenter = open_page(app)
    link = light(present(presenter))
    page = open_page(link, width=390, height=664, color_scheme=scheme, **PHONE)
    says(page, FOLLOWING)
    page.locator(".fold").evaluate_all("folds => folds.forEach((fold) => fold.click())")
    says(page, FOLLOWING)  # to look at the numbers is no change
    small = []
    for width, height in ((390, 664), (320, 568), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        painted(page)
        small += [f"{width}: {one}" for one in page.evaluate(f"({TOO_SMALL})()")]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert small == []
    page.evaluate(f"{AXE}; 0")
    assert complaints(page) == []


def test_a_room_that_is_not_there_gets_a_sentence(app: str, open_page: Open) -> None:
    page = open_page(f"{app}/follow/plum-42", ready=False)
    says(page, "There is no room called plum-42: check the name, or ask for the link again.")
    page.get_by_role("link", name="Another room").click()
    expect(page.get_by_label("Name of the room")).to_be_visible()
    page = open_page(f"{app}/follow/<script>alert(1)<", ready=False)
    expect(page.get_by_role("alert")).to_contain_text("such as plum-42")


def test_who_loses_the_server_is_back_soon_after_it(chromium: Browser) -> None:
    with serving() as server, new_visitor(chromium) as visitor:  # its console says that the server was away
        opened = urllib.request.Request(f"{server.address}/rooms", b"{}", {"Content-Type": "application/json"})
        name = json.loads(urllib.request.urlopen(opened, timeout=20).read())["name"]
        page = visitor.new_page()
        page.goto(f"{server.address}/follow/{name}")
        says(page, re.compile("Connecting"))
        server.kill()
        says(page, "Connection lost: trying again.")
        server.start()
        server.wait()
        says(page, re.compile("There is no room|has ended"))  # it was in the memory of the one that was killed


def test_tries_to_come_back_are_spread_and_become_rare(app: str, modules: Page) -> None:
    waits = modules.evaluate(
        """async () => {
            const here = location.href.replace('frontend/engine/engine', 'features/room/listening');
            const { longestWait } = await import(here);
            return [[0, 1], [0, 10000], [1, 10000], [3, 10000], [20, 1]].map((given) => longestWait(...given));
        }"""
    )
    assert waits == [500, 4000, 4000, 16_000, 30_000]
