"""What operating systems do differently: processes, locks between them, memory. All of it is here and nowhere else.

Nothing is looked up by the system's name where it can be looked up by itself: what is not there is not used.
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

from filelock import lock_descriptor  # flock, or what Windows has instead; both end with the process that holds them

_T = TypeVar("_T")
WINDOWS = os.name == "nt"
PATIENCE = 1.0  # seconds for somebody else to be done with a file
_LOOKING = ".looking"
_held: dict[Path, int] = {}  # never closed: the system does so, when nothing of the process is left


# ---- locks between processes ------------------------------------------------------------------------------------


def hold(path: Path, patience: float = 2.0) -> bool:
    """Lock a file until this process ends; returns False where another has it."""
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

    To find out it has to be taken for a moment. Only one may look at a time, or they would see each other.
    """
    try:
        with path.with_name(path.name + _LOOKING).open("ab") as looking, path.open("rb") as file:
            lock_descriptor(looking.fileno(), poll_interval=0.001)
            return not lock_descriptor(file.fileno(), blocking=False)
    except OSError:
        return False


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes out that do the same with this file; raises OSError where it cannot be written."""
    with path.open("ab") as file:
        lock_descriptor(file.fileno(), poll_interval=0.005)
        yield


# ---- processes --------------------------------------------------------------------------------------------------


def outliving() -> dict[str, Any]:
    """Return what `subprocess.Popen` takes for a process that goes on when this one ends, or is told to by Ctrl-C."""
    if hasattr(os, "setsid"):
        return {"start_new_session": True}
    flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
    return {"creationflags": sum(getattr(subprocess, flag, 0) for flag in flags)}


def end(process: int) -> None:
    """End a process at once, without asking it; raises OSError."""
    os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows any signal ends it at once


def yield_to_others() -> None:
    """Let other processes go first; on Windows `outliving` says so when the process is started."""
    if hasattr(os, "nice"):
        os.nice(10)


# ---- files ------------------------------------------------------------------------------------------------------


def replace(new: Path, path: Path) -> None:
    """Put a file in the place of another; raises OSError."""
    _patiently(lambda: os.replace(new, path))


def read(path: Path) -> bytes:
    """Read a file that others replace; raises OSError."""
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


# ---- what a server asks of the system ---------------------------------------------------------------------------


def spare_memory() -> None:
    """Have the C library give memory back where it can (glibc: Linux): 205 -> 193 MB after the first page.

    Every thread would keep a heap of its own, and what a large array leaves would never be given back.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((-8, 2), (-3, 2 << 20), (-1, 2 << 20)):  # M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD
            libc.mallopt(option, value)


def allow_connections(wanted: int) -> None:
    """Allow so many connections at once where the system sets a lower limit that can be raised."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows counts them otherwise
        resource = importlib.import_module("resource")
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, allowed), most))
