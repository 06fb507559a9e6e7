"""A real server under forged uploads: only its own sessions upload, and only a little."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from streamlit.proto.WidgetStates_pb2 import WidgetState

from aecore.core import pretrained
from tests.hostile.conftest import request, unharmed
from tests.hostile.corpus import json_text, mutated
from tests.hostile.payloads import RECORD, npy_file
from tests.load.client import Visitor, key_in, visit
from tests.server import Server


def token(server: Server) -> dict[str, str]:
    """Return the headers with which a page of the app may upload."""
    _, _, headers = request(server, "GET", "/_stcore/health")
    cookie = headers["Set-Cookie"].split(";")[0]
    return {"Cookie": cookie, "X_Xsrftoken": cookie.split("=", 1)[1]}


def form(name: str, data: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + data + b"\r\n--x--\r\n"


def upload(server: Server, owner: str, number: str, body: bytes, **headers: str) -> int:
    content = "multipart/form-data; boundary=x"
    return request(server, "PUT", f"/_stcore/upload_file/{owner}/{number}", body, Content_Type=content, **headers)[0]


async def bring(server: Server, visitor: Visitor, uploader: str, name: str, data: bytes, number: str) -> int:
    """Upload a file and tell the app that it is in the uploader of this page."""
    status = await asyncio.to_thread(upload, server, visitor.session, number, form(name, data), **token(server))
    id_ = next(id_ for id_, _ in visitor.widgets() if key_in(id_).startswith(uploader))
    state = WidgetState(id=id_)
    state.file_uploader_state_value.uploaded_file_info.add(file_id=number, name=name)
    await visitor.run(state)
    return status


def test_only_a_session_of_the_app_uploads_and_only_a_little(server: Server) -> None:
    async def attack() -> None:
        async with visit(server.address, "train") as visitor:
            mine, good = visitor.session, token(server)
            body = form("a.safetensors", b"x")

            def put(owner: str, number: str, data: bytes, **headers: str) -> int:
                return upload(server, owner, number, data, **headers)

            assert put(mine, "n", body) == 403
            assert put(mine, "n", body, **{**good, "X_Xsrftoken": "2|forged"}) == 403
            assert put(mine, "n", body, **{**good, "Cookie": "_streamlit_xsrf=other"}) == 403
            assert put("00000000-0000-0000-0000-000000000000", "n", body, **good) == 400
            assert put(mine, "n", form("a.safetensors", bytes(11 << 20)), **good) == 413
            assert put(mine, "../n", body, **good) in (400, 404)
            assert [put(mine, f"n{i}", body, **good) for i in range(5)] == [204, 204, 204, 429, 429]

    with unharmed(server) as run:
        run(attack())


def test_a_file_is_kept_no_longer_than_it_takes_to_read_it(server: Server) -> None:
    async def attack() -> None:
        async with visit(server.address, "train") as visitor:
            for i in range(8):  # more than a session may have at once
                assert await bring(server, visitor, "model-file", "a.safetensors", bytes(8_000_000), f"n{i}") == 204
            assert any(state.startswith("model-file-8") for state in map(key_in, dict(visitor.widgets())))

    with unharmed(server) as run:
        run(attack())


def test_bad_files_under_bad_names_are_answered_in_a_sentence_or_not_at_all(server: Server) -> None:
    names = ("a.png", "A.JPG", "a.exe", "a\0.png", "../../a.png", "é\u202e.png", "a.json", "a.npy", "a.safetensors", "")
    valid = (pretrained.MODELS / "dim1.safetensors").read_bytes()
    doors: dict[str, tuple[str, Callable[[random.Random], bytes]]] = {
        "latent-file": ("", lambda rng: rng.choice([npy_file, lambda one: json_text(one, RECORD)])(rng)),
        "model-file": ("train", lambda rng: mutated(rng, valid)),
    }

    async def attack() -> None:
        rng = random.Random(30)
        for uploader, (page, make) in doors.items():
            async with visit(server.address, page) as visitor:
                for i in range(30):
                    name = rng.choice(names)
                    status = await bring(server, visitor, uploader, name, make(rng), f"{uploader}{i}")
                    assert status in (204, 400, 429)

    with unharmed(server) as run:
        run(attack())
