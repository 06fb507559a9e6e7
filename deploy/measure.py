"""Compares the load of the one-file demo, served by nginx, with that of Streamlit sessions. Linux only.

`python -m deploy.measure --visitors 50 200` starts nginx and two replicas, with deploy/nginx.conf, and simulates N
visitors at once, or within some seconds: first visitors of the file, then sessions. A visitor of the file is done with
its last byte, a session when the first page's script has run; the 5.6 MB that a browser then loads for a session are
not counted, which favours Streamlit.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from aecore.core.arguments import positive
from deploy.replicas import ROOT, Replicas, running

_PATIENCE = 300.0  # seconds, for one visitor
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """The cost of N visitors: seconds that the median and the slowest waited, CPU seconds, megabytes, errors."""

    median: float
    slowest: float
    cpu: float
    memory: float
    errors: int


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()


async def fetch(site: Replicas, size: int) -> None:
    """Fetch the one-file demo; raises OSError when the answer is incomplete or another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port, limit=1 << 18)
    try:
        writer.write(
            b"GET /demo.html HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
        )
        head = await reader.readuntil(b"\r\n\r\n")
        got = 0
        while chunk := await reader.read(1 << 18):
            got += len(chunk)
        if not head.startswith(b"HTTP/1.1 200") or got != size:
            raise OSError(f"{got} bytes instead of {size}")
    finally:
        writer.close()


async def visit(site: Replicas, opened: list[ClientConnection]) -> None:
    """Open a session, add it to `opened`, and wait for the first page's script; raises OSError when that fails."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(_request("/"))
    page = await reader.read(-1)
    writer.close()
    cookie = page.partition(b"\r\nSet-Cookie: ")[2].partition(b";")[0].decode()
    session = await connect(
        f"ws://127.0.0.1:{site.port}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookie},
        max_size=None,
        open_timeout=_PATIENCE,
        ping_interval=None,  # browsers send no pings
        proxy=None,
    )
    opened.append(session)
    request = BackMsg()
    request.rerun_script.query_string = ""
    await session.send(request.SerializeToString())
    message = ForwardMsg()
    while message.WhichOneof("type") != "script_finished":
        message.ParseFromString(await session.recv())
    if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
        raise OSError(f"the script ended with {message.script_finished}")


async def crowd(count: int, within: float, come: Callable[[], Awaitable[None]], servers: list[int]) -> Figures:
    """Run `come` for `count` visitors who start within so many seconds; returns the cost to the processes `servers`."""
    seconds: list[float] = []
    errors = 0
    cpu = sum(map(cpu_seconds, servers))

    async def one(after: float) -> None:
        nonlocal errors
        await asyncio.sleep(after)
        start = time.perf_counter()
        try:
            await asyncio.wait_for(come(), _PATIENCE)
            seconds.append(time.perf_counter() - start)
        except Exception as error:  # noqa: BLE001  # any error is counted and shown
            errors += 1
            if errors == 1:
                print(repr(error), file=sys.stderr)

    await asyncio.gather(*(one(within * i / count) for i in range(count)))
    seconds.sort()
    return Figures(
        median=seconds[len(seconds) // 2] if seconds else float("nan"),
        slowest=seconds[-1] if seconds else float("nan"),
        cpu=sum(map(cpu_seconds, servers)) - cpu,
        memory=sum(map(megabytes, servers)),
        errors=errors,
    )


def with_children(process: int) -> list[int]:
    """Return the ids of a process and its children, such as nginx's workers."""
    return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]


def cpu_seconds(process: int) -> float:
    """Return the CPU time of a process so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def megabytes(process: int, peak: bool = False) -> float:
    """Return a process's resident memory, now or at its peak."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:" if peak else "VmRSS:")[1].split()[0]) * 1024 / 1e6  # its kB has 1024 bytes


def megabytes_in_all(processes: Sequence[int]) -> float:
    """Return the resident memory of processes together: what they share is counted once."""
    maps = [Path(f"/proc/{process}/smaps_rollup").read_text() for process in processes]
    return sum(int(one.split("\nPss:")[1].split()[0]) for one in maps) * 1024 / 1e6


def put_demo(site: Replicas, model: str) -> int:
    """Write the one-file demo to nginx's folder; returns its compressed size in bytes."""
    demo = site.demo / "demo.html"
    command = [sys.executable, "-m", "ui.export_html", "--model", model, "--out", str(demo)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    packed = gzip.compress(demo.read_bytes(), 6)
    demo.with_name("demo.html.gz").write_bytes(packed)
    return len(packed)


async def measure(site: Replicas, visitors: list[int], within: float, model: str, sessions: bool) -> None:
    """Measure and print a row for each number of visitors."""
    size = put_demo(site, model)
    nginx = with_children(site.nginx.pid) if site.nginx else []
    replicas = [process.pid for process in site.replicas.values()]
    print(f"`{model}`: {size / 1e6:.1f} MB over the wire")
    print("| visitors | served by | median | slowest | CPU | memory | errors |\n|---|---|---|---|---|---|---|")
    for count in visitors:
        show(count, "nginx, one file", await crowd(count, within, partial(fetch, site, size), nginx))
        if sessions:
            opened: list[ClientConnection] = []
            show(
                count, "Streamlit, sessions", await crowd(count, within, partial(visit, site, opened), nginx + replicas)
            )
            await asyncio.gather(*(session.close() for session in opened))  # all sessions stayed open until now


def show(count: int, name: str, figures: Figures) -> None:
    """Print figures as a row of a table."""
    print(
        f"| {count:,} | {name} | {figures.median:.2f} s | {figures.slowest:.2f} s | {figures.cpu:.2f} s | "
        f"{figures.memory:.0f} MB | {figures.errors} |",
        flush=True,
    )


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.measure", description="Measure the file beside sessions.")
    parser.add_argument("--visitors", type=positive, nargs="+", default=[50, 200], metavar="N")
    parser.add_argument("--within", type=float, default=0, metavar="S", help="seconds in which they come; default: 0")
    parser.add_argument("--model", default="default", metavar="NAME", help="which one-file demo; default: default")
    parser.add_argument("--file-only", action="store_true", help="leave the sessions out")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        with running() as site:
            asyncio.run(measure(site, options.visitors, options.within, options.model, not options.file_only))
    except subprocess.CalledProcessError:  # the one-file demo has said why
        return 1
    except OSError as error:  # no nginx, or what does not start
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
