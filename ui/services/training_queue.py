"""Trainings on this server: one at a time, a queue before it, and a folder for each, under a secret only its owner has.

Everything is in the folders, so that a server that is started anew finds what an earlier one began. A worker
(`aecore.worker`) holds the lock of its folder as long as it lives; the files there say the rest.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aecore.core.model_file import write_atomically
from aecore.training.job import CHECKPOINT, CONTROL, JOB, MAX_MINUTES, MAX_PAUSE, MODEL, PREVIEW, PROGRESS, Job
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
_WAITING, _LOCK, _PID, _LOG = "waiting", "lock", "pid", "log"
LONGEST = 60 * MAX_MINUTES + MAX_PAUSE + 600  # seconds that a worker may live
GRACE = 60.0  # seconds between "stop" and the end of patience
_SECRET = re.compile(r"[0-9a-f]{32}")

_mutex = threading.RLock()
_children: list[subprocess.Popen[bytes]] = []
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
        if is_live(folder) and wish == "stop" and _told(folder).get("state") == "starting":
            _end(folder)  # before the first batch there is nothing to wait for
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
    return Job.from_dict(json.loads((folder / JOB).read_text())) if folder else None


def preview(secret: str) -> bytes | None:
    """Return the newest preview of a training, JSON, None while there is none."""
    return _read(secret, PREVIEW)


def _read(secret: str, file: str) -> bytes | None:
    folder = find(secret)
    try:
        return (folder / file).read_bytes() if folder else None
    except OSError:
        return None


# ---- the queue -------------------------------------------------------------------------------------------------


def advance() -> bool:
    """Start the next training if none runs, end one that overstays; tells whether there is anything to attend to."""
    with _exclusive() as runs:
        _children[:] = [child for child in _children if child.poll() is None]
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
    with (folder / _LOCK).open("w") as lock, (folder / _LOG).open("ab") as log:
        # The lock goes with the open file: it is the worker's from its first moment, and free when the worker ends.
        fcntl.flock(lock, fcntl.LOCK_EX)
        child = subprocess.Popen(  # noqa: S603  # our own module; the folder's name is a secret we made
            [*COMMAND, str(folder.resolve()), *resume],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock.fileno(),),
            start_new_session=True,  # what ends the server does not end the training
        )
        _tell(folder, "starting", _STARTING)
        (folder / _PID).write_text(str(child.pid))
        (folder / _WAITING).unlink(missing_ok=True)
    _children.append(child)


def _end_if_overdue(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        now = time.time()
        stop_ignored = _control(folder) == "stop" and now - (folder / CONTROL).stat().st_mtime > GRACE
        if stop_ignored or now - (folder / _PID).stat().st_mtime > LONGEST:
            _end(folder)


def _end(folder: Path) -> None:
    """End a worker at once; its lock says that it lives, so the process of this number is its own."""
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((folder / _PID).read_text()), signal.SIGKILL)
    for _ in range(100):
        if not is_live(folder):
            return
        time.sleep(0.02)


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
            since[folder] = int((folder / _WAITING).read_text())
    return sorted(since, key=lambda folder: since[folder])


def _folders(runs: Path) -> list[Path]:
    return [path for path in runs.iterdir() if _SECRET.fullmatch(path.name)] if runs.is_dir() else []


def is_live(folder: Path) -> bool:
    """Return whether the process that trains in a folder lives."""
    with _mutex:
        try:
            with (folder / _LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False


def _control(folder: Path) -> str:
    try:
        return (folder / CONTROL).read_text()
    except OSError:
        return ""


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / PROGRESS).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _tell(folder: Path, state: str, sentence: str) -> None:
    write_atomically(folder / PROGRESS, json.dumps({**_told(folder), "state": state, "sentence": sentence}).encode())


@contextlib.contextmanager
def _exclusive() -> Iterator[Path]:
    """Keep other threads, and other servers on the same folder, from changing the queue meanwhile."""
    runs = runs_folder()
    with _mutex:
        try:
            runs.mkdir(parents=True, exist_ok=True)
            lock = (runs / "queue.lock").open("w")
        except OSError as error:
            raise Refused(f"The server cannot keep trainings: {error.strerror}.") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield runs


def _prune(runs: Path) -> None:
    over = [f for f in _folders(runs) if not is_live(f) and not (f / _WAITING).exists()]
    over.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    used = 0
    for i, folder in enumerate(over):
        used += sum(file.stat().st_size for file in folder.iterdir())
        if i >= MAX_KEPT or used > MAX_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
