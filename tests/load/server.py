"""A server of its own for a load, on a processor of its own, and what it takes: Linux only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deploy.measure import cpu_seconds, megabytes
from tests.browser.conftest import ROOT


@dataclass(frozen=True)
class Server:
    """The app's server, running; nothing else runs in its process."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def cpu(self) -> float:
        """Seconds it has computed so far."""
        return cpu_seconds(self.process.pid)

    @property
    def memory(self) -> float:
        """Megabytes it holds."""
        return megabytes(self.process.pid)


@contextmanager
def serving(core: int | None = None) -> Iterator[Server]:
    """Start the app's server on one processor (None: on any), end it afterwards; raises RuntimeError, TimeoutError."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with tempfile.TemporaryDirectory() as runs, open(os.path.join(runs, "log"), "w+b") as log:
        environment = {**os.environ, "AECORE_RUNS": runs}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process:
            try:
                if core is not None:
                    os.sched_setaffinity(process.pid, {core})  # before it has any threads but one
                server = Server(f"http://localhost:{port}", process)
                _wait(server)
                yield server
            finally:
                process.terminate()
        log.seek(0)
        if b"Traceback" in (told := log.read()):
            raise RuntimeError(f"the server's log holds a traceback: {told.decode(errors='replace')[-2000:]}")


def _wait(server: Server) -> None:
    for _ in range(600):
        if server.process.poll() is not None:
            raise RuntimeError("the server ended by itself")
        with suppress(OSError):
            urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2).close()
            return
        time.sleep(0.1)
    raise TimeoutError("the server did not start within 60 seconds")
