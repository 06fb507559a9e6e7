"""A proxy that serves an app under a path, and removes that path from requests, like nginx's `location /demo/`."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def strip(path: str, app: str) -> Iterator[str]:
    """Serve the app at the address `app` under a path, such as "/demo"; yields where."""
    target = urlsplit(app)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, asked, rest = head.split(b" ", 2)
            if not asked.startswith(f"{path}/".encode()):
                writer.write(_NOT_FOUND)
                await writer.drain()
                return
            if b"\r\nupgrade:" not in rest.lower():  # one request a connection, so that this is the only head
                rest = re.sub(rb"\r\nConnection:[^\r]*", b"", rest, flags=re.I)
                rest = rest.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            there, back = await asyncio.open_connection(target.hostname, target.port)
            async with _closing(back):
                back.write(b" ".join([method, asked[len(path) :], rest]))
                await asyncio.gather(_copy(reader, back), _copy(there, writer))

    async def answer_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        answering.add(task)
        try:
            async with _closing(writer):
                await answer(reader, writer)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            answering.discard(task)

    async def serve() -> None:
        server = await asyncio.start_server(answer_and_close, "localhost", 0, family=socket.AF_INET)
        ending = asyncio.Event()
        started.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), ending))
        await ending.wait()
        server.close()
        for task in (still := list(answering)):
            task.cancel()
        await asyncio.gather(*still, return_exceptions=True)

    answering: set[asyncio.Task[None]] = set()
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        running = thread.submit(asyncio.run, serve())
        port, loop, ending = started.result(30)
        try:
            yield f"http://localhost:{port}{path}"
        finally:
            loop.call_soon_threadsafe(ending.set)
            running.result(30)


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close a connection in the end, and wait until it is."""
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()
