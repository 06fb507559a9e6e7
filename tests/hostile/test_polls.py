"""A thousand forged answers and a thousand forged publishes: each gets a sentence, and no other room notices."""

from __future__ import annotations

import asyncio
import json
import random
import re
from typing import Any

from tests.hostile.conftest import FORGED, request, unharmed
from tests.hostile.corpus import examples, json_text, mutated
from tests.hostile.payloads import SCENE
from tests.server import Server
from tests.ui.server.test_polls import BYTES, POLL, answer

KINDS = (BYTES, BYTES, BYTES, "application/json", "text/plain", "", "application/octet-stream; x", "\xff")
NAMES = (
    "{room}",
    "{room}",
    "{room}",
    "plum-42",
    "..",
    "%00",
    "{ROOM}",
    "a" * 3000,
    "{room}%0a",
    "%F0%9F%98%80",
    "{room}/..",
)


def opened(server: Server) -> tuple[str, str]:
    status, body, _ = request(server, "POST", "/rooms", b"{}", Content_Type="application/json")
    assert status == 201
    found = json.loads(body)
    return found["name"], found["key"]


def publish(server: Server, name: str, key: str, scene: Any) -> None:
    body = json.dumps(scene).encode()
    kind = {"Content_Type": "application/json", "X_Room_Key": key}
    assert request(server, "POST", f"/rooms/{name}", body, **kind)[0] == 200


def look(server: Server, name: str, key: str) -> tuple[dict[str, Any], bytes]:
    """Return what the presenter of a room gets, and what its followers would."""
    found = json.loads(request(server, "GET", f"/rooms/{name}/answers", X_Room_Key=key)[1])
    return found, request(server, "GET", f"/rooms/{name}")[1]


def is_said(status: int, body: bytes) -> bool:
    """Return whether a refusal is a clear sentence, without anything from inside the server."""
    assert status < 500
    assert b"Traceback" not in body
    if body in (b"Bad Request", b"Not Found", b"Method Not Allowed"):  # no address of ours
        return status in (400, 404, 405)
    return status < 300 or bool(re.fullmatch(r"[A-Z][^\n]*[.]", json.loads(body)["problem"]))


def forged_answer(rng: random.Random) -> bytes:
    good = answer(rng.randrange(2**60), latent=tuple(rng.uniform(-4, 4) for _ in range(16)))
    return rng.choice(
        [
            lambda: mutated(rng, good),
            lambda: good[: rng.randrange(len(good))],
            lambda: good + rng.randbytes(rng.choice([1, 100, 5000])),
            lambda: rng.randbytes(rng.choice([0, 1, 828, 1000, 100_000])),
            lambda: rng.randbytes(4) + good[4:],  # another poll
            lambda: good[:12] + rng.choice([b"\xff\x7f", b"\x00\x80"]) * 16 + good[44:],
            lambda: good[:44] + bytes(784),
            lambda: json_text(rng, {"answer": "x"}),
        ]
    )()


def test_a_thousand_forged_answers_get_a_sentence_and_reach_no_other_room(server: Server) -> None:
    (name, key), (other, its_key) = opened(server), opened(server)
    for one, own in ((name, key), (other, its_key)):
        publish(server, one, own, {"page": "", "poll": POLL})
    assert request(server, "POST", f"/rooms/{other}/answers", answer(5), Content_Type=BYTES)[0] == 201
    before = look(server, other, its_key)

    def make(rng: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
        room = rng.choice(NAMES).replace("{room}", name).replace("{ROOM}", name.upper())
        headers = {"Content_Type": rng.choice(KINDS), "X_Room_Key": rng.choice(["", "x" * 22, "\xff", "9" * 5000])}
        where = rng.choice(["", "", "", "?after=" + "9" * 400, "/" + "0" * 16, "/..%2f", "/\xe9".encode().hex()])
        return (
            rng.choice(["POST", "POST", "POST", "GET", "DELETE"]),
            f"/rooms/{room}/answers{where}",
            forged_answer(rng),
            headers,
        )

    def ask(method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            status, found, _ = request(server, method, path, body if method == "POST" else None, **headers)
        except (BrokenPipeError, ConnectionResetError):  # answered before it was read
            return 413
        assert is_said(status, found), (method, path, found)
        return status

    async def attack() -> None:
        codes = [await asyncio.to_thread(ask, *one) for one in examples(FORGED, 61, make)]
        assert sum(code >= 400 for code in codes) > 0.8 * len(codes)

    with unharmed(server) as run:
        run(attack())
    assert look(server, other, its_key) == before
    found, _ = look(server, name, key)
    assert found["count"] == len(found["answers"]) < 0.2 * FORGED  # what has the form of a digit is one
    assert request(server, "POST", f"/rooms/{name}/answers", answer(6), Content_Type=BYTES)[0] == 201


def test_a_thousand_forged_publishes_get_a_sentence_and_reach_no_other_room(server: Server) -> None:
    (name, key), (other, its_key) = opened(server), opened(server)
    for one, own in ((name, key), (other, its_key)):
        publish(server, one, own, {"page": "", "poll": POLL})
    before = look(server, other, its_key)

    def make(rng: random.Random) -> tuple[str, bytes, str]:
        scene = {**SCENE, "poll": {**POLL, "question": rng.choice(["", "x" * 81, "\ud800", "<script>", "Draw a 4."])}}
        room = rng.choice([name, name, other, *NAMES[3:]]).replace("{room}", name).replace("{ROOM}", name.upper())
        return room, json_text(rng, scene), rng.choice([key, key, "", its_key[::-1], key[:-1], "9" * 5000])

    def ask(room: str, body: bytes, own: str) -> None:
        headers = {"Content_Type": "application/json", "X_Room_Key": own}
        try:
            status, found, _ = request(server, "POST", f"/rooms/{room}", body, **headers)
        except (BrokenPipeError, ConnectionResetError):
            return
        assert is_said(status, found), (room, found)
        assert room == name or status >= 400, (room, found)

    async def attack() -> None:
        for one in examples(FORGED, 62, make):
            await asyncio.to_thread(ask, *one)

    with unharmed(server) as run:
        run(attack())
    assert look(server, other, its_key) == before
    status, body, _ = request(server, "GET", f"/rooms/{name}/answers", X_Room_Key=key)
    assert is_said(status, body)
