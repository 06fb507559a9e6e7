"""A Redis or Valkey server for tests: started, killed and started again on the same port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest


def store_path() -> str | None:
    """Return the path of a server of rooms, None where there is none."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class Store:
    """A store of rooms that keeps nothing on the disk unless it is told to stop."""

    def __init__(self, folder: Path, port: int, path: str) -> None:
        self.folder, self.port, self.path = folder, port, path
        self.url = f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self.folder,
            "save": "3600 1",
            "dbfilename": "rooms.rdb",
        }
        command = [self.path, *(str(word) for name, value in options.items() for word in (f"--{name}", value))]
        self.process: subprocess.Popen[Any] = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as asking:
                asking.sendall(b"PING\r\n")
                if asking.recv(7).startswith(b"+PONG"):
                    return
            time.sleep(0.05)
        raise TimeoutError("the store did not start")

    def stop(self) -> None:
        """Stop it as a system does; it then writes what it holds."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        self.process.kill()
        self.process.wait(20)


@contextmanager
def storing(folder: Path) -> Iterator[Store]:
    """Start a store on a free port; skips the test where there is none to start."""
    path = store_path()
    if path is None:
        pytest.skip("needs redis-server or valkey-server; Debian: apt install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = Store(folder, port, path)
    store.start()
    try:
        yield store
    finally:
        if store.process.poll() is None:
            store.kill()
