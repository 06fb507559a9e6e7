"""Browsers that stop reading, and clients that never finish a sentence: memory stays bounded, the others are served."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.browser.conftest import difference, latents, pixels
from tests.browser.rest import settle
from tests.faults.conftest import Report
from tests.server import Server

Visit = Callable[..., Page]
READERS, RERUNS = 8, 15  # more messages than the 500 that Streamlit keeps for each
HALF = 150  # requests that do not come to an end
ROOM_READERS, WRITES = 30, 50
MOST = 60  # megabytes for all of them together


def dial(server: Server) -> socket.socket:
    """Connect, with as little room for an answer as there can be."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", server.port))
    return made


@contextlib.contextmanager
def sessions_that_do_not_read(server: Server) -> Iterator[list[ClientConnection]]:
    """Sessions of which each reads one message at most, and answers no ping."""
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                connect(
                    address,
                    sock=dial(server),
                    subprotocols=["streamlit"],
                    max_queue=1,
                    ping_interval=None,
                    close_timeout=0.1,
                    proxy=None,
                )
            )
            for _ in range(READERS)
        ]


def ask_for_reruns(sessions: list[ClientConnection]) -> None:
    message = BackMsg()
    message.rerun_script.context_info.url = "http://localhost/"
    for _ in range(RERUNS):
        for session in sessions:
            with contextlib.suppress(ConnectionClosed):  # it has been let go
                session.send(message.SerializeToString())
        time.sleep(0.4)  # as quick as a hand on the sliders has its page run


def ask(server: Server, path: str, body: bytes, key: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/json", "X-Room-Key": key}
    with urllib.request.urlopen(urllib.request.Request(f"{server.address}{path}", body, headers), timeout=60) as answer:
        found: dict[str, str] = json.loads(answer.read())
    return found


def start_requests(server: Server, stack: contextlib.ExitStack, text: str, count: int) -> None:
    for _ in range(count):
        stack.enter_context(contextlib.closing(dial(server))).sendall(text.encode())


@pytest.mark.proof  # `make faults` runs it
def test_who_does_not_read_costs_little_and_nobody_else_anything(server: Server, visit: Visit, report: Report) -> None:
    page = visit(server.address)
    before = server.memory
    room = ask(server, "/rooms", b"{}")
    host = f"Host: localhost:{server.port}\r\n"
    with contextlib.ExitStack() as stack:
        sessions = stack.enter_context(sessions_that_do_not_read(server))
        start_requests(server, stack, f"GET /rooms/{room['name']}/events HTTP/1.1\r\n{host}\r\n", ROOM_READERS)
        start_requests(server, stack, f"GET / HTTP/1.1\r\n{host}X-Long: ", HALF)
        body = f"{host}Content-Type: application/json\r\nContent-Length: 15000\r\n\r\n"
        start_requests(server, stack, f"POST /rooms/{room['name']} HTTP/1.1\r\n{body}" + "{", HALF)
        start_requests(server, stack, f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\n{body}" + "{", HALF)
        ask_for_reruns(sessions)
        for i in range(WRITES):
            ask(server, f"/rooms/{room['name']}", json.dumps({"page": "", "x": f"{i:15000}"}).encode(), room["key"])
            time.sleep(0.04)  # a room takes no more than thirty a second
        grown = server.memory - before
        assert grown < MOST

        old = pixels(page, "model-input")
        page.get_by_role("button", name="7", exact=True).click()
        settle(page)
        assert difference(pixels(page, "model-input"), old) > 5
        assert len(latents(visit(server.address))) == 16  # and a newcomer gets in
    count = READERS + ROOM_READERS + 3 * HALF
    report.row(f"{count} connections that stop reading or writing", f"{grown:.0f} MB more, the others are served")
