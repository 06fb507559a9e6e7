"""Two replicas behind nginx, from deploy/nginx.conf: one is killed, and comes back."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from deploy.stand import Stand, nginx_path, stand
from tests import photos
from tests.browser.conftest import READY, difference, pixels, settle
from tests.browser.test_photo import upload

FIVE = (photos.normalised() * 255).ravel().tolist()  # what the pictures show

# Notes when the session's connection opens and closes, in milliseconds.
WATCH = """
window.connection = [];
window.WebSocket = class extends WebSocket {
    constructor(...given) {
        super(...given);
        this.addEventListener("open", () => window.connection.push(["open", Date.now()]));
        this.addEventListener("close", () => window.connection.push(["close", Date.now()]));
    }
};
"""


@pytest.fixture
def two() -> Iterator[Stand]:
    if nginx_path() is None:
        pytest.skip("needs nginx")
    with stand() as made:
        yield made


def replica(context: BrowserContext) -> str:
    return next(str(cookie["value"]) for cookie in context.cookies() if cookie["name"] == "replica")


def newcomer(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.headers["Set-Cookie"]).split("=")[1].split(";")[0]


def visit(chromium: Browser, address: str) -> Page:
    context = chromium.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/denoise")
    page.wait_for_selector(READY)
    settle(page)
    return page


def test_a_room_is_reached_from_either_replica(two: Stand) -> None:
    def ask(path: str, body: bytes, replica: str, key: str = "") -> dict[str, object]:
        headers = {"Content-Type": "application/json", "X-Room-Key": key, "Cookie": f"replica={replica}"}
        with urllib.request.urlopen(urllib.request.Request(f"{two.address}/rooms{path}", body, headers)) as answer:
            found: dict[str, object] = json.loads(answer.read())
        return found

    room = ask("", b"{}", "two")
    scene = {"page": "", "model": "default", "image": None, "latent": [0.5] * 16}
    for replica in ("one", "two"):
        assert ask(f"/{room['name']}", json.dumps(scene).encode(), replica, str(room["key"])) == {"followers": 0}


def test_who_is_on_the_other_replica_notices_nothing_and_the_rest_come_back(chromium: Browser, two: Stand) -> None:
    visitors = {}
    for _ in range(2):
        page = visit(chromium, two.address)
        visitors[replica(page.context)] = page
    assert sorted(visitors) == ["one", "two"]  # in turn
    unlucky, lucky = visitors["one"], visitors["two"]

    two.kill_replica("one")
    unlucky.wait_for_function("window.connection.length > 2 && window.connection.at(-1)[0] === 'open'")
    (_, lost), *_, (_, back) = unlucky.evaluate("window.connection.slice(1)")
    print(f"back after {(back - lost) / 1000:.2f} s")
    assert replica(unlucky.context) == "two"

    two.start_replica("one")
    unlucky.reload()  # a new session, while "one" is not yet there
    unlucky.wait_for_selector(READY)
    two.wait("one")
    unlucky.wait_for_timeout(2500)  # longer than nginx avoids a replica that did not answer
    upload(unlucky, "squared.jpg", photos.GOOD["squared.jpg"]())  # goes where the session is, not where it once was
    assert difference(pixels(unlucky, "clean"), FIVE) < 25
    assert lucky.evaluate("window.connection.length") == 1
    assert {newcomer(two.address), newcomer(two.address)} == {"one", "two"}
    for page in (unlucky, lucky):
        page.context.close()
