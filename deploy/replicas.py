"""Runs two replicas behind nginx like compose.yaml, with the same nginx.conf, but on this machine, without containers.

`python -m deploy.replicas` needs an nginx on the PATH; it prints the address and runs until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import re
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
REPLICAS = {"one": "172.30.86.11:8501", "two": "172.30.86.12:8501"}  # their addresses in nginx.conf
_LAST_PORT = 65_535
_LISTEN, _DEMO, _HALL, _PUBLISH = "listen 8080;", "/srv/demo", "/etc/nginx/hall", "listen 8081;"
_NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")  # where Debian has it


def nginx_path() -> str | None:
    """Return the path of nginx, None when there is none; Debian's is in a folder that only root's PATH has."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")


def has_nchan() -> bool:
    """Return whether the nginx of this machine can hand out events."""
    return _NCHAN.exists()


def nginx_config(port: int, replicas: dict[str, int], demo: Path, hall: Path) -> str:
    """Return nginx.conf with addresses of this machine in place of the containers'; `hall` has the files for nchan."""
    text = (HERE / "nginx.conf").read_text()
    for there, here in (
        (_HALL, str(hall)),
        *((REPLICAS[name], f"127.0.0.1:{replica}") for name, replica in replicas.items()),
        (_LISTEN, f"listen 127.0.0.1:{port};"),
        (_DEMO, str(demo)),
    ):
        if there not in text:
            raise ValueError(f"nginx.conf does not say {there!r}")
        text = text.replace(there, here)
    return text


@dataclass
class Replicas:
    """Two replicas and an nginx; `replicas` and `nginx` are their processes."""

    port: int
    ports: dict[str, int]
    folder: Path
    publish: int = 0  # the port at which they publish to nginx, 0 where it has no nchan
    replicas: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    nginx: subprocess.Popen[bytes] | None = None
    secret: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def address(self) -> str:
        """The address of nginx, for browsers."""
        return f"http://localhost:{self.port}"

    @property
    def demo(self) -> Path:
        """The folder from which nginx serves the one-file demo."""
        return self.folder / "demo"

    def start_nginx(self) -> None:
        """Start nginx, and wait until it answers; raises TimeoutError."""
        command = [nginx_path() or "nginx", "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]
        self.nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        _wait_for_port(self.port)

    def kill_replica(self, name: str) -> None:
        """Kill a replica, as a power cut would."""
        self.replicas[name].kill()
        self.replicas[name].wait()

    def start_replica(self, name: str) -> None:
        """Start a replica, without waiting for it (see `wait`)."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.ports[name])]
        publish = {"AECORE_PUBLISH": f"http://127.0.0.1:{self.publish}/rooms/"} if self.publish else {}
        self.replicas[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env={
                **os.environ,
                **publish,
                "STREAMLIT_SERVER_COOKIE_SECRET": self.secret,
                "AECORE_RUNS": str(self.folder / "runs"),
            },
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
def running(port: int = 0, is_hall: bool = False) -> Iterator[Replicas]:
    """Start nginx and the replicas, yield them when they answer, and stop them afterwards; port 0 means a free one.

    With `is_hall`, nginx hands out the events of rooms to those without a session.
    Raises FileNotFoundError without nginx, and TimeoutError when one of them does not start.
    """
    if nginx_path() is None:
        raise FileNotFoundError("nginx is not installed; Debian: apt install nginx-light")
    with tempfile.TemporaryDirectory(prefix="playground-") as folder, contextlib.ExitStack() as at_the_end:
        one, two, free, publish = _free_ports(4)
        site = Replicas(port or free, {"one": one, "two": two}, Path(folder), publish if is_hall else 0)
        os.chmod(folder, 0o755)  # nginx's workers may run under another user  # noqa: S103
        site.demo.mkdir()
        config = site.folder / "nginx.conf"
        if is_hall:
            _write_hall(site.folder / "hall", publish)
        config.write_text(nginx_config(site.port, site.ports, site.demo, site.folder / "hall"))
        at_the_end.callback(_end, site)
        for name in site.ports:
            site.start_replica(name)
        for name in site.ports:
            site.wait(name)
        site.start_nginx()
        yield site


def _write_hall(folder: Path, port: int) -> None:
    folder.mkdir()
    for path in (HERE / "hall").glob("*.conf"):
        text = path.read_text().replace(_PUBLISH, f"listen 127.0.0.1:{port};")
        (folder / path.name).write_text(text)


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


def _end(site: Replicas) -> None:
    processes = [*([site.nginx] if site.nginx else []), *site.replicas.values()]
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    """Run nginx and the replicas, with the one-file demo, on $PORT or a free port, until Ctrl-C."""
    port = os.environ.get("PORT", "0")
    if not re.fullmatch(r"\d{1,5}", port) or int(port) > _LAST_PORT:
        print(f"PORT must be a number from 0 to {_LAST_PORT}; got {port!r:.40}.", file=sys.stderr)
        return 2
    try:
        with running(int(port)) as site:
            demo = site.demo / "demo.html"
            subprocess.run([sys.executable, "-m", "ui.export_html", "--out", str(demo)], cwd=ROOT, check=True)
            subprocess.run([sys.executable, "-m", "gzip", str(demo)], check=True)
            print(f"{site.address} and {site.address}/demo.html; Ctrl-C ends it")
            signal.pause()
    except subprocess.CalledProcessError:  # it has said why
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
