"""A worker that starts before there is a training for it, because nobody likes to wait for TensorFlow.

It is started when somebody opens the Train page, and ended when nobody has trained for two minutes: it takes 700 MB.
`AECORE_SPARE_WORKER=no` in the environment does without.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from aecore.core import system

COMMAND = (sys.executable, "-m", "aecore.worker", "--wait")
IDLE = 120.0  # seconds that it waits for a training, from the last time that it was wanted

_mutex = threading.Lock()
_worker: subprocess.Popen[bytes] | None = None
_until = 0.0


def prepare() -> None:
    """Start the worker, or let it wait longer."""
    global _worker, _until
    if os.environ.get("AECORE_SPARE_WORKER") == "no":
        return
    with _mutex:
        _until = time.monotonic() + IDLE
        if _worker is not None and _worker.poll() is None:
            return
        try:
            _worker = subprocess.Popen(  # noqa: S603  # our own module
                COMMAND,
                cwd=Path(__file__).parents[2],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **system.outliving(),  # a signal that ends the server does not end the training
            )
        except OSError:  # too little memory: a training starts one of its own
            return
    threading.Thread(target=_wait, args=(_worker,), name="spare worker", daemon=True).start()


def take(arguments: list[str], log: Path) -> subprocess.Popen[bytes] | None:
    """Give the worker its training, the arguments of `aecore.worker`; returns its process, None where there is none.

    It writes its messages to `log`.
    """
    global _worker
    with _mutex:
        worker, _worker = _worker, None
    if worker is None or worker.poll() is not None or worker.stdin is None:
        return None
    try:
        worker.stdin.write("\n".join([str(log.resolve()), *arguments]).encode())
        worker.stdin.close()
    except OSError:  # it has ended just now
        return None
    return worker


def is_waiting() -> bool:
    """Return whether a worker waits for a training."""
    with _mutex:
        return _worker is not None and _worker.poll() is None


def _wait(worker: subprocess.Popen[bytes]) -> None:
    """End a worker that nobody has wanted for long. Where the server ends first, so does its input, and then it."""
    global _worker
    while True:
        time.sleep(min(1.0, IDLE))
        with _mutex:
            if _worker is not worker or worker.poll() is not None:
                return
            if time.monotonic() < _until:
                continue
            _worker = None
        if worker.stdin is not None:
            worker.stdin.close()
        worker.terminate()
        worker.wait()
        return
