"""What others see with a link to a page: its title, its sentence and its picture."""

from __future__ import annotations

import asyncio
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette

from tests.previews import LARGEST, small_png
from tests.server import ROOT
from ui.features import FEATURES
from ui.server.index_page import title
from ui.server.routes import routes
from ui.services.previews import SIZE
from ui.state.declaration import Feature, install

PAGES = [feature for feature in FEATURES if feature.page]
HOST = {"Host": "localhost:8501"}
BEHIND_A_PROXY = {"Host": "app:8501", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "play.example.org"}


@dataclass
class Answer:
    """What the app answers to a request."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def get(path: str, headers: dict[str, str] = HOST, base: str = "") -> Answer:
    """Ask the app, served under a base path, for a path."""
    install(FEATURES)
    answer = Answer()
    scope = {
        **{"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "server": ("localhost", 8501)},
        **{"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""},
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        answer.body += message.get("body", b"")

    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may have an event loop in this one
        pool.submit(asyncio.run, Starlette(routes=routes(base))(scope, receive, send)).result()
    return answer


def tags(answer: Answer) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', answer.body.decode())
    return {name: unescape(text) for name, text in found}


@pytest.mark.parametrize("feature", PAGES, ids=lambda feature: feature.name)
def test_a_page_has_a_title_a_sentence_and_a_picture_of_its_own(feature: Feature) -> None:
    found = tags(get(f"/{feature.page.address}"))
    assert found["og:title"] == title(feature.page)
    assert found["og:description"] == found["description"] == feature.page.sentence
    assert found["og:image"].startswith("http://localhost:8501/previews/")
    answer = get(found["og:image"].removeprefix("http://localhost:8501"))
    assert answer.headers["content-type"] == "image/png"
    assert len(answer.body) <= LARGEST
    picture = Image.open(io.BytesIO(answer.body))
    assert (picture.size, picture.format) == (SIZE, "PNG")
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")


def test_no_two_pages_look_alike_elsewhere() -> None:
    found = [tags(get(f"/{feature.page.address}")) for feature in PAGES]
    for name in ("og:title", "og:description", "og:image"):
        assert len({one[name] for one in found}) == len(PAGES)


def test_behind_a_proxy_and_under_a_path_the_picture_is_at_the_address_that_visitors_use() -> None:
    found = tags(get("/demo/map", BEHIND_A_PROXY, "demo"))
    assert found["og:image"].startswith("https://play.example.org/demo/previews/")
    assert get(found["og:image"].removeprefix("https://play.example.org"), base="demo").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": '"><script>alert(1)</script>'},
        {"X-Forwarded-Host": "example.org/path"},
        {"X-Forwarded-Proto": "javascript"},
        {"Host": ""},
    ],
)
def test_an_address_that_is_none_is_not_repeated(headers: dict[str, str]) -> None:
    answer = get("/", {**HOST, **headers})
    assert "og:image" not in tags(answer)
    assert b"alert(1)" not in answer.body
    assert "og:title" in tags(answer)


def test_another_version_of_a_picture_and_another_name_are_not_found() -> None:
    assert get("/previews/0123456789abcdef/draw.png").status == 404
    assert get("/previews/0123456789abcdef/../icon.png").status == 404


def test_a_picture_gets_as_many_colours_as_it_may_have_bytes() -> None:
    buffer = io.BytesIO()
    Image.effect_noise(SIZE, 90).convert("RGB").save(buffer, "PNG")
    assert len(small_png(buffer.getvalue())) < len(buffer.getvalue()) / 2
    plain = io.BytesIO()
    Image.new("RGB", SIZE, "#4f46e5").save(plain, "PNG")
    assert Image.open(io.BytesIO(small_png(plain.getvalue()))).convert("RGB").getpixel((5, 5)) == (0x4F, 0x46, 0xE5)


def test_searchers_are_told_what_is_no_page() -> None:
    answer = get("/robots.txt")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.body.startswith(b"User-agent: *\nDisallow: /rooms/")


@pytest.mark.parametrize("base", ["", "demo"])
def test_the_icon_that_the_page_names_is_the_apps_own(base: str) -> None:
    start = f"/{base}" if base else ""
    assert b'<link rel="shortcut icon" href="./favicon.png" />' in get(f"{start}/map", base=base).body
    assert get(f"{start}/favicon.png", base=base).body == (ROOT / "assets" / "icon.png").read_bytes()
