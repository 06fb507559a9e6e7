"""Run two replicas behind nginx as compose.yaml does, with the very same nginx.conf, but here and without containers.

`python -m deploy.stand` needs an nginx on the PATH; it prints the address and runs until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
REPLICAS = {"one": "172.30.86.11:8501", "two": "172.30.86.12:8501"}  # as nginx.conf names them
_LISTEN, _DEMO = "listen 8080;", "/srv/demo"


def nginx_path() -> str | None:
    """Find nginx, which Debian keeps where only root looks; None when there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")


def nginx_config(port: int, replicas: dict[str, int], demo: Path) -> str:
    """Return nginx.conf with the addresses of this machine instead of the containers'."""
    text = (HERE / "nginx.conf").read_text()
    for there, here in (
        *((REPLICAS[name], f"127.0.0.1:{replica}") for name, replica in replicas.items()),
        (_LISTEN, f"listen 127.0.0.1:{port};"),
        (_DEMO, str(demo)),
    ):
        if there not in text:
            raise ValueError(f"nginx.conf does not say {there!r}")
        text = text.replace(there, here)
    return text


@dataclass
class Stand:
    """Two replicas and an nginx that run; `replicas` and `nginx` are their processes."""

    port: int
    ports: dict[str, int]
    folder: Path
    replicas: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    nginx: subprocess.Popen[bytes] | None = None
    secret: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def address(self) -> str:
        """The address of the whole."""
        return f"http://localhost:{self.port}"

    @property
    def demo(self) -> Path:
        """The folder that nginx hands the one-file demo out of."""
        return self.folder / "demo"

    def kill_replica(self, name: str) -> None:
        """End a replica as a power cut would."""
        self.replicas[name].kill()
        self.replicas[name].wait()

    def start_replica(self, name: str) -> None:
        """Start a replica; `wait` waits for it."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.ports[name])]
        self.replicas[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "STREAMLIT_SERVER_COOKIE_SECRET": self.secret, "AECORE_RUNS": str(self.folder / "runs")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self, name: str) -> None:
        """Wait until a replica answers; raises TimeoutError after 60 seconds."""
        for _ in range(600):
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/_stcore/health", timeout=2).close()
                return
            time.sleep(0.1)
        raise TimeoutError(f"replica {name} did not start")


@contextlib.contextmanager
def stand(port: int = 0) -> Iterator[Stand]:
    """Start the whole, yield it when it answers, end it; port 0: a free one. Raises FileNotFoundError, TimeoutError."""
    nginx = nginx_path()
    if nginx is None:
        raise FileNotFoundError("nginx is not installed; Debian: apt install nginx-light")
    with tempfile.TemporaryDirectory(prefix="playground-") as folder, contextlib.ExitStack() as at_the_end:
        one, two, free = _free_ports(3)
        made = Stand(port or free, {"one": one, "two": two}, Path(folder))
        os.chmod(folder, 0o755)  # nginx' workers may run under another user than we do  # noqa: S103
        made.demo.mkdir()
        config = made.folder / "nginx.conf"
        config.write_text(nginx_config(made.port, made.ports, made.demo))
        at_the_end.callback(_end, made)
        for name in made.ports:
            made.start_replica(name)
        for name in made.ports:
            made.wait(name)
        made.nginx = subprocess.Popen([nginx, "-c", str(config), "-e", "stderr"], stderr=subprocess.DEVNULL)
        _wait_for_port(made.port)
        yield made


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


def _wait_for_port(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("nginx did not start")


def _end(made: Stand) -> None:
    running = [made.nginx] if made.nginx else []
    for process in (*running, *made.replicas.values()):
        process.terminate()
    for process in (*running, *made.replicas.values()):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    """Run the whole until Ctrl-C, on $PORT or a free port, the one-file demo included."""
    try:
        with stand(int(os.environ.get("PORT", "0"))) as made:
            demo = made.demo / "demo.html"
            subprocess.run([sys.executable, "-m", "ui.export_html", "--out", str(demo)], cwd=ROOT, check=True)
            subprocess.run([sys.executable, "-m", "gzip", str(demo)], check=True)
            print(f"{made.address} and {made.address}/demo.html; Ctrl-C ends it")
            signal.pause()
    except (FileNotFoundError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
