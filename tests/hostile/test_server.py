"""A real server under forged frames, uploads and requests: it lives, others notice nothing, nothing lies about."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aecore.core import pretrained
from deploy.measure import megabytes
from tests.browser.conftest import ROOT, _wait, ending_trainings
from tests.hostile.corpus import (
    TEXTS,
    anything,
    bombs,
    examples,
    forged,
    json_text,
    mutated,
    pictures,
    query,
)
from tests.hostile.test_readers import LATENT, LINKS, RECORD, REPORTS, npy_file, yaml_text
from tests.load.client import Visitor, connect_to, key_in, play, trigger_state, visit
from ui.state import session

EVIL = "http://evil.example"
FORGED = 1_000  # frames that reach the script, and requests
PAGES = ("", "map", "traversals", "morph", "arithmetic", "denoise", "learn", "train", "talk")


@dataclass
class Server:
    """A running app; `home` is all there is of a world outside its own folder."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    home: Path

    @property
    def netloc(self) -> str:
        return urlsplit(self.address).netloc

    def memory(self) -> float:
        """Return what the process holds, in megabytes."""
        return megabytes(self.process.pid)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, Any]:
        """Ask once; returns status, body and headers."""
        connection = http.client.HTTPConnection(self.netloc, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()


def files(*folders: Path) -> set[tuple[str, int]]:
    """List what lies in folders, with when it was written."""
    found = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {(str(path), path.stat().st_mtime_ns) for path in found if path.is_file()}


@contextlib.contextmanager
def _started(
    command: list[str], home: Path, environment: dict[str, str], log: Any
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app in a world of its own; in the end it is alive, told of no exception, and nothing lies about."""
    folder = tmp_path_factory.mktemp("server")
    home, runs, log = folder / "home", folder / "runs", folder / "log"
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    environment = {**os.environ, "AECORE_RUNS": str(runs), "HOME": str(home), "TMPDIR": str(home)}
    own = [ROOT / name for name in ("aecore", "assets", "pages", "ui", ".streamlit")]
    before = files(*own)
    with log.open("wb") as told, ending_trainings(runs), _started(command, home, environment, told) as process:
        _wait(f"http://localhost:{port}/_stcore/health", process)
        yield Server(f"http://localhost:{port}", process, log, home)
        assert process.poll() is None
    assert "Traceback" not in log.read_text()
    assert files(*own) == before
    assert list(home.rglob("*")) == []
    assert {path.suffix for path in runs.rglob("*") if path.is_file()} <= {".safetensors", ".lock", ".json", ""}


@contextlib.contextmanager
def unharmed(server: Server) -> Iterator[Callable[[Coroutine[Any, Any, Any]], None]]:
    """Give a function that runs an attack while somebody else is there, who notices nothing, and look at the memory."""

    async def attacked(attack: Coroutine[Any, Any, Any]) -> None:
        async with visit(server.address, "", "model=mlp&digit=4") as other:
            await other.settle("deck", seq=other.told("deck")["seq"], latent=LATENT)
            held = other.query
            await attack
            await asyncio.wait_for(other.run(), 60)
            assert other.query == held
            assert other.told("deck")["latent"] == LATENT
            assert other.alerts() == []

    before = server.memory()
    yield lambda attack: play(attacked(attack))
    for _ in range(60):  # sessions that were left are let go little by little
        if server.memory() < before + 50:
            break
        time.sleep(0.5)
    assert server.memory() < before + 50


# ---- frames ----------------------------------------------------------------------------------------------------

PAYLOADS: dict[str, tuple[str, Any]] = {
    "deck": ("settled", REPORTS["latent"][1]),
    "traversals": ("settled", REPORTS["latent"][1]),
    "morph": ("settled", REPORTS["path"][1]),
    "arithmetic": ("settled", REPORTS["sum"][1]),
    "noise": ("settled", REPORTS["noise"][1]),
    "map": ("picked", REPORTS["picked"][1]),
    "stage": ("settled", REPORTS["stage"][1]),
    "room": ("followed", REPORTS["scene"][1]),
    "training": ("remembered", REPORTS["remembered"][1]),
}


def forge(rng: random.Random, id_: str, seq: int) -> WidgetState:
    """Make a value for a widget that no page sends."""
    key = key_in(id_)
    if rng.random() < 0.15:  # of a foreign kind
        kind = rng.choice(
            [
                "string_value",
                "int_value",
                "double_value",
                "bool_value",
                "json_value",
                "bytes_value",
                "string_array_value",
            ]
        )
        return _of_kind(rng, id_, kind)
    kind = session.kinds_of_value(key)[0]
    if kind != "json_value":
        return _of_kind(rng, id_, kind)
    if key.startswith("canvas"):
        drawing = {
            "raw": {"objects": [{"path": [["M", 1, 2]]}]},
            "data": f"data:image/png;base64,{rng.choice(PICTURES)}",
        }
        return WidgetState(id=id_, json_value=json.dumps(forged(rng, {"drawing": drawing, "backgroundFit": None})))
    event, sound = PAYLOADS.get(key, ("settled", {"seq": 0}))
    if isinstance(sound, dict) and "seq" in sound:
        sound = {**sound, "seq": seq}
    if key == "noise" and rng.random() < 0.3:
        return trigger_state(id_, "picture", rng.choice(PICTURES))
    value = forged(rng, sound)
    if rng.random() < 0.5:
        return trigger_state(id_, event, value)
    text = json.dumps({event: value})
    return WidgetState(id=id_, json_value=text if rng.random() < 0.9 else text[: rng.randrange(len(text))])


def _of_kind(rng: random.Random, id_: str, kind: str) -> WidgetState:
    state = WidgetState(id=id_)
    if kind.endswith("array_value"):
        getattr(state, kind).data.extend(
            ["x"] if kind.startswith("string") else [rng.choice([float("nan"), 1e308, -1, 0.3])]
        )
    elif kind == "file_uploader_state_value":
        state.file_uploader_state_value.uploaded_file_info.add(file_id=rng.choice(TEXTS), name=rng.choice(TEXTS))
    else:
        value = {
            "string_value": rng.choice([*TEXTS, yaml_text(rng)]),
            "json_value": rng.choice(["{", "[1]", "[" * 9_999]),
        }
        numbers = {"int_value": rng.choice([-1, 2**62, 0]), "double_value": rng.choice([float("nan"), 1e308, -1.0])}
        setattr(state, kind, {**value, **numbers, "bytes_value": b"x"}.get(kind, True))
    return state


def _pictures() -> list[str]:
    rng = random.Random(20)
    sound = pictures()[:2]
    data = [*bombs().values(), *sound, *(mutated(rng, rng.choice(sound)) for _ in range(60))]
    return [base64.b64encode(one).decode() for one in data if len(one) < 200_000]


PICTURES = _pictures()
LEFT_ALONE = ("Start training", "Download MNIST (11 MB)")  # what these start is not what is tested here


async def forge_frames(address: str, page: str, count: int, seed: int) -> int:
    """Send a session forged values of all its widgets, each in a run of its own; returns how many changed the page."""
    rng, seen = random.Random(seed), 0
    async with visit(address, page) as visitor:
        for _ in range(count):
            if rng.random() < 0.05:  # begin anew: what was forged before may have hidden widgets
                await visitor.open(page, query(rng, rng.choice(LINKS)))
            widgets = [id_ for id_, widget in visitor.widgets() if getattr(widget, "label", "") not in LEFT_ALONE]
            told = [json.loads(widget.json) for id_, widget in visitor.widgets() if key_in(id_) in PAYLOADS]
            live = [id_ for id_ in widgets if key_in(id_) in PAYLOADS or key_in(id_).startswith("canvas")]
            seq = next((one["seq"] for one in told if "seq" in one), 0)
            before = visitor.query
            state = visitor.client_state()
            state.widget_states.widgets.extend(
                forge(rng, rng.choice(rng.choice([widgets, live])), seq) for _ in range(rng.choice([1, 3]))
            )
            if rng.random() < 0.2:
                state.page_script_hash = visitor.page if rng.random() < 0.5 else rng.choice(TEXTS)
                state.page_name, state.fragment_id = rng.choice(["", "nobody", "../x"]), ""
                state.context_info.url = rng.choice([*TEXTS, "http://[", "http://℀/", address])
                state.context_info.timezone, state.context_info.locale = rng.choice(TEXTS), rng.choice(TEXTS)
            await visitor._run(BackMsg(rerun_script=state))
            seen += visitor.query != before
        return seen


def test_a_thousand_forged_values_of_widgets_change_nothing_but_their_own_page(server: Server) -> None:
    each = FORGED // len(PAGES) + 1

    async def attack() -> None:
        changed = await asyncio.gather(*(forge_frames(server.address, page, each, i) for i, page in enumerate(PAGES)))
        assert sum(changed) > 50  # sound ones among them get in: it is the app that is spoken to

    async def warm_up() -> None:
        for i, page in enumerate(PAGES):
            await forge_frames(server.address, page, 10, 100 + i)

    play(warm_up())
    with unharmed(server) as run:
        run(attack())


def test_a_thousand_frames_that_are_none_end_only_their_own_connection(server: Server) -> None:
    def make(rng: random.Random) -> bytes | str:
        how = rng.randrange(4)
        if how == 0:
            return rng.randbytes(rng.choice([1, 10, 1000]))
        message = BackMsg()
        message.rerun_script.query_string = query(rng, rng.choice(LINKS))
        message.rerun_script.widget_states.widgets.add(id=rng.choice(TEXTS), json_value=json.dumps(anything(rng, 1)))
        if how == 1:
            wish = rng.choice(
                [
                    "clear_cache",
                    "set_run_on_save",
                    "load_git_info",
                    "debug_disconnect_websocket",
                    "debug_shutdown_runtime",
                ]
            )
            return BackMsg(**{wish: True}).SerializeToString()
        data = mutated(rng, message.SerializeToString())
        return data if rng.random() < 0.9 else data.decode("utf-8", "replace")

    async def hear(frames: list[bytes | str]) -> None:
        while frames:
            async with connect_to(server.address) as visitor:
                with contextlib.suppress(ConnectionClosed):
                    while frames and not visitor.socket.close_code:
                        await visitor.socket.send(frames.pop())
                        with contextlib.suppress(asyncio.TimeoutError):
                            await asyncio.wait_for(visitor.socket.wait_closed(), 0.03)

    async def attack() -> None:
        frames = list(examples(FORGED, 21, make))
        await asyncio.gather(*(hear(frames[i::8]) for i in range(8)))

    with unharmed(server) as run:
        run(attack())


def test_no_picture_sent_for_the_canvas_is_more_than_a_drawing(server: Server) -> None:
    async def attack() -> None:
        async with visit(server.address) as visitor:
            for i, data in enumerate([*PICTURES, base64.b64encode(pictures()[1]).decode()]):
                canvas = next(key for key in map(key_in, dict(visitor.widgets())) if key.startswith("canvas"))
                before = visitor.query
                drawing = {"raw": {"objects": [{"number": i}]}, "data": f"data:image/png;base64,{data}"}
                await visitor.put(canvas, drawing=drawing, backgroundFit=None)
            assert visitor.query != before  # the last one is sound

    with unharmed(server) as run:
        run(attack())


# ---- uploads ---------------------------------------------------------------------------------------------------


def token(server: Server) -> dict[str, str]:
    """Return the headers with which a page of the app may upload."""
    _, _, headers = server.request("GET", "/_stcore/health")
    cookie = headers["Set-Cookie"].split(";")[0]
    return {"Cookie": cookie, "X_Xsrftoken": cookie.split("=", 1)[1]}


def form(name: str, data: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + data + b"\r\n--x--\r\n"


def upload(server: Server, owner: str, number: str, body: bytes, **headers: str) -> int:
    content = "multipart/form-data; boundary=x"
    return server.request("PUT", f"/_stcore/upload_file/{owner}/{number}", body, Content_Type=content, **headers)[0]


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
        async with visit(server.address, "denoise") as visitor:
            mine, good = visitor.session, token(server)
            body = form("a.png", b"x")

            def put(owner: str, number: str, data: bytes, **headers: str) -> int:
                return upload(server, owner, number, data, **headers)

            assert put(mine, "n", body) == 403
            assert put(mine, "n", body, **{**good, "X_Xsrftoken": "2|forged"}) == 403
            assert put(mine, "n", body, **{**good, "Cookie": "_streamlit_xsrf=other"}) == 403
            assert put("00000000-0000-0000-0000-000000000000", "n", body, **good) == 400
            assert put(mine, "n", form("a.png", bytes(11 << 20)), **good) == 413
            assert put(mine, "../n", body, **good) in (400, 404)
            assert [put(mine, f"n{i}", body, **good) for i in range(5)] == [204, 204, 204, 429, 429]

    with unharmed(server) as run:
        run(attack())


def test_a_file_is_kept_no_longer_than_it_takes_to_read_it(server: Server) -> None:
    async def attack() -> None:
        async with visit(server.address, "denoise") as visitor:
            for i in range(8):  # more than a session may have at once
                assert await bring(server, visitor, "photo", "a.png", pictures()[0] + bytes(9_000_000), f"n{i}") == 204
            assert any(state.startswith("photo-8") for state in map(key_in, dict(visitor.widgets())))

    with unharmed(server) as run:
        run(attack())


def test_bad_files_under_bad_names_are_answered_in_a_sentence_or_not_at_all(server: Server) -> None:
    names = ("a.png", "A.JPG", "a.exe", "a\0.png", "../../a.png", "é\u202e.png", "a.json", "a.npy", "a.safetensors", "")
    sound = (pretrained.MODELS / "dim1.safetensors").read_bytes()
    doors: dict[str, tuple[str, Callable[[random.Random], bytes]]] = {
        "photo": ("denoise", lambda rng: mutated(rng, rng.choice(pictures()))),
        "latent-file": ("", lambda rng: rng.choice([npy_file, lambda one: json_text(one, RECORD)])(rng)),
        "model-file": ("train", lambda rng: mutated(rng, sound)),
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


# ---- requests --------------------------------------------------------------------------------------------------

PATHS = (
    "/rooms", "/rooms/apple-12", "/rooms/apple-12/events", "/rooms/../x", "/rooms/%00", "/rooms/%2e%2e%2fapp.py",
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
        return method, path, json_text(rng, REPORTS["scene"][1]["scene"])[:100_000], headers

    def ask(method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before it was read
            if method == "GET" and path.startswith("/rooms") and "/events" in path:
                return  # a stream, which has tests of its own
            status, answer, _ = server.request(
                method, path, body if method in ("POST", "PUT", "PATCH") else None, **headers
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
    _, _, headers = server.request(method, path, **wanted)
    assert headers.get("Access-Control-Allow-Origin") not in ("*", EVIL, "null")


def test_another_site_opens_no_room(server: Server) -> None:
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Content_Type": "text/plain", "Origin": EVIL}):
        status, _, _ = server.request("POST", "/rooms", b"{}", **{"Content_Type": "application/json", **headers})
        assert status in (403, 415)


def test_the_address_of_a_new_visitor_may_be_anything(server: Server) -> None:
    async def attack() -> None:
        texts = examples(40, 50, lambda rng: query(rng, rng.choice(LINKS)))
        for i, text in enumerate(texts):
            async with visit(server.address, PAGES[i % len(PAGES)], text) as visitor:
                assert visitor.runs

    with unharmed(server) as run:
        run(attack())
