"""Two replicas behind nginx, from deploy/nginx.conf: one is killed, and comes back."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from deploy.replicas import Replicas, nginx_path, running
from tests import photos
from tests.browser.conftest import difference, pixels
from tests.browser.test_photo import upload
from tests.faults.conftest import Report, choose_sample, wait_until_back
from tests.server import ROOT

Visit = Callable[..., Page]

FIVE = (photos.normalised() * 255).ravel().tolist()  # what the pictures show


@pytest.fixture
def two() -> Iterator[Replicas]:
    if nginx_path() is None:
        pytest.skip("needs nginx")
    with running() as made:
        yield made


def replica(context: BrowserContext) -> str:
    return next(str(cookie["value"]) for cookie in context.cookies() if cookie["name"] == "replica")


def newcomer(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.headers["Set-Cookie"]).split("=")[1].split(";")[0]


def test_a_room_is_reached_from_either_replica(two: Replicas) -> None:
    def ask(path: str, body: bytes, replica: str, key: str = "") -> dict[str, object]:
        headers = {"Content-Type": "application/json", "X-Room-Key": key, "Cookie": f"replica={replica}"}
        with urllib.request.urlopen(urllib.request.Request(f"{two.address}/rooms{path}", body, headers)) as answer:
            found: dict[str, object] = json.loads(answer.read())
        return found

    room = ask("", b"{}", "two")
    scene = {"page": "", "model": "default", "image": None, "latent": [0.5] * 16}
    for replica in ("one", "two"):
        assert ask(f"/{room['name']}", json.dumps(scene).encode(), replica, str(room["key"])) == {"followers": 0}


def test_who_is_on_the_other_replica_notices_nothing_and_the_rest_come_back(
    two: Replicas, visit: Visit, report: Report
) -> None:
    visitors: dict[str, Page] = {}
    for _ in range(6):  # in turn, but for a replica that was too busy to answer nginx within a second
        if len(visitors) < 2:
            page = visit(f"{two.address}/denoise")
            visitors[replica(page.context)] = page
    unlucky, lucky = visitors["one"], visitors["two"]
    upload(unlucky, "squared.jpg", photos.GOOD["squared.jpg"]())
    assert difference(pixels(unlucky, "clean"), FIVE) < 25

    two.kill_replica("one")
    gone = wait_until_back(unlucky)
    report.row("one of two replicas killed", "nobody on the other noticed, the rest came back", gone)
    events = [event for event, _ in unlucky.evaluate("atRest.connection")]
    assert events == ["open", "close", "open"]  # at the first try
    assert replica(unlucky.context) == "two"
    assert difference(pixels(unlucky, "clean"), FIVE) < 25  # the other replica was told of the picture
    choose_sample(unlucky, 1, "clean")  # and hears the first click

    two.start_replica("one")
    two.wait("one")
    end = time.monotonic() + 60
    while {newcomer(two.address), newcomer(two.address)} != {"one", "two"}:  # nginx avoids it for some seconds
        assert time.monotonic() < end
    upload(unlucky, "squared.jpg", photos.GOOD["squared.jpg"]())
    assert difference(pixels(unlucky, "clean"), FIVE) < 25
    unlucky.get_by_role("link", name="Train").first.click()  # uploads by request go where the session is, too
    uploader = unlucky.get_by_test_id("stFileUploader").locator("input[type=file]")
    uploader.set_input_files(str(ROOT / "assets" / "models" / "mlp.safetensors"))
    expect(unlucky.get_by_text("Every page now uses")).to_be_visible()
    assert lucky.evaluate("atRest.connection.length") == 1
