"""The queue of trainings on this server: one runs at a time, in a folder whose name is a secret of its owner.

The whole state is in the folders. So a restarted server continues with what an earlier one began, and two servers on
the same folders share one queue. A worker (`aecore.worker`) holds the lock of its folder as long as it runs.
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
    OWN,
    PREVIEW,
    PROGRESS,
    Job,
)
from ui.services import own_data, spare_worker
from ui.services.model_store import runs_folder

MAX_WAITING = 8
MAX_KEPT = 40  # finished trainings; the oldest are deleted first
MAX_BYTES = 1 << 30  # of all finished trainings
COMMAND = (sys.executable, "-m", "aecore.worker")
MISSING = (
    "Training is not installed on this server (it takes `pip install -r requirements.txt` on a machine that "
    "TensorFlow is made for), but a model trained elsewhere can be loaded here."
)
_STARTING = "The training process is starting."
LIVE = ("starting", "training", "paused", "finishing")
_WAITING, _PID, _LOG = "waiting", "pid", "log"
LONGEST = 60 * MAX_MINUTES + MAX_PAUSE + 600  # seconds that a worker may run
_STARTS = 120.0  # seconds until a worker must hold its lock; half a second is usual
GRACE = 60.0  # seconds that a worker has to obey "stop" before it is killed
_SECRET = re.compile(r"[0-9a-f]{32}")

_mutex = threading.RLock()
_children: dict[Path, subprocess.Popen[bytes]] = {}  # workers of this server that have not ended, by folder
_attendant: threading.Thread | None = None
_wake = threading.Event()


class Refused(ValueError):
    """A training cannot be accepted now; the message says why, in a sentence for the visitor."""


def is_installed() -> bool:
    """Return whether the packages that only training needs are installed; does not import them."""
    return all(importlib.util.find_spec(name) for name in ("tensorflow", "keras", "skimage", "sklearn"))


def start(job: Job, mine: list[str], pictures: str = "") -> str:
    """Put a training in the queue and return its secret; raises Refused.

    `mine` are the secrets of the visitor's other trainings; `pictures` that of the visitor's own pictures, which a job
    with that source gets a copy of.
    """
    if job.source == OWN and own_data.find(pictures) is None:
        raise Refused("Your pictures are no longer on this server: bring them once more.")
    with _exclusive() as runs:
        _refuse_if_busy(mine)
        _prune(runs)
        secret = secrets.token_hex(16)
        folder = runs / secret
        try:
            folder.mkdir(parents=True)
            if job.source == OWN:
                own_data.copy_to(pictures, folder)
            write_atomically(folder / JOB, json.dumps(job.to_dict()).encode())
            write_atomically(folder / PROGRESS, json.dumps({"epoch": 0, "epochs": job.epochs}).encode())
            _enqueue(folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise Refused(f"The server cannot keep a training now: {error.strerror}.") from None
    advance()
    attend()
    return secret


def expect() -> None:
    """Let a worker start before there is a training for it, where one can be started now."""
    if is_installed() and all(child.poll() is not None for child in list(_children.values())):
        spare_worker.prepare()


def control(secret: str, command: str, mine: list[str]) -> None:
    """Obey a command for a training: "pause", "stop" or "run" (continue).

    Ignores any other command, and one that does not apply now. Raises Refused.
    """
    folder = find(secret)
    if folder is None or command not in ("pause", "run", "stop"):
        return
    with _exclusive(), _disk_errors_refuse():
        # Before the first batch there is nothing to save, so the worker can be killed at once.
        if command == "stop" and _read_progress(folder).get("state") == "starting" and _end(folder):
            _write_state(folder, "stopped", f"Stopped. {_saved_sentence(folder)}")
        elif is_live(folder):
            write_atomically(folder / CONTROL, command.encode())
        elif command == "stop" and (folder / _WAITING).exists():
            (folder / _WAITING).unlink()
            _write_state(folder, "stopped", "Removed from the queue.")
        elif command == "run" and can_go_on(folder):
            _refuse_if_busy([other for other in mine if other != secret])
            _enqueue(folder)
    advance()
    attend()


@contextlib.contextmanager
def _disk_errors_refuse() -> Iterator[None]:
    """Raise Refused in place of OSError."""
    try:
        yield
    except OSError as error:
        raise Refused(f"The server cannot write to this training now: {error.strerror}.") from None


def find(secret: str) -> Path | None:
    """Return the folder of a training, None when it does not exist."""
    if not _SECRET.fullmatch(secret):
        return None
    folder = runs_folder() / secret
    return folder if (folder / JOB).is_file() else None


def look(secret: str) -> dict[str, Any] | None:
    """Return the progress of a training, None when it does not exist.

    That is the content of the worker's progress file, and `place` in the queue (1 is next), `asked` (the last command)
    and `resumable`.
    """
    folder = find(secret)
    if folder is None:
        return None
    with _mutex:
        progress = {"state": "starting", "sentence": _STARTING, **_read_progress(folder)}
        live = is_live(folder)
        waiting = (folder / _WAITING).exists()
        line = [other.name for other in _queue(runs_folder())] if waiting else []
    if waiting and not live:
        place = line.index(secret) + 1
        progress |= {"state": "waiting", "place": place, "sentence": _place_sentence(place)}
    elif not live and progress["state"] in LIVE:
        ended = "The training process ended unexpectedly."
        progress |= {"state": "failed", "sentence": f"{ended} {_saved_sentence(folder)}"}
    asked = _control(folder) if live else ""
    return {**progress, "asked": asked, "resumable": not live and not waiting and can_go_on(folder)}


def _saved_sentence(folder: Path) -> str:
    saved = _read_progress(folder).get("saved", 0)
    return f"The model of epoch {saved} is kept." if saved else "No epoch was complete, so there is no model."


def _place_sentence(place: int) -> str:
    if place == 1:
        return "You are next: the training starts as soon as the one before is over."
    return f"You are number {place} in the queue; one training runs at a time."


def can_go_on(folder: Path) -> bool:
    """Return whether a training that is not running left a checkpoint to continue from."""
    return (folder / CHECKPOINT).is_file() and _read_progress(folder).get("state") != "done"


def model_file(secret: str) -> bytes | None:
    """Return the model file of the last complete epoch of a training, None while there is none."""
    return _read(secret, MODEL)


def job_of(secret: str) -> Job | None:
    """Return the job of a training, None when the training does not exist."""
    folder = find(secret)
    return Job.from_dict(json.loads(system.read(folder / JOB))) if folder else None


def preview(secret: str) -> bytes | None:
    """Return the newest preview of a training as JSON, None while there is none."""
    return _read(secret, PREVIEW)


def _read(secret: str, file: str) -> bytes | None:
    folder = find(secret)
    try:
        return system.read(folder / file) if folder else None
    except OSError:
        return None


def advance() -> bool:
    """Start the next training if none runs, and kill a worker beyond its time.

    Returns whether a training runs or waits.
    """
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
                with contextlib.suppress(OSError):  # the disk is full: `look` reports an unexpected end
                    sentence = f"The training process could not be started: {error.strerror}."
                    _write_state(waiting[0], "failed", sentence)
        return bool(waiting or running)


def attend() -> None:
    """Start the background thread that advances the queue, or wake it."""
    global _attendant
    with _mutex:
        if _attendant is None or not _attendant.is_alive():
            _attendant = threading.Thread(target=_attend, name="training", daemon=True)
            _attendant.start()
    _wake.set()


def _attend() -> None:
    while _wake.wait():
        _wake.clear()
        with contextlib.suppress(OSError, Refused):  # the folder is gone or full: the next call of a visitor reports it
            while advance():
                time.sleep(1)


def _launch(folder: Path) -> None:
    resume = ["--resume"] if (folder / CHECKPOINT).is_file() else []
    (folder / CONTROL).unlink(missing_ok=True)
    if folder in _children:
        _children[folder].wait()  # returns at once: its lock is free, so it has ended
    (folder / LAUNCHED).touch()  # `is_live` reads it until the worker holds its lock
    arguments = [str(folder.resolve()), *resume]
    child = _children[folder] = spare_worker.take(arguments, folder / _LOG) or _started(arguments, folder / _LOG)
    _write_state(folder, "starting", _STARTING)
    (folder / _PID).write_bytes(str(child.pid).encode())
    (folder / _WAITING).unlink(missing_ok=True)


def _started(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(  # noqa: S603  # our own module; we made the folder's name
            [*COMMAND, *arguments],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            **system.outliving(),  # a signal that ends the server does not end the training
        )


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
    """Kill a worker and return whether one ran and has ended.

    It is a child of this server, or it holds its lock: so its process id cannot belong to another process.
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
    # A worker that has reported its end takes seconds to exit.
    return (folder / _WAITING).exists() or (is_live(folder) and _read_progress(folder).get("state") in LIVE)


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
    """Return whether a worker runs or is starting."""
    with _mutex:
        return _is_starting(folder) or system.is_held(folder / LOCK)  # in this order: it may take the lock in between


def _is_starting(folder: Path) -> bool:
    try:
        since = time.time() - (folder / LAUNCHED).stat().st_mtime
    except OSError:
        return False
    child = _children.get(folder)
    return child.poll() is None if child else since < _STARTS  # a child of another server, which may have ended


def _control(folder: Path) -> str:
    try:
        return system.read(folder / CONTROL).decode()
    except OSError:
        return ""


def _read_progress(folder: Path) -> dict[str, Any]:
    try:
        progress = json.loads(system.read(folder / PROGRESS))
    except (OSError, ValueError):
        return {}
    return progress if isinstance(progress, dict) else {}


def _write_state(folder: Path, state: str, sentence: str) -> None:
    progress = {**_read_progress(folder), "state": state, "sentence": sentence}
    write_atomically(folder / PROGRESS, json.dumps(progress).encode())


@contextlib.contextmanager
def _exclusive() -> Iterator[Path]:
    """Lock the queue against other threads, and other servers on the same folder. Yields the folder of all runs."""
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
