"""Locks between processes, processes that outlive each other, and files that somebody else has open."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aecore.core import system

ROOT = Path(__file__).parents[3]
HOLD = "import sys, time; from pathlib import Path; from aecore.core import system; path = Path(sys.argv[1]);"


@contextmanager
def process(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run Python in a process of its own and wait until it says something."""
    command = [sys.executable, "-c", HOLD + code, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            assert started.stdout.readline()
            yield started
        finally:
            started.kill()


def test_a_lock_is_held_until_its_process_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not system.is_held(path)
    with process("print(system.hold(path), flush=True); time.sleep(60)", path) as holder:
        assert system.is_held(path)
        assert system.hold(path, patience=0.1) is False
        holder.kill()
        holder.wait()
        assert not system.is_held(path)
    with process("print(system.hold(path), flush=True)", path) as holder:  # and without being closed
        holder.wait()
        assert not system.is_held(path)


def test_who_looks_is_taken_for_no_holder_and_keeps_none_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    look = "print('looks', flush=True); [system.is_held(path) for _ in iter(int, 1)]"
    with process(look, path), process(look, path):
        assert not any(system.is_held(path) for _ in range(3000))
        with process("print(system.hold(path), flush=True); time.sleep(60)", path):
            assert all(system.is_held(path) for _ in range(300))


def test_one_is_alone_at_a_time(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")
    code = """
for i in range(200):
    with system.alone(path.with_name("lock")):
        path.write_text(str(int(path.read_text()) + 1))
print("done", flush=True)
"""
    with process("print(flush=True);" + "import os\n" + code, count) as one, process("\n" + code, count) as other:
        one.wait(60)
        other.wait(60)
    assert count.read_text() == "400"


def test_a_process_that_outlives_its_parent_is_ended_by_its_number(tmp_path: Path) -> None:
    code = """
import subprocess
command = [sys.executable, "-c", "import time; time.sleep(60)"]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **system.outliving())
print(child.pid, flush=True)
"""
    command = [sys.executable, "-c", HOLD + code, str(tmp_path)]
    child = int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    os.kill(child, 0)  # is there
    system.end(child)
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":  # nobody asks for its status
            return
        time.sleep(0.05)
    pytest.fail("it is still there after 5 seconds")


def test_without_sessions_a_process_gets_a_group_and_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "setsid")
    for bit, flag in enumerate(("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")):
        monkeypatch.setattr(subprocess, flag, 1 << bit, raising=False)
    assert system.outliving() == {"creationflags": 7}


def refusing(times: int, act: Callable[..., object]) -> Callable[..., object]:
    """Refuse so many times what Windows refuses while somebody else has a file open."""
    left = [times]

    def try_(*arguments: object) -> object:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(13, "in use")
        return act(*arguments)

    return try_


def test_a_file_in_use_is_waited_for_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, path = tmp_path / "new", tmp_path / "old"
    new.write_bytes(b"new")
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refusing(3, os.replace))
    with pytest.raises(PermissionError):  # elsewhere it is what it says
        system.replace(new, path)
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(Path, "read_bytes", refusing(2, Path.read_bytes))
    system.replace(new, path)
    assert system.read(path) == b"new"
    monkeypatch.setattr(system, "PATIENCE", 0.05)
    monkeypatch.setattr(os, "replace", refusing(1000, os.replace))
    with pytest.raises(PermissionError):
        system.replace(path, new)


def test_more_connections_are_allowed_but_never_fewer(tmp_path: Path) -> None:
    code = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 300))
system.allow_connections(250)
print(resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
system.allow_connections(1000)
print(resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
system.allow_connections(100)
print(resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
"""
    command = [sys.executable, "-c", HOLD + code, str(tmp_path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["(250, 300)", "(300, 300)", "(300, 300)"]
