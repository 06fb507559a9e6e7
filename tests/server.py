"""The one way in which tests start the app's server, end it, kill it, start it again, and see what it takes."""

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
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from deploy.measure import cpu_seconds, megabytes
from ui.services import training_queue

ROOT = Path(__file__).parents[1]
APP = ("app.py", "aecore", "assets", "pages", "ui", ".streamlit")  # all that serving takes
_PATIENCE = 60  # seconds, for a start or an end


class Server:
    """The app on a port of its own, which `serving` makes; after `kill`, `start` starts it on that port again."""

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
        """Where its first page is, without a slash at the end."""
        return f"http://localhost:{self.port}{self.base}"

    @property
    def netloc(self) -> str:
        """Its host and port."""
        return urlsplit(self.address).netloc

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._running().pid

    @property
    def memory(self) -> float:
        """Megabytes that it holds."""
        return megabytes(self.pid)

    @property
    def cpu(self) -> float:
        """Seconds that it has computed so far."""
        return cpu_seconds(self.pid)

    def start(self) -> None:
        """Start it; `wait` waits until it answers."""
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
        """Return whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._running().kill()
        self._running().wait()

    def stop(self) -> None:
        """Ask it to end, as a system does that is shut down, and wait for that; raises TimeoutError."""
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
    """Start the app that lies in `root` on a free port; in the end it is stopped, and what it trains is ended.

    It runs in `folder` (`root`), keeps trainings and models in `runs` and its output in `log` (of its own, gone
    afterwards), below the path `base` (such as "/demo"), on one processor `core` (any), with `environment` added to the
    tests' own, or with nothing but that unless it `inherits`. Raises RuntimeError where its log holds a traceback.
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
                server.stop()
        if "Traceback" in (output := server.log.read_text(errors="replace")):
            raise RuntimeError(f"the server's log holds a traceback: {output[-2000:]}")


@contextlib.contextmanager
def ending_trainings(runs: Path) -> Iterator[None]:
    """Leave no training in this folder running: a server's end does not end it."""
    try:
        yield
    finally:
        while live := [folder for folder in runs.glob("*") if training_queue.is_live(folder)]:
            for folder in live:
                with contextlib.suppress(OSError, ValueError):  # it has ended meanwhile, or has only begun
                    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
            time.sleep(0.05)


def copy_of_the_app(folder: Path) -> Path:
    """Copy all that serving takes into a folder, to be changed there; returns where its models lie."""
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
