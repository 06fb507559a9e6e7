"""What a visitor does stays between them and the server, and on the server no longer than they do."""

from __future__ import annotations

import ast
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests import photos
from tests.browser.conftest import ONE, READY, draw
from tests.browser.rest import settle
from tests.browser.test_photo import upload
from tests.server import ROOT, copy_of_the_app, serving
from ui.features.talk import scenes

Open = Callable[..., Page]
PAGES = ("Map", "What each number does", "Morph", "Arithmetic", "How it works", "Train")
TITLE = "A talk that is nobody else's business"
VISIT = ("SessionState", "ForwardMsgQueue", "Visitor", "UploadedFileRec")  # what the server holds of a visitor

# Python runs this before anything else, in the server and whatever it starts. It writes down who is spoken to, which
# names are looked up and which files are written; and, asked by a signal, what is left in memory of visitors.
WATCH = f"""
import gc, os, signal, sys

log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def note(*what):
    os.write(log, (repr(what) + "\\n").encode())

def watch(event, args):
    if event == "open":
        path, _, flags = args
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and isinstance(path, (str, bytes)):
            note(event, os.fsdecode(path))
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        note(event, repr(args[-1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        note(event, args[0])
    elif event == "subprocess.Popen":
        note(event, str(args[0]))

def tell(*_):
    here = gc.get_objects()
    names = [type(each).__name__ for each in here]
    found = {{name: names.count(name) for name in {VISIT}}}
    texts = (each.values() if type(each) is dict else each for each in here if type(each) in (dict, list, tuple))
    found["talk"] = sum(any(type(text) is str and {TITLE!r} in text for text in each) for each in texts)
    note("alive", found)

sys.addaudithook(watch)
signal.signal(signal.SIGUSR1, tell)
note("pid", os.getpid())
"""


class Watched(NamedTuple):
    """A server under watch, from an installation of its own; everything it may write to lies in `folder`."""

    address: str
    folder: Path
    before: dict[Path, tuple[int, int]]
    log: Path

    def noted(self, *events: str) -> list[Any]:
        lines = map(ast.literal_eval, self.log.read_text().splitlines())
        return [what for event, what in lines if event in events]

    def alive(self) -> dict[str, int]:
        """Ask the server what it holds of visitors."""
        before = len(self.noted("alive"))
        os.kill(self.noted("pid")[0], signal.SIGUSR1)
        while len(self.noted("alive")) == before:
            time.sleep(0.05)
        found: dict[str, int] = self.noted("alive")[-1]
        return found

    def changed(self) -> list[str]:
        """List the files that are new, gone or different."""
        now = files(self.folder)
        paths = (path for path in self.before.keys() | now.keys() if self.before.get(path) != now.get(path))
        return sorted(str(path.relative_to(self.folder)) for path in paths)


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    found = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found}


@pytest.fixture
def server(open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    folder, log = tmp_path / "all", tmp_path / "log"  # open_page is asked for so that the browser keeps its own HOME
    for name in ("app", "home", "tmp", "runs", "watch"):
        (folder / name).mkdir(parents=True)
    copy_of_the_app(folder / "app")
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    for name, value in {
        "HOME": folder / "home",
        "TMPDIR": folder / "tmp",
        "PYTHONPATH": folder / "watch",
        "WATCHED": log,
        "PYTHONDONTWRITEBYTECODE": 1,
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": 1,
    }.items():
        monkeypatch.setenv(name, str(value))
    before = files(folder)
    with serving(folder / "app", runs=folder / "runs") as running:
        yield Watched(running.address, folder, before, log)


def visit(page: Page) -> None:
    """Draw, bring a photo, write a talk, go to every page, bring a model."""
    draw(page, ONE)
    settle(page)
    for name in PAGES:
        page.get_by_role("link", name=name).first.click()
        page.wait_for_selector(READY)
        settle(page)
    model = str(ROOT / "assets" / "models" / "book.safetensors")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(model)
    expect(page.get_by_text("Every page now uses")).to_be_visible()
    page.get_by_role("link", name="Denoise").first.click()
    page.wait_for_selector(".lab[data-ready=true]")
    upload(page, "phone.jpg", photos.GOOD["phone.jpg"]())
    page.get_by_role("link", name="Talk").first.click()
    page.wait_for_selector(".stage[data-ready=true]")
    shipped = scenes.BUILT_IN.read_text(encoding="utf-8")
    page.locator("textarea").fill(re.sub("(?m)^talk: .*$", f"talk: {TITLE}", shipped))
    page.get_by_role("button", name="Apply").click()
    settle(page)


def test_nothing_goes_out_and_nothing_stays_but_what_the_visitor_asked_to_keep(
    server: Watched, open_page: Open
) -> None:
    page = open_page(server.address)
    visit(page)
    there = server.alive()
    del there["UploadedFileRec"]  # forgotten as soon as it was read
    assert all(there.values())  # so it would be seen if it stayed
    page.context.close()
    for _ in range(240):
        if not any(server.alive().values()):
            break
        time.sleep(0.25)
    assert not any(server.alive().values())  # nobody else came meanwhile

    kept = re.compile(r"runs/(queue\.lock|models/my_[0-9a-f]+\.safetensors)")
    assert [path for path in server.changed() if not kept.fullmatch(path)] == []
    assert len([path for path in server.changed() if path.endswith(".safetensors")]) == 1
    runs = str(server.folder / "runs")
    assert [path for path in server.noted("open") if not path.startswith((runs, "/dev/null"))] == []

    assert server.noted("socket.bind")  # the watch was on
    assert server.noted("socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen") == []
    names = set(server.noted("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"))
    assert names <= {None, "", "localhost", "127.0.0.1", "0.0.0.0", "::"}
