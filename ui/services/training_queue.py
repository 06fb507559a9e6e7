"""Trainings on this server: one at a time, a queue before it, and a folder for each, under a secret only its owner has.

Everything is in the folders, so that a server that is started anew finds what an earlier one began, and two servers
have one queue. A worker (`aecore.worker`) holds the lock of its folder as long as it lives; the files say the rest.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aecore.core import system
from aecore.core.model_file import write_atomically
from aecore.training.job import (
    CHECKPOINT,
    CONTROL,
    JOB,
    LAUNCHED,
    LOCK,
    MAX_MINUTES,
    MAX_PAUSE,
    MODEL,
    PREVIEW,
    PROGRESS,
    Job,
)
from ui.services.model_store import runs_folder

MAX_WAITING = 8
MAX_KEPT = 40  # trainings that are over; the oldest go first
MAX_BYTES = 1 << 30  # of all of them
COMMAND = (sys.executable, "-m", "aecore.worker")
MISSING = (
    "Training is not installed on this server (it takes `pip install -r requirements.txt`), "
    "but a model that was trained elsewhere can be loaded here."
)
_STARTING = "The training process is starting."
LIVE = ("starting", "training", "paused", "finishing")
_WAITING, _PID, _LOG = "waiting", "pid", "log"
LONGEST = 60 * MAX_MINUTES + MAX_PAUSE + 600  # seconds that a worker may live
_STARTS = 120.0  # seconds until a worker holds its lock, at the latest; half a second is usual
GRACE = 60.0  # seconds between "stop" and the end of patience
_SECRET = re.compile(r"[0-9a-f]{32}")

_mutex = threading.RLock()
_children: dict[Path, subprocess.Popen[bytes]] = {}  # that this server started and that have not ended, by folder
_attendant: threading.Thread | None = None
_wake = threading.Event()


class Refused(ValueError):
    """A training that cannot be taken on now; the message is a sentence that a person can act on."""


def is_installed() -> bool:
    """Tell whether what only training needs is here; looks for it without importing it."""
    return all(importlib.util.find_spec(name) for name in ("tensorflow", "keras", "skimage", "sklearn"))


def start(job: Job, mine: list[str]) -> str:
    """Put a training in the queue and return its secret; `mine` are the visitor's other trainings. Raises Refused."""
    with _exclusive() as runs:
        _refuse_if_busy(mine)
        _prune(runs)
        secret = secrets.token_hex(16)
        folder = runs / secret
        try:
            folder.mkdir(parents=True)
            write_atomically(folder / JOB, json.dumps(job.to_dict()).encode())
            write_atomically(folder / PROGRESS, json.dumps({"epoch": 0, "epochs": job.epochs}).encode())
            _enqueue(folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise Refused(f"The server cannot keep a training now: {error.strerror}.") from None
    advance()
    attend()
    return secret


def control(secret: str, wish: str, mine: list[str]) -> None:
    """Pause, stop, or go on ("run") with a training; ignored where that makes no sense. Raises Refused."""
    folder = find(secret)
    if folder is None or wish not in ("pause", "run", "stop"):
        return
    with _exclusive(), _in_a_sentence():
        # Before the first batch there is nothing to wait for.
        if wish == "stop" and _told(folder).get("state") == "starting" and _end(folder):
            _tell(folder, "stopped", f"Stopped. {_kept(folder)}")
        elif is_live(folder):
            write_atomically(folder / CONTROL, wish.encode())
        elif wish == "stop" and (folder / _WAITING).exists():
            (folder / _WAITING).unlink()
            _tell(folder, "stopped", "Taken out of the queue.")
        elif wish == "run" and can_go_on(folder):
            _refuse_if_busy([other for other in mine if other != secret])
            _enqueue(folder)
    advance()
    attend()


@contextlib.contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Turn what the disk says into Refused."""
    try:
        yield
    except OSError as error:
        raise Refused(f"The server cannot write to this training now: {error.strerror}.") from None


def find(secret: str) -> Path | None:
    """Return the folder of a training, None when there is none."""
    if not _SECRET.fullmatch(secret):
        return None
    folder = runs_folder() / secret
    return folder if (folder / JOB).is_file() else None


def look(secret: str) -> dict[str, Any] | None:
    """Tell how a training stands: what the worker says, `place` in the queue (1 is next), and `resumable`."""
    folder = find(secret)
    if folder is None:
        return None
    with _mutex:
        told, live = {"state": "starting", "sentence": _STARTING, **_told(folder)}, is_live(folder)
        waiting = (folder / _WAITING).exists()
        line = [other.name for other in _queue(runs_folder())] if waiting else []
    if waiting and not live:
        place = line.index(secret) + 1
        told |= {"state": "waiting", "place": place, "sentence": _in_line(place)}
    elif not live and told["state"] in LIVE:
        told |= {"state": "failed", "sentence": f"The training process ended unexpectedly. {_kept(folder)}"}
    asked = _control(folder) if live else ""
    return {**told, "asked": asked, "resumable": not live and not waiting and can_go_on(folder)}


def _kept(folder: Path) -> str:
    saved = _told(folder).get("saved", 0)
    return f"The model of epoch {saved} is kept." if saved else "No epoch was complete, so there is no model."


def _in_line(place: int) -> str:
    if place == 1:
        return "You are next: the training starts as soon as the one before is over."
    return f"You are number {place} in the queue; one training runs at a time."


def can_go_on(folder: Path) -> bool:
    """Tell whether a training that is not running left a checkpoint to go on from."""
    return (folder / CHECKPOINT).is_file() and _told(folder).get("state") != "done"


def model_file(secret: str) -> bytes | None:
    """Return the model of the last complete epoch of a training, None while there is none."""
    return _read(secret, MODEL)


def job_of(secret: str) -> Job | None:
    """Return what is trained."""
    folder = find(secret)
    return Job.from_dict(json.loads(system.read(folder / JOB))) if folder else None


def preview(secret: str) -> bytes | None:
    """Return the newest preview of a training, JSON, None while there is none."""
    return _read(secret, PREVIEW)


def _read(secret: str, file: str) -> bytes | None:
    folder = find(secret)
    try:
        return system.read(folder / file) if folder else None
    except OSError:
        return None


# ---- the queue -------------------------------------------------------------------------------------------------


def advance() -> bool:
    """Start the next training if none runs, end one that overstays; tells whether there is anything to attend to."""
    with _exclusive() as runs:
        _forget_ended_children()
        running = [folder for folder in _folders(runs) if is_live(folder)]
        for folder in running:
            _end_if_overdue(folder)
        waiting = _queue(runs)
        if waiting and not running:
            try:
                _launch(waiting[0])
            except OSError as error:
                (waiting[0] / _WAITING).unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # a full disk: it counts as ended unexpectedly
                    _tell(waiting[0], "failed", f"The training process could not be started: {error.strerror}.")
        return bool(waiting or running)


def attend() -> None:
    """See to it that the queue moves on, whether or not anybody looks."""
    global _attendant
    with _mutex:
        if _attendant is None or not _attendant.is_alive():
            _attendant = threading.Thread(target=_attend, name="training", daemon=True)
            _attendant.start()
    _wake.set()


def _attend() -> None:
    while _wake.wait():
        _wake.clear()
        with contextlib.suppress(OSError, Refused):  # the folder is gone or full: whoever asks next is told
            while advance():
                time.sleep(1)


def _launch(folder: Path) -> None:
    resume = ["--resume"] if (folder / CHECKPOINT).is_file() else []
    (folder / CONTROL).unlink(missing_ok=True)
    if folder in _children:
        _children[folder].wait()  # its lock is free, so nothing of it is left
    (folder / LAUNCHED).touch()  # whoever looks before the worker holds its lock knows that it is on its way
    with (folder / _LOG).open("ab") as log:
        child = _children[folder] = subprocess.Popen(  # noqa: S603  # our own module; the folder's name is a secret we made
            [*COMMAND, str(folder.resolve()), *resume],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **system.outliving(),  # what ends the server does not end the training
        )
    _tell(folder, "starting", _STARTING)
    (folder / _PID).write_bytes(str(child.pid).encode())
    (folder / _WAITING).unlink(missing_ok=True)


def _forget_ended_children() -> None:
    for folder, child in list(_children.items()):
        if child.poll() is not None:
            del _children[folder]
            with contextlib.suppress(OSError):
                (folder / LAUNCHED).unlink()  # it may have ended before it held its lock


def _end_if_overdue(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        now = time.time()
        stop_ignored = _control(folder) == "stop" and now - (folder / CONTROL).stat().st_mtime > GRACE
        if stop_ignored or now - (folder / _PID).stat().st_mtime > LONGEST:
            _end(folder)


def _end(folder: Path) -> bool:
    """End a worker at once, and return whether one lived that does no more.

    It is this server's own child, or its lock says that it lives: the process of that number is no other.
    """
    child = _children.get(folder)
    if not (child and child.poll() is None) and not system.is_held(folder / LOCK):
        return False
    with contextlib.suppress(OSError, ValueError):
        system.end(int((folder / _PID).read_bytes()))
    for _ in range(100):
        if not is_live(folder):
            return True
        time.sleep(0.02)
    return False


def _refuse_if_busy(mine: list[str]) -> None:
    if not is_installed():
        raise Refused(MISSING)
    if any(look(secret) is not None and _is_busy(secret) for secret in mine):
        raise Refused("Your other training is still running or waiting: stop it first, or let it finish.")
    waiting = len(_queue(runs_folder()))
    if waiting >= MAX_WAITING:
        raise Refused(f"{waiting} trainings are waiting already: please try again in a few minutes.")


def _is_busy(secret: str) -> bool:
    folder = find(secret)
    if folder is None:
        return False
    # A worker that has told of its end takes seconds to leave.
    return (folder / _WAITING).exists() or (is_live(folder) and _told(folder).get("state") in LIVE)


def _enqueue(folder: Path) -> None:
    write_atomically(folder / _WAITING, str(time.time_ns()).encode())


def _queue(runs: Path) -> list[Path]:
    since = {}
    for folder in _folders(runs):
        with contextlib.suppress(OSError, ValueError):
            since[folder] = int((folder / _WAITING).read_bytes())
    return sorted(since, key=lambda folder: since[folder])


def _folders(runs: Path) -> list[Path]:
    return [path for path in runs.iterdir() if _SECRET.fullmatch(path.name)] if runs.is_dir() else []


def is_live(folder: Path) -> bool:
    """Return whether a worker lives, or is on its way to be one."""
    with _mutex:
        return _is_on_its_way(folder) or system.is_held(folder / LOCK)  # in this order: it may arrive meanwhile


def _is_on_its_way(folder: Path) -> bool:
    try:
        since = time.time() - (folder / LAUNCHED).stat().st_mtime
    except OSError:
        return False
    child = _children.get(folder)
    return child.poll() is None if child else since < _STARTS  # that of another server, which may be gone


def _control(folder: Path) -> str:
    try:
        return system.read(folder / CONTROL).decode()
    except OSError:
        return ""


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads(system.read(folder / PROGRESS))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _tell(folder: Path, state: str, sentence: str) -> None:
    write_atomically(folder / PROGRESS, json.dumps({**_told(folder), "state": state, "sentence": sentence}).encode())


@contextlib.contextmanager
def _exclusive() -> Iterator[Path]:
    """Keep other threads, and other servers on the same folder, from changing the queue meanwhile."""
    runs = runs_folder()
    with _mutex, contextlib.ExitStack() as entered:
        try:
            runs.mkdir(parents=True, exist_ok=True)
            entered.enter_context(system.alone(runs / "queue.lock"))
        except OSError as error:
            raise Refused(f"The server cannot keep trainings: {error.strerror}.") from None
        yield runs


def _prune(runs: Path) -> None:
    over = [f for f in _folders(runs) if not is_live(f) and not (f / _WAITING).exists()]
    over.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    used = 0
    for i, folder in enumerate(over):
        used += sum(file.stat().st_size for file in folder.iterdir())
        if i >= MAX_KEPT or used > MAX_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
