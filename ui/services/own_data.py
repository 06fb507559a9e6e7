"""The pictures that visitors bring to train on: each in a folder whose name is a secret of its owner.

What arrives is read at once and kept as arrays; the files themselves are deleted. A training gets a copy, which lives
and goes with it.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from aecore.core import system
from aecore.core.model_file import write_atomically
from aecore.data.own.raw import DataError
from aecore.training.job import PICTURES
from ui.services.model_store import MAX_NAME, runs_folder

MOST_FILES = 2  # pictures and labels
COMMAND = (sys.executable, "-m", "aecore.data.own.describe")
MOST_SECONDS = 120  # that reading may take
MOST_KEPT = 20  # visitors' pictures; the least recently used go first
LONGEST = 12 * 3600  # seconds that pictures are kept which no training uses
_ABOUT, _ARRIVED = "about.json", "arrived"
_SECRET = re.compile(r"[0-9a-f]{32}")


def begin() -> str:
    """Make room for the pictures of a visitor, and return its secret; raises OSError."""
    prune(room=1)
    secret = secrets.token_hex(16)
    (_folder(secret) / _ARRIVED).mkdir(parents=True)
    return secret


def find(secret: object) -> Path | None:
    """Return the folder of a secret, None where there is none."""
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        return None
    folder = _folder(secret)
    return folder if folder.is_dir() else None


def place_for_file(secret: str, name: str) -> Path | None:
    """Return where to write a file that arrives, called as the visitor calls it; None where there are two already."""
    arrived = _folder(secret) / _ARRIVED
    arrived.mkdir(exist_ok=True)
    number = len(list(arrived.iterdir()))
    plain = re.sub(r"[^\w.-]+", "_", name)[-60:] or "file"
    return arrived / f"{number}_{plain}" if number < MOST_FILES else None


def read(secret: str, name: str) -> dict[str, Any]:
    """Read the files that have arrived, delete them, and return what is in them, as `about`.

    `name` is what the visitor calls the last one; two are known by the first, which has the pictures. Raises DataError,
    and then nothing is kept.
    """
    folder = _folder(secret)
    arrived = folder / _ARRIVED
    if len(both := sorted(path.name for path in arrived.iterdir())) > 1:
        name = both[0].partition("_")[2]
    command = [*COMMAND, str(arrived.resolve()), str((folder / PICTURES).resolve()), name]
    try:
        done = subprocess.run(  # noqa: S603  # our own module; the name is one argument, and no path
            command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=MOST_SECONDS
        )
        said = done.stderr.strip().splitlines()
        if done.returncode:
            raise DataError(said[-1] if done.returncode == 1 and said else "The file cannot be read.")
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        shutil.rmtree(folder, ignore_errors=True)
        raise DataError(f"The file was not read within {MOST_SECONDS} seconds: bring fewer pictures.") from None
    except DataError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    write_atomically(folder / _ABOUT, done.stdout.encode())
    shutil.rmtree(arrived, ignore_errors=True)
    return found


def about(secret: object) -> dict[str, Any] | None:
    """Return what is in a visitor's pictures as plain JSON, None where there are none.

    Its fields are those of `aecore.data.own.describe.described`.
    """
    folder = find(secret)
    try:
        found = json.loads(system.read(folder / _ABOUT)) if folder else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "shape" in found else None  # else it is of an earlier version


def name_for_model(secret: object) -> str:
    """Return a name for a model of a visitor's pictures, made of that of their file; "" where there is none."""
    found = about(secret) or {}
    words = re.findall(r"[^\W_]+", str(found.get("name", "")).partition(".")[0])
    return " ".join(words)[:MAX_NAME].strip()


def copy_to(secret: str, folder: Path) -> None:
    """Copy the pictures of a secret into the folder of a training; raises OSError where they are gone."""
    shutil.copyfile(_folder(secret) / PICTURES, folder / PICTURES)
    with contextlib.suppress(OSError):
        (_folder(secret) / _ABOUT).touch()  # used just now


def _folder(secret: str) -> Path:
    return runs_folder() / "own" / secret


def prune(room: int = 0) -> None:
    """Delete the pictures that nobody has used for long, and the least recently used of too many; leaves room for some.

    Raises OSError.
    """
    kept, ages = runs_folder() / "own", {}
    for folder in kept.iterdir() if kept.is_dir() else ():
        with contextlib.suppress(OSError):
            newest = folder / _ABOUT
            ages[folder] = time.time() - (newest if newest.exists() else folder).stat().st_mtime
    for i, folder in enumerate(sorted(ages, key=lambda one: ages[one])):
        if i >= MOST_KEPT - room or ages[folder] > LONGEST:
            shutil.rmtree(folder, ignore_errors=True)
