"""ASGI middleware that sends files compressed, and compresses each once: Streamlit's front end, modules, models, maps.

Streamlit itself sends its front end as it is, and compresses our files again for each request.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from functools import lru_cache

import brotli
from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aecore.core import system

# Their addresses change with their content.
FILES = ("static/", "modules/", "models/", "students/", "shapes/", "atlas/", "plotly/")
_CONTENT = ("text/", "application/javascript", "application/json", "application/octet-stream", "image/svg+xml")
_SMALL = 500  # bytes
MOST_KEPT = 24_000_000  # bytes: a first visit takes about 3 MB, all pages and models 15 MB
_WHILE = 0.3  # seconds
_QUALITY = 6  # of brotli: 461 kB of Streamlit's 2,117 in 0.04 s; 9 gives 454 kB in 0.34 s

Sent = tuple[list[tuple[bytes, bytes]], bytes]


class Compression:
    """Middleware that compresses the files below a base path, written as in `server.baseUrlPath`.

    It keeps the last ones compressed, at most `most_kept` bytes.
    """

    def __init__(self, app: ASGIApp, base_path: str = "", most_kept: int = MOST_KEPT) -> None:
        self.app, self._most_kept = app, most_kept
        base = "".join(f"/{name}" for name in base_path.split("/") if name)
        self._files = tuple(f"{base}/{start}" for start in FILES)
        self._kept: OrderedDict[tuple[str, str], Sent] = OrderedDict()
        self._size = 0
        self._trimming: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._files):
            await self.app(scope, receive, send)
            return
        encoding = best_encoding(headers.get("accept-encoding", ""))
        others = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        scope = {**scope, "headers": others}  # else Streamlit would compress the answer first
        if {"range", "if-none-match", "if-modified-since"} & set(headers):
            encoding = ""
        key = (scope["path"], encoding)
        if key in self._kept:
            self._kept.move_to_end(key)
            await _send(send, *self._kept[key])
            return
        answer = _Answer(send, encoding)
        await self.app(scope, receive, answer.take)
        if answer.sent:
            self._keep(key, answer.sent)
            self._trim_soon()

    def _trim_soon(self) -> None:
        """Return what compressing took to the system, once no file has come for a while: a first visit takes 15 MB."""
        if self._trimming:
            self._trimming.cancel()
        self._trimming = asyncio.get_running_loop().call_later(_WHILE, system.trim_memory)

    def _keep(self, key: tuple[str, str], sent: Sent) -> None:
        self._size += len(sent[1]) - len(self._kept.pop(key, ([], b""))[1])
        self._kept[key] = sent
        while self._size > self._most_kept:
            self._size -= len(self._kept.popitem(last=False)[1][1])


class _Answer:
    """What the app sends in answer to one request; a whole file that shrinks is compressed, and kept in `sent`."""

    def __init__(self, send: Send, encoding: str) -> None:
        self.sent: Sent | None = None
        self._send, self._encoding = send, encoding
        self._start: Message | None = None  # while a file is being collected
        self._body = b""

    async def take(self, message: Message) -> None:
        """Take an ASGI message of the answer."""
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        if message["type"] == "http.response.start" and self._encoding and _is_file(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        packed = await to_thread.run_sync(compress, self._body, self._encoding, limiter=_one_at_a_time())
        headers = MutableHeaders(scope=start)
        if len(packed) < len(self._body):
            headers["Content-Encoding"] = self._encoding
            headers["X-Uncompressed-Length"] = str(len(self._body))  # for those who show progress
            del headers["etag"], headers["accept-ranges"]  # they are about the bytes as they were
        else:
            packed = self._body
        headers["Content-Length"] = str(len(packed))
        self.sent, self._body = (headers.raw, packed), b""
        await _send(self._send, *self.sent)


def _is_file(start: Message) -> bool:
    """Return whether an answer is a file worth compressing, that stays as it is."""
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and "immutable" in headers.get("cache-control", "")
        and "content-encoding" not in headers
        and headers.get("content-type", "").startswith(_CONTENT)
        and int(headers.get("content-length", _SMALL)) >= _SMALL
    )


async def _send(send: Send, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=1)
def _one_at_a_time() -> CapacityLimiter:
    """Return the limit of one thread: each takes some megabytes, and a browser asks for six files at once."""
    return CapacityLimiter(1)


def best_encoding(accepted: str) -> str:
    """Return "br", "gzip" or "", the best that an Accept-Encoding header allows."""
    allowed = {}
    for one in accepted.lower().split(","):
        name, _, quality = one.partition(";")
        allowed[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if allowed.get(name, False)), "")


def compress(data: bytes, encoding: str) -> bytes:
    """Return bytes in an encoding of `best_encoding`; as they are for ""."""
    if encoding == "br":
        packed: bytes = brotli.compress(data, quality=_QUALITY)
        return packed
    return gzip.compress(data, 6, mtime=0) if encoding == "gzip" else data
