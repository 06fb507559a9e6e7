"""The app under a path of its own: configured to be there, and behind a proxy that strips the path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import latents, pixels
from tests.browser.rest import settle
from tests.browser.stripping_proxy import strip
from tests.browser.test_rooms import FOLLOWING, SLOW, name_of, present
from tests.browser.test_takeaway import open_popover
from tests.browser.test_train import says, start
from tests.server import serving

Open = Callable[..., Page]


@pytest.fixture(scope="module", params=["configured", "stripped"])
def root(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app's address, with its path: the second has the name of a page, too."""
    if request.param == "configured":
        with serving(base="/demo") as server:
            yield server.address
    else:
        with serving() as server, strip("/learn", server.address) as address:
            yield address


def test_pages_and_what_they_load_come_from_below_the_path(root: str, open_page: Open) -> None:
    page = open_page(f"{root}/?model=mlp&digit=7")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("latent 1", exact=True).fill("1.5")
    settle(page)
    values = latents(page)
    assert values[0] == 1.5
    for name, address, live in (("Map", "map", ".map"), ("Denoise", "denoise", ".lab"), ("Draw", "", ".deck")):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_selector(f"{live}[data-ready=true]")
        expect(page).to_have_url(re.compile(rf"^{root}/{address}\?"))
    assert latents(page) == values
    assert any("/models/" in url for url in asked)
    assert all(url.startswith((f"{root}/", "data:", "blob:")) for url in asked)


def test_a_page_is_opened_by_its_own_address(root: str, open_page: Open) -> None:
    page = open_page(f"{root}/denoise")
    expect(page.get_by_test_id("curve").locator("svg").first).to_be_visible(timeout=SLOW)  # Plotly is loaded
    page = open_page(f"{root}/talk?talk=1")
    expect(page.get_by_test_id("stage")).to_be_visible(timeout=SLOW)


def test_the_copied_link_leads_to_the_same_picture(root: str, open_page: Open) -> None:
    page = open_page(f"{root}/?model=mlp")
    page.get_by_label("latent 2", exact=True).fill("-0.75")
    settle(page)
    picture = pixels(page, "decoded")
    open_popover(page)
    expect(page.get_by_test_id("stCode").first).to_have_text(page.url, timeout=SLOW)
    assert pixels(open_page(page.get_by_test_id("stCode").first.inner_text()), "decoded") == picture


def test_an_audience_follows_from_page_to_page(root: str, open_page: Open) -> None:
    presenter = open_page(f"{root}/")
    link = present(presenter)
    assert link.startswith(f"{root}/?room=")
    follower = open_page(link)
    expect(follower.get_by_text(FOLLOWING)).to_be_visible(timeout=SLOW)
    expect(presenter.get_by_role("button", name=f"{name_of(link)} · 1 following")).to_be_visible(timeout=SLOW)
    presenter.get_by_role("link", name="Map", exact=True).click()
    follower.wait_for_selector(".map[data-ready=true]", timeout=SLOW)
    expect(follower).to_have_url(re.compile(rf"^{root}/map\?"), timeout=SLOW)
    follower.get_by_role("link", name="Draw", exact=True).click()  # on their own, with what was shown
    follower.wait_for_selector(".deck[data-ready=true]", timeout=SLOW)
    expect(follower).to_have_url(re.compile(rf"^{root}/\?"), timeout=SLOW)


def test_a_room_is_joined_by_its_name(root: str, open_page: Open) -> None:
    presenter = open_page(f"{root}/morph")
    name = name_of(present(presenter))
    page = open_page(f"{root}/join/", ready=False)
    page.get_by_label("Name of the room").fill("plum")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("such as plum-42")
    page.get_by_label("Name of the room").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The presenter is on Morph")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(f"{root}/follow/{name}")
    page.wait_for_selector(".deck[data-ready=true]", timeout=SLOW)
    page.get_by_role("link", name="Open in the app").click()
    expect(page.get_by_text(FOLLOWING)).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(rf"^{root}/morph\?.*room={name}"), timeout=SLOW)
    page.wait_for_selector(".morph[data-ready=true]", timeout=SLOW)


def test_a_training_is_followed(root: str, open_page: Open) -> None:
    page = open_page(f"{root}/train")
    start(page, 1)
    says(page, "[Tt]raining|TensorFlow|digits|epoch")
    with page.expect_response(re.compile(rf"^{root}/runs/\w+/progress\.json")) as answer:
        pass
    assert answer.value.status == 200
