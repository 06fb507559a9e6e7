"""What the commands `python -m aecore.*` share: numbers among their arguments, and output that cannot be written."""

from __future__ import annotations

import argparse
import errno
import os
import tempfile
from pathlib import Path

from aecore.core.model_file import WriteError

MOST_SEED = 2**32 - 1


def positive(text: str) -> int:
    """Return the whole number above 0 that an argument is; raises argparse.ArgumentTypeError."""
    return _whole(text, 1, None)


def seed(text: str) -> int:
    """Return the seed that an argument is; raises argparse.ArgumentTypeError."""
    return _whole(text, 0, MOST_SEED)


def _whole(text: str, low: int, high: int | None) -> int:
    wanted = f"wanted a whole number, at least {low}" if high is None else f"wanted a whole number from {low} to {high}"
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if number < low or (high is not None and number > high):
        raise argparse.ArgumentTypeError(f"{wanted}; got {text!r:.40}")
    return number


def check_writable(*paths: Path) -> None:
    """Raise WriteError unless a file can be written at each path: better known before hours of work than after."""
    for path in paths:
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            path.parent.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path.parent).close()
        except OSError as error:
            raise WriteError(error.errno, error.strerror, str(path)) from None
