"""A room in a store outlives the process that opened it; its followers, without sessions, come back by themselves."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.replicas import has_nchan, nginx_path, running
from tests.browser.chromium import new_visitor
from tests.faults.conftest import Report
from tests.server import serving
from tests.stores import storing
from tests.ui.server.test_polls import BYTES, POLL, answer

COUNT_LOSSES = """() => {
    window.losses = 0;
    const state = document.getElementById('state');
    const look = () => (window.losses += state.textContent.startsWith('Connection lost'));
    new MutationObserver(look).observe(state, { childList: true, characterData: true, subtree: true });
    return 0;
}"""
SLIDER = "input[aria-label='latent 1']"


def ask(address: str, body: bytes = b"{}", key: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "X-Room-Key": key}
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=20) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def scene(value: float) -> bytes:
    return json.dumps({"page": "", "model": "default", "image": None, "latent": [value] + [0.0] * 15}).encode()


def follow(browser: Browser, address: str) -> Page:
    page = new_visitor(browser).new_page()
    page.goto(address)
    return page


def shows(page: Page, value: float) -> None:
    expect(page.locator(SLIDER)).to_have_js_property("value", f"{value:g}")


def seconds_until(happens: Callable[[], object]) -> float:
    start = time.monotonic()
    while time.monotonic() < start + 60:
        try:
            happens()
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            return time.monotonic() - start
    pytest.fail("it did not happen within a minute")


def test_a_restarted_app_has_its_rooms_and_who_follows_comes_back(
    chromium: Browser, report: Report, tmp_path: Path
) -> None:
    with storing(tmp_path) as store, serving(environment={"AECORE_ROOMS": store.url}) as server:
        room = ask(f"{server.address}/rooms")
        own = f"{server.address}/rooms/{room['name']}"
        ask(own, scene(1.5), room["key"])
        page = follow(chromium, f"{server.address}/follow/{room['name']}")
        shows(page, 1.5)
        server.kill()
        expect(page.locator("#state")).to_have_text("Connection lost: trying again.")
        server.start()
        server.wait()
        gone = seconds_until(lambda: ask(own, scene(-1.25), room["key"]))
        shows(page, -1.25)
        expect(page.locator("#state")).to_have_text(f"Following {room['name']}")
        report.row("the app killed, its rooms in a store", "the same room, its followers came back", gone)
        store.kill()
        ask(own, scene(0.75), room["key"])
        shows(page, 0.75)  # in memory
        store.start()
        page.context.close()


def test_when_one_of_two_replicas_is_killed_the_other_takes_the_presenters_next_word(
    chromium: Browser, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if nginx_path() is None:
        pytest.skip("needs nginx")
    with storing(tmp_path) as store:
        monkeypatch.setenv("AECORE_ROOMS", store.url)
        with running() as two:
            room = ask(f"{two.address}/rooms")
            own = f"{two.address}/rooms/{room['name']}"
            ask(own, scene(1.5), room["key"])
            page = follow(chromium, f"{two.address}/follow/{room['name']}")
            shows(page, 1.5)
            two.kill_replica("one")
            gone = seconds_until(lambda: ask(own, scene(-1.25), room["key"]))
            assert gone < 5
            shows(page, -1.25)
            report.row("one of two replicas killed, rooms in a store", "the other took the presenter's next word", gone)
            page.context.close()


def test_a_digit_sent_to_either_replica_reaches_the_presenter(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if nginx_path() is None:
        pytest.skip("needs nginx")
    with storing(tmp_path) as store:
        monkeypatch.setenv("AECORE_ROOMS", store.url)
        with running() as two:
            room = ask(f"{two.address}/rooms")
            own = f"{two.address}/rooms/{room['name']}"
            ask(own, json.dumps({"page": "", "poll": POLL}).encode(), room["key"])
            for phone, port in enumerate(two.ports.values()):
                send(f"http://127.0.0.1:{port}/rooms/{room['name']}/answers", answer(phone))
            assert drawn(own, room["key"]) == 2
            two.kill_replica("one")
            gone = seconds_until(lambda: send(f"{own}/answers", answer(2)))
            assert drawn(own, room["key"]) == 3
            report.row("a replica killed while a hall draws", "none is lost, the other takes the next", gone)


def send(address: str, data: bytes) -> None:
    urllib.request.urlopen(urllib.request.Request(address, data, {"Content-Type": BYTES}), timeout=20).close()


def drawn(room: str, key: str) -> int:
    with urllib.request.urlopen(urllib.request.Request(f"{room}/answers", headers={"X-Room-Key": key})) as found:
        return len(json.loads(found.read())["answers"])


def test_followers_at_nginx_do_not_notice_a_killed_replica_and_come_back_after_nginx(
    chromium: Browser, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if nginx_path() is None or not has_nchan():
        pytest.skip("needs nginx with nchan; Debian: apt install nginx-light libnginx-mod-nchan")
    with storing(tmp_path) as store:
        monkeypatch.setenv("AECORE_ROOMS", store.url)
        with running(is_hall=True) as two:
            room = ask(f"{two.address}/rooms")
            own = f"{two.address}/rooms/{room['name']}"
            ask(own, scene(1.5), room["key"])
            page = follow(chromium, f"{two.address}/follow/{room['name']}")
            shows(page, 1.5)  # who comes late gets the newest scene
            while ask(own, scene(1.5), room["key"])["followers"] != 1:  # nginx' processes tell each other before long
                time.sleep(0.1)
            lost = page.evaluate(COUNT_LOSSES)
            two.kill_replica("one")
            gone = seconds_until(lambda: ask(own, scene(-1.25), room["key"]))
            shows(page, -1.25)
            assert page.evaluate("window.losses") == lost == 0
            report.row("one of two replicas killed, followers at nginx", "no follower noticed", gone)

            assert two.nginx is not None
            two.nginx.terminate()  # a killed one leaves its workers
            two.nginx.wait()
            expect(page.locator("#state")).to_have_text("Connection lost: trying again.")
            two.start_nginx()
            start = time.monotonic()
            seconds_until(lambda: ask(own, scene(-1.25), room["key"]))  # the presenter's page says so every few seconds
            expect(page.locator("#state")).to_have_text(f"Following {room['name']}")
            report.row("nginx stopped and started again", "who followed came back", time.monotonic() - start)
            ask(own, scene(0.75), room["key"])
            shows(page, 0.75)

            stranger = follow(chromium, f"{two.address}/follow/plum-42")
            expect(stranger.locator("#state")).to_have_text(re.compile("There is no room called plum-42"))
            request = urllib.request.Request(own, None, {"X-Room-Key": room["key"]}, method="DELETE")
            urllib.request.urlopen(request, timeout=20).close()
            for one in (page, follow(chromium, f"{two.address}/follow/{room['name']}")):
                expect(one.locator("#state")).to_have_text(re.compile("has ended"))
                one.context.close()
            stranger.context.close()
