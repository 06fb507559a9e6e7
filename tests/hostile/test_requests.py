"""A real server under forged requests and requests of other sites: it tells nothing, and lets nobody in."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest
from streamlit import config
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.hostile.conftest import FORGED, PAGES, request, unharmed
from tests.hostile.corpus import (
    examples,
    json_text,
    query,
)
from tests.hostile.payloads import LINKS, SCENE
from tests.load.client import play, visit
from tests.server import Server

EVIL = "http://evil.example"
PATHS = (
    "/rooms", "/rooms/apple-12", "/rooms/apple-12/events", "/rooms/apple-12/answers", "/rooms/../x", "/rooms/%00",
    "/rooms/%2e%2e%2fapp.py",
    "/modules/x/frontend/engine/engine.js", "/modules/x/..%2f..%2fapp.py", "/modules/%2e%2e/app.py", "/modules/x/",
    "/models/0000000000000000/default.encoder.safetensors", "/models/x/..%2f..%2fx.decoder.safetensors",
    "/models/x/my_00000000000000000000000000000000.encoder.safetensors", "/models/x/default.card.safetensors",
    "/atlas/x/default.safetensors", "/atlas/x/%2e%2e.safetensors", "/atlas/x/nobody.safetensors",
    "/runs/00000000000000000000000000000000/progress.json", "/runs/..%2f..%2f/progress.json", "/runs/x/preview.json",
    "/app/static/../../app.py", "/media/..%2f..%2fapp.py", "/_stcore/nothing", "/_stcore/upload_file/a/b", "//", "/~",
    "/component/x/..%2f..%2fapp.py", "/_stcore/bidi-components/x/..%2f..%2fapp.py",
)  # fmt: skip


def test_a_thousand_requests_get_an_answer_that_tells_nothing(server: Server) -> None:
    def make(rng: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
        method = rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"])
        path = rng.choice(PATHS) + rng.choice(["", "?" + query(rng, rng.choice(LINKS)).replace(" ", "+")])
        path = "".join(letter if "!" <= letter <= "~" else "%FF" for letter in path)[:20_000]
        headers = {
            "Content_Type": rng.choice(["application/json", "text/plain", "multipart/form-data; boundary=x", ""]),
            "X_Room_Key": rng.choice(["x" * 22, "", "\xff" * 22, "9" * 5000]),
            "Sec_Fetch_Site": rng.choice(["same-origin", "cross-site", "x"]),
            "Range": rng.choice(["bytes=0-1", "bytes=-1", "bytes=9-1", "x", "bytes=" + "0-1," * 500 + "0-1"]),
            "Accept_Encoding": rng.choice(["gzip", "", "x"]),
        }
        return method, path, json_text(rng, SCENE)[:100_000], headers

    def ask(method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before it was read
            if method == "GET" and path.startswith("/rooms") and "/events" in path:
                return  # a stream, which has tests of its own
            status, answer, _ = request(
                server, method, path, body if method in ("POST", "PUT", "PATCH") else None, **headers
            )
            assert status < 500, (method, path)
            assert b"Traceback" not in answer
            assert b"import streamlit" not in answer

    async def attack() -> None:
        for one in examples(FORGED, 40, make):
            await asyncio.to_thread(ask, *one)

    with unharmed(server) as run:
        run(attack())


# ---- other sites -----------------------------------------------------------------------------------------------


def test_protection_from_other_sites_is_on() -> None:
    assert config.get_option("server.enableXsrfProtection")
    assert config.get_option("server.enableCORS")
    assert config.get_option("client.showErrorDetails") == "none"
    assert config.get_option("server.maxUploadSize") == 10


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example", "http://localhost:1@evil.example"])
def test_another_site_gets_no_websocket(server: Server, origin: str) -> None:
    async def knock() -> None:
        async with connect(f"ws://{server.netloc}/_stcore/stream", origin=origin, proxy=None):  # type: ignore[arg-type]
            pass

    with pytest.raises(InvalidStatus) as refused:
        play(knock())
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", "/_stcore/upload_file/a/b"),
        ("OPTIONS", "/rooms"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/rooms/apple-12/events"),
        ("GET", "/runs/00000000000000000000000000000000/progress.json"),
        ("GET", "/models/x/default.encoder.safetensors"),
    ],
)
def test_another_site_may_read_no_answer(server: Server, method: str, path: str) -> None:
    wanted = {"Origin": EVIL, "Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "x-room-key"}
    _, _, headers = request(server, method, path, **wanted)
    assert headers.get("Access-Control-Allow-Origin") not in ("*", EVIL, "null")


def test_another_site_opens_no_room(server: Server) -> None:
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Content_Type": "text/plain", "Origin": EVIL}):
        status, _, _ = request(server, "POST", "/rooms", b"{}", **{"Content_Type": "application/json", **headers})
        assert status in (403, 415)


def test_the_address_of_a_new_visitor_may_be_anything(server: Server) -> None:
    async def attack() -> None:
        texts = examples(40, 50, lambda rng: query(rng, rng.choice(LINKS)))
        for i, text in enumerate(texts):
            async with visit(server.address, PAGES[i % len(PAGES)], text) as visitor:
                assert visitor.runs

    with unharmed(server) as run:
        run(attack())
