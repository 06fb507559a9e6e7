"""What is sent compressed, and that it is compressed once."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from tests.load.client import play
from ui.server.compression import Compression, best_encoding

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
TEXT = b"let compressible = 'text';\n" * 400


class Site:
    """A small app behind the middleware, which counts the requests that reach it."""

    def __init__(self, base_path: str = "", **options: int) -> None:
        self.reached: list[dict[str, str]] = []
        base = f"/{base_path}" if base_path else ""
        answers: dict[str, Callable[[], Response]] = {
            f"{base}/modules/1/a.js": lambda: Response(TEXT, media_type="text/javascript", headers=FOREVER),
            f"{base}/static/small.js": lambda: Response(b"1", media_type="text/javascript", headers=FOREVER),
            f"{base}/static/font.woff2": lambda: Response(TEXT, media_type="font/woff2", headers=FOREVER),
            f"{base}/static/changing.js": lambda: Response(TEXT, media_type="text/javascript"),
            f"{base}/models/1/missing": lambda: Response(TEXT, 404, media_type="text/plain", headers=FOREVER),
            f"{base}/models/1/own": lambda: Response(
                gzip.compress(TEXT), media_type="text/plain", headers={**FOREVER, "Content-Encoding": "gzip"}
            ),
            f"{base}/atlas/1/pieces": lambda: StreamingResponse(
                iter([TEXT, TEXT]), media_type="application/octet-stream", headers=FOREVER
            ),
            f"{base}/elsewhere.js": lambda: Response(TEXT, media_type="text/javascript", headers=FOREVER),
        }
        routes = [Route(path, self._endpoint(answer)) for path, answer in answers.items()]
        self.app = Compression(Starlette(routes=routes), base_path, **options)

    def _endpoint(self, answer: Callable[[], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            self.reached.append(dict(request.headers))
            return answer()

        return endpoint

    def get(self, path: str, accepted: str = "gzip, deflate, br, zstd", **headers: str) -> tuple[Headers, bytes]:
        """Return an answer's headers and its body as it goes over the wire."""
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.sleep(5)  # a browser that waits; cancelled when the answer is complete
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "root_path": ""}
        scope["headers"] = [(b"accept-encoding", accepted.encode()), *raw]
        play(self.app(scope, receive, send))
        return Headers(raw=sent[0]["headers"]), b"".join(one["body"] for one in sent[1:])


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0, br; q=0.000", ""),
        ("identity", ""),
        ("*", ""),
        ("", ""),
        (",;,q=1;;", ""),
    ],
)
def test_the_best_encoding_that_a_browser_accepts(accepted: str, encoding: str) -> None:
    assert best_encoding(accepted) == encoding


@pytest.mark.parametrize("base", ["", "demo"])
@pytest.mark.parametrize(("accepted", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)])
def test_a_file_is_sent_compressed_and_is_the_same(base: str, accepted: str, unpack: Callable[[bytes], bytes]) -> None:
    site = Site(base)
    for _ in range(3):
        headers, body = site.get(f"/{base}/modules/1/a.js".replace("//", "/"), accepted)
        assert unpack(body) == TEXT
        assert headers.get("content-encoding", "") == accepted
        assert headers["vary"] == "Accept-Encoding"
        assert headers["content-length"] == str(len(body))
        assert "immutable" in headers["cache-control"]
        if accepted:
            assert len(body) < len(TEXT) / 20
            assert headers["x-uncompressed-length"] == str(len(TEXT))
    assert len(site.reached) == (1 if accepted else 3)
    assert all("accept-encoding" not in headers for headers in site.reached)


def test_each_encoding_has_a_file_of_its_own() -> None:
    site = Site()
    for accepted in ("br", "gzip", "br", "gzip"):
        headers, _ = site.get("/modules/1/a.js", accepted)
        assert headers["content-encoding"] == accepted
    assert len(site.reached) == 2


def test_a_file_that_is_sent_in_pieces_is_compressed_whole() -> None:
    headers, body = Site().get("/atlas/1/pieces")
    assert brotli.decompress(body) == 2 * TEXT
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize(
    "path",
    ["/static/small.js", "/static/font.woff2", "/static/changing.js", "/models/1/missing", "/elsewhere.js"],
)
def test_what_is_small_packed_changing_missing_or_elsewhere_stays_as_it_is(path: str) -> None:
    site = Site()
    for _ in range(2):
        headers, _ = site.get(path)
        assert "content-encoding" not in headers
    assert len(site.reached) == 2


def test_what_is_compressed_already_is_not_compressed_again() -> None:
    headers, body = Site().get("/models/1/own")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == TEXT


@pytest.mark.parametrize("condition", [{"range": "bytes=0-9"}, {"if_none_match": "x"}])
def test_conditions_and_ranges_reach_the_app(condition: dict[str, str]) -> None:
    site = Site()
    site.get("/modules/1/a.js")
    headers, _ = site.get("/modules/1/a.js", **condition)
    assert "content-encoding" not in headers
    assert len(site.reached) == 2


def test_what_is_kept_has_a_limit() -> None:
    site = Site(most_kept=10)
    for path in ("/modules/1/a.js", "/atlas/1/pieces", "/modules/1/a.js", "/atlas/1/pieces"):
        site.get(path)
    assert len(site.reached) == 4
