"""A second tab of the same visitor, and a phone that slept until its session was gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page
from websockets.sync.client import connect

from tests.browser.conftest import READY, SEVEN, difference, draw, latents, pixels, unfold
from tests.browser.rest import settle
from tests.browser.test_train import start
from tests.faults.conftest import Report, choose_sample, wait_until_back
from tests.server import Server

Visit = Callable[..., Page]
PHONE = {"viewport": {"width": 412, "height": 839}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


def second_tab(page: Page, address: str) -> Page:
    tab = page.context.new_page()
    tab.set_default_timeout(60_000)
    tab.goto(address)
    tab.wait_for_selector(READY)
    settle(tab)
    return tab


def secret(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["run"][0]


def remembered(page: Page) -> list[str]:
    found: list[str] = json.loads(page.evaluate("localStorage.getItem('playground-training')"))["runs"]
    return found


def test_two_tabs_do_not_talk_across(server: Server, visit: Visit, report: Report) -> None:
    one = visit(server.address)
    two = second_tab(one, server.address)
    draw_in, seen = pixels(one, "model-input"), latents(two)
    two.get_by_role("button", name="7", exact=True).click()
    one.get_by_label("latent 1", exact=True).fill("1.5")
    settle(one)
    settle(two)
    assert pixels(one, "model-input") == draw_in
    assert latents(one)[0] == 1.5
    assert difference(pixels(two, "model-input"), draw_in) > 5
    assert latents(two)[0] not in (1.5, seen[0])
    report.row("a second tab of the same visitor", "each has its own digit; both their trainings are remembered")


@pytest.mark.proof  # `make faults` runs it
def test_both_tabs_trainings_are_remembered(server: Server, visit: Visit) -> None:
    one = visit(f"{server.address}/train")
    two = second_tab(one, f"{server.address}/train")
    first = start(one, 100)  # stopped long before
    second = start(two, 100)  # it waits behind the other
    assert first != second
    assert (secret(one), secret(two)) == (first, second)
    both = "runs => runs.every((run) => localStorage.getItem('playground-training')?.includes(run))"
    one.wait_for_function(both, arg=[first, second])  # a page that shows a training never settles
    assert set(remembered(one)) == {first, second}
    three = second_tab(one, f"{server.address}/train")
    three.wait_for_function("location.search.includes('run=')")  # the one that was started last
    assert secret(three) == second
    for page, name in ((two, "Stop"), (one, "Stop")):
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.proof  # `make faults` runs it
def test_a_phone_that_slept_until_its_session_was_gone(server: Server, visit: Visit, report: Report) -> None:
    page = visit(server.address, **PHONE)
    page.get_by_role("button", name="Clear").click()
    settle(page)
    draw(page, SEVEN)
    settle(page)
    unfold(page)
    page.get_by_label("latent 2", exact=True).fill("1.5")
    settle(page)
    seen, at = pixels(page, "model-input"), latents(page)

    page.context.set_offline(True)
    devtools = page.context.new_cdp_session(page)
    page.evaluate("atRest.disconnect()")  # as a server does that hears nothing for a minute
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    forget_sessions(server)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    page.context.set_offline(False)
    gone = wait_until_back(page)
    report.row("a phone slept until its session was gone", "digit, sliders and page as they were", gone)
    assert pixels(page, "model-input") == seen
    assert latents(page) == at
    page.get_by_role("link", name="Denoise").click()  # Python has the digit as well
    page.wait_for_selector(".lab[data-ready=true]")
    assert pixels(page, "clean") == seen
    choose_sample(page, 4, "clean")


def forget_sessions(server: Server) -> None:
    """Have the server forget the sessions without a connection: it keeps the 128 that lost theirs last, for 120 s."""
    for _ in range(130):
        with connect(server.address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], proxy=None):
            pass
