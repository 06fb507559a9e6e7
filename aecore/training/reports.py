"""Communication between a training and the pages: the training writes its state to a file, and reads requests."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from aecore.core import system
from aecore.core.model_file import write_atomically
from aecore.training.job import CONTROL, PROGRESS

_PAUSE = 0.3  # seconds between two reports


class Reports:
    """The state of a training, plain JSON data that is written to progress.json in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._written = folder, 0.0
        self.state: dict[str, Any] = {
            "state": "starting",
            "sentence": "TensorFlow is starting.",
            "epoch": 0,
            "epochs": 0,
            "batch": 0,
            "batches": 0,
            "curve": [],
            "losses": [],
            "seconds": 0.0,
            "left": None,
            "preview": 0,
            "saved": 0,  # the epoch of the model in the file
        }

    def resume(self) -> float:
        """Continue from the reports of an earlier run, if there are any; returns the seconds that it trained."""
        with contextlib.suppress(OSError, ValueError):
            self.state |= json.loads(system.read(self._folder / PROGRESS))
        return float(self.state["seconds"])

    def write(self, state: str = "", sentence: str = "") -> None:
        """Write the state; an unchanged `state` at most every 0.3 seconds."""
        if state:
            self.state |= {"state": state, "sentence": sentence}
        elif time.monotonic() - self._written < _PAUSE:
            return
        self._written = time.monotonic()
        write_atomically(self._folder / PROGRESS, json.dumps(self.state).encode())

    def request(self) -> str:
        """Return the request to the training: "run", "pause" or "stop"."""
        try:
            return system.read(self._folder / CONTROL).decode().strip()
        except OSError:
            return "run"
