"""Everything that operating systems do differently: processes, locks between processes, memory.

Where possible, the code tests for a function rather than for the name of the system, and works without it.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from filelock import lock_descriptor  # flock, or its Windows equivalent; both are released when the process ends

_T = TypeVar("_T")
WINDOWS = os.name == "nt"
PATIENCE = 1.0  # seconds for somebody else to be done with a file
_LOOKING = ".looking"
_held: dict[Path, int] = {}  # never closed here: the system does that when the process ends


# ---- locks between processes ------------------------------------------------------------------------------------


def hold(path: Path, patience: float = 2.0) -> bool:
    """Lock a file until this process ends; returns False where another process holds the lock."""
    if path in _held:
        return True
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    end_of_patience = time.monotonic() + patience
    while not lock_descriptor(handle, blocking=False):
        if time.monotonic() > end_of_patience:
            os.close(handle)
            return False
        time.sleep(0.005)
    _held[path] = handle
    return True


def is_held(path: Path) -> bool:
    """Return whether a process holds the lock of a file.

    The test takes the lock for a moment. Only one process may test at a time: two would see each other's test.
    """
    try:
        with path.with_name(path.name + _LOOKING).open("ab") as looking, path.open("rb") as file:
            lock_descriptor(looking.fileno(), poll_interval=0.001)
            return not lock_descriptor(file.fileno(), blocking=False)
    except OSError:
        return False


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of a file, for which other processes wait; raises OSError where the file cannot be written."""
    with path.open("ab") as file:
        lock_descriptor(file.fileno(), poll_interval=0.005)
        yield


# ---- processes --------------------------------------------------------------------------------------------------


def outliving() -> dict[str, Any]:
    """Return the `subprocess.Popen` options of a process that continues when this one ends, or receives Ctrl-C."""
    if hasattr(os, "setsid"):
        return {"start_new_session": True}
    flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return {"creationflags": sum(getattr(subprocess, flag, 0) for flag in flags)}


def end(process: int) -> None:
    """Kill a process; raises OSError."""
    os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows any signal ends it at once


def yield_to_others() -> None:
    """Lower this process's priority; on Windows, `outliving` sets the priority at the start."""
    if hasattr(os, "nice"):
        os.nice(10)


# ---- files ------------------------------------------------------------------------------------------------------


def replace(new: Path, path: Path) -> None:
    """Move a file to `path`, in place of the file there; raises OSError."""
    _patiently(lambda: os.replace(new, path))


def read(path: Path) -> bytes:
    """Return the bytes of a file that other processes may replace meanwhile; raises OSError."""
    return _patiently(path.read_bytes)


def _patiently(act: Callable[[], _T]) -> _T:
    """Try again while Windows refuses: there, a file cannot be replaced while it is read, nor read while it is."""
    end_of_patience = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except PermissionError:
            if not WINDOWS or time.monotonic() > end_of_patience:
                raise
        time.sleep(0.01)


# ---- settings of a server ----------------------------------------------------------------------------------------


def return_freed_memory() -> None:
    """Make the C library return freed memory to the system (glibc, so Linux): 205 -> 193 MB after the first page.

    Otherwise every thread keeps a heap of its own, and the memory of large arrays is never returned.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((-8, 2), (-3, 2 << 20), (-1, 2 << 20)):  # M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
            libc.mallopt(option, value)


def trim_memory() -> None:
    """Return memory that was freed between blocks still in use to the system, too (glibc, so Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def allow_connections(wanted: int) -> None:
    """Raise the system's limit of open connections to `wanted`, or as near as it permits."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        resource = importlib.import_module("resource")
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, allowed), most))


def limit_memory(megabytes: int) -> None:
    """Let this process hold so much memory of its own at most: more raises MemoryError (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        resource = importlib.import_module("resource")
        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1_000_000, most))
