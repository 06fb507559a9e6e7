"""The app's server for tests: start, stop, kill and restart it, and measure its memory and CPU time."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aecore.training.job import LAUNCHED
from deploy.measure import cpu_seconds, megabytes
from ui.services import training_queue

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).parents[1]
APP = ("app.py", "aecore", "assets", "pages", "ui", ".streamlit")  # all files that the server needs
_PATIENCE = 60  # seconds, for a start or an end
LEAVING: dict[str, list[BrowserContext]] = defaultdict(list)  # visitors, by host and port: they leave before it ends


class Server:
    """The app on a port of its own, made by `serving`; after `kill`, `start` starts it again on the same port."""

    def __init__(
        self,
        root: Path,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        base: str = "",
        core: int | None = None,
    ) -> None:
        self.root, self.folder, self.log, self.base, self.core = root, folder, log, base, core
        self.environment = {**environment, **({"STREAMLIT_SERVER_BASE_URL_PATH": base} if base else {})}
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The address of the first page, without a slash at the end."""
        return f"http://localhost:{self.port}{self.base}"

    @property
    def netloc(self) -> str:
        """Its host and port."""
        return urlsplit(self.address).netloc

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._running().pid

    @property
    def memory(self) -> float:
        """Its resident memory in megabytes."""
        return megabytes(self.pid)

    @property
    def cpu(self) -> float:
        """Its CPU time so far, in seconds."""
        return cpu_seconds(self.pid)

    def start(self) -> None:
        """Start it, without waiting for it (see `wait`)."""
        command = [sys.executable, "-m", "streamlit", "run", str(self.root / "app.py"), "--server.port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        if self.core is not None:
            os.sched_setaffinity(self.pid, {self.core})  # before it has any threads but one

    def wait(self) -> None:
        """Wait until it answers; raises RuntimeError when it ends by itself, TimeoutError."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if not self.is_running():
                raise RuntimeError(f"the server ended by itself: {self.log.read_text(errors='replace')[-2000:]}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2).close()
                return
            time.sleep(0.05)
        raise TimeoutError(f"the server did not start within {_PATIENCE} seconds")

    def is_running(self) -> bool:
        """Return whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        self._running().kill()
        self._running().wait()

    def stop(self) -> None:
        """Send SIGTERM, as at a system's shutdown, and wait until it has ended; raises TimeoutError."""
        process = self._running()
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"the server did not end within {_PATIENCE} seconds") from None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server has not been started")
        return self._process


@contextlib.contextmanager
def serving(
    root: Path = ROOT,
    *,
    folder: Path | None = None,
    runs: Path | None = None,
    log: Path | None = None,
    base: str = "",
    core: int | None = None,
    environment: Mapping[str, str] | None = None,
    inherits: bool = True,
) -> Iterator[Server]:
    """Start the app in `root` on a free port; at the end, close its visitors' pages, stop it and its trainings.

    It runs in `folder` (default: `root`), stores trainings and models in `runs` and its output in `log` (default:
    temporary files), below the path `base` (such as "/demo"), on one processor `core` (default: any), with
    `environment` added to the tests' own, or with `environment` alone unless it `inherits`. Raises RuntimeError where
    its log contains a traceback.
    """
    with tempfile.TemporaryDirectory() as own:
        inherited = {**os.environ, "AECORE_RUNS": str(runs or Path(own, "runs"))} if inherits else {}
        given = {**inherited, **(environment or {})}
        server = Server(root, folder or root, log or Path(own, "log"), given, base, core)
        with ending_trainings(Path(given["AECORE_RUNS"]) if "AECORE_RUNS" in given else root / "runs"):
            server.start()
            try:
                server.wait()
                yield server
            finally:
                for visitor in LEAVING.pop(server.netloc, []):
                    visitor.close()
                server.stop()
        if "Traceback" in (output := server.log.read_text(errors="replace")):
            raise RuntimeError(f"the server's log holds a traceback: {output[-2000:]}")


@contextlib.contextmanager
def ending_trainings(runs: Path) -> Iterator[None]:
    """End the trainings in this folder afterwards: they continue when the server ends."""
    try:
        yield
    finally:
        while live := [folder for folder in runs.glob("*") if training_queue.is_live(folder)]:
            for folder in live:
                with contextlib.suppress(OSError, ValueError):  # it has ended meanwhile, or has only begun
                    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
                    (folder / LAUNCHED).unlink(missing_ok=True)  # else it counts as starting for two minutes
            time.sleep(0.05)


def copy_of_the_app(folder: Path) -> Path:
    """Copy the files that the server needs into a folder, where a test can change them; returns the models' folder."""
    folder.mkdir(exist_ok=True)
    for name in APP:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder / "assets" / "models"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
