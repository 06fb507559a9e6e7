"""The app where nothing is there that Windows does not have: every module, every page, and a training."""

from __future__ import annotations

import ast
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.conftest import ROOT
from tests.load.client import play, visit
from tests.server import serving
from tests.without_posix import sitecustomize as hidden
from ui.features import FEATURES

WITHOUT = {"PYTHONPATH": str(Path(hidden.__file__).parent), "PYTHONWARNDEFAULTENCODING": "1"}
DOOR = ROOT / "aecore" / "core" / "system.py"
OPTIONS = ("creationflags", "pass_fds", "preexec_fn", "start_new_session")
ELSEWHERE = ("ctypes", "filelock", "kill", "msvcrt", "uvloop", "winreg", *OPTIONS)
LONG = 120.0  # seconds; a busy machine is not a failure


def _names_in(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(name.name for name in node.names)}
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
    return names


def test_what_systems_do_differently_is_in_one_file() -> None:
    words = {*hidden.MODULES, *hidden.OF_OS, *hidden.OF_SIGNAL, *ELSEWHERE}
    assert {"filelock", "nice", "ctypes", "kill"} <= _names_in(DOOR)
    modules = [ROOT / "app.py", *(path for name in ("aecore", "pages", "ui") for path in (ROOT / name).rglob("*.py"))]
    found = {path.relative_to(ROOT).as_posix(): _names_in(path) & words for path in modules if path != DOOR}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_module_is_imported(run_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    code = """
import importlib, os, pkgutil, signal
import aecore, ui
from aecore.core import system
assert not hasattr(os, "nice") and not hasattr(signal, "SIGKILL")
modules = [m.name for package in (aecore, ui) for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
for name in modules:
    importlib.import_module(name)
system.return_freed_memory(), system.allow_connections(1 << 20), system.limit_memory(1 << 20), system.yield_to_others()
print(len(modules))
"""
    done = run_python("-c", code, **WITHOUT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    runs = tmp_path_factory.mktemp("runs")
    with serving(runs=runs, environment=WITHOUT) as made:
        yield made.address


def progress(server: str, secret: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server}/runs/{secret}/progress.json", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def until(server: str, secret: str, state: str) -> None:
    end = time.monotonic() + LONG
    while (found := progress(server, secret))["state"] != state:
        assert time.monotonic() < end, found
        time.sleep(0.1)


def test_every_page_is_served(server: str) -> None:
    async def pages() -> list[str]:
        async with visit(server) as visitor:
            for page in list(visitor.pages):
                await visitor.open(page)
            return list(visitor.pages)

    assert len(play(pages())) == sum(feature.page is not None for feature in FEATURES)


def test_a_training_runs_while_another_waits(server: str) -> None:
    async def start() -> str:
        async with visit(server, "train") as visitor:
            data = visitor.id_of("train-data")
            drawn = dict(visitor.widgets())[data].options[-1]
            await visitor.run(WidgetState(id=data, string_value=drawn))
            await visitor.press("Start training")
            return parse_qs(visitor.query)["run"][0]

    async def stop(secret: str) -> None:
        async with visit(server, "train", f"run={secret}") as visitor:
            await visitor.trigger("train-part", "wish", "stop")

    first, second = play(start()), play(start())
    assert progress(server, second)["state"] == "waiting"
    until(server, first, "training")
    play(stop(first))
    until(server, first, "stopped")
    until(server, second, "starting")
    play(stop(second))  # at once, by its number
    until(server, second, "stopped")
