"""A separate server for attacks: it must survive, other visitors must notice nothing, and no file may be left."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.corpus import many
from tests.hostile.payloads import LATENT
from tests.load.client import play, visit
from tests.server import APP, ROOT, Server, serving
from ui.features import FEATURES

FORGED = many(1_000)  # frames that reach the script, and requests
PAGES = tuple(feature.page.address for feature in FEATURES if feature.page)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with its own home folder; at the end it must run, without an exception in its log or a file left."""
    folder = tmp_path_factory.mktemp("server")
    home, runs = folder / "home", folder / "runs"
    home.mkdir()
    own = [ROOT / name for name in APP]
    before = files(*own)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")  # a forged press downloads nothing
    environment = {"HOME": str(home), "TMPDIR": str(home), **nowhere}
    with serving(folder=home, runs=runs, environment=environment) as running:
        play(_every_page(running))
        yield running
        assert running.is_running()
    assert files(*own) == before
    assert list(home.rglob("*")) == []
    assert {path.suffix for path in runs.rglob("*") if path.is_file()} <= {".safetensors", ".lock", ".json", ""}


async def _every_page(server: Server) -> None:
    """Visit every page once: models and the like, which are loaded once for all visitors, are no harm."""
    for page in PAGES:
        async with visit(server.address, page, "") as visitor:
            assert visitor.runs


def files(*folders: Path) -> set[tuple[str, int]]:
    """Return the files in folders, with the time of their last change."""
    found = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {(str(path), path.stat().st_mtime_ns) for path in found if path.is_file()}


def request(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes, Any]:
    """Send one request to a server; returns status, body and headers."""
    connection = http.client.HTTPConnection(server.netloc, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


@contextlib.contextmanager
def unharmed(server: Server) -> Iterator[Callable[[Coroutine[Any, Any, Any]], None]]:
    """Yield a function that runs an attack while another visitor must notice nothing; afterwards, check the memory."""

    async def attacked(attack: Coroutine[Any, Any, Any]) -> None:
        async with visit(server.address, "", "model=mlp&digit=4") as other:
            await other.settle("draw", seq=other.data_of("draw")["seq"], latent=LATENT)
            held = other.query
            await attack
            await asyncio.wait_for(other.run(), 60)
            assert other.query == held
            assert other.data_of("draw")["latent"] == LATENT
            assert other.alerts() == []

    before = server.memory
    yield lambda attack: play(attacked(attack))
    for _ in range(60):  # abandoned sessions are dropped one after the other
        if server.memory < before + 50:
            break
        time.sleep(0.5)
    assert server.memory < before + 50
