"""`make load`: play crowds of visitors, measure the server, hold it to its limits. Linux only.

`python -m tests.load` plays the profiles 1, 20, 100 and burst, each with a server of its own, `python -m tests.load 20`
that one, `python -m tests.load soak --minutes 30` twenty visitors that come again and again. The server has the first
processor to itself, visitors and browsers share the others. Ends with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from tests.benchmarks import write_section
from tests.load.course import Log, Visit, joined
from tests.server import Server, serving

RERUN_P95, CPU_PER_RERUN = 0.150, 0.012  # seconds
IDLE, PER_SESSION = 200, 1.0  # megabytes
PLATEAU = 1.05
_FORGOTTEN, _TIDY = 125, 35  # seconds until a lost session is given up, and until its memory is given back
_SAMPLE = 10  # seconds


@dataclass(frozen=True)
class Profile:
    """How many visitors come within how many seconds, how long they commit, and how many browsers are there."""

    visitors: int
    within: float
    seconds: float
    browsers: int = 0
    pause: float = 1  # seconds, about, between two actions that are no commits
    is_paced: bool = False  # so few visitors for a processor that reruns have to be fast
    forgotten: float = _FORGOTTEN  # seconds to wait in the end


PROFILES = {
    "1": Profile(1, 0, 60, is_paced=True),
    "20": Profile(20, 10, 60, browsers=2, is_paced=True),
    "100": Profile(100, 20, 60, browsers=2),
    "burst": Profile(300, 10, 0),
}
SOAK = Profile(20, 10, 60, is_paced=True)


@dataclass
class Figures:
    """What one crowd took: seconds, seconds of CPU, megabytes."""

    profile: Profile
    log: Log
    cpu_per_run: float
    idle: float
    full: float  # when everybody is there and has done everything
    left: float  # long after all have left
    browsing: list[float] = field(default_factory=list)

    @property
    def per_session(self) -> float:
        """Megabytes for each visitor."""
        return (self.full - self.idle) / self.profile.visitors

    def broken(self) -> list[str]:
        """Name the limits that do not hold."""
        found = [f"error: {error}" for error in self.log.errors[:5]]
        if self.profile.is_paced and _p95(self.log.reruns) > RERUN_P95:
            found.append(f"p95 of a rerun is {_ms(_p95(self.log.reruns))}, wanted {_ms(RERUN_P95)}")
        if self.log.reruns and self.cpu_per_run > CPU_PER_RERUN:  # a join costs more
            found.append(f"a rerun takes {_ms(self.cpu_per_run)} of CPU, wanted {_ms(CPU_PER_RERUN)}")
        if self.idle > IDLE:
            found.append(f"the idle server holds {self.idle:.0f} MB, wanted {IDLE}")
        if self.profile.visitors >= 20 and self.per_session > PER_SESSION:  # of one, it would be what pages load once
            found.append(f"a session takes {self.per_session:.2f} MB, wanted {PER_SESSION}")
        return [f"{self.profile.visitors} visitors: {sentence}" for sentence in found]

    def row(self) -> tuple[str, ...]:
        """Write them as a line of the table."""
        return (
            str(self.profile.visitors),
            _both(self.log.joins),
            _both(self.log.reruns),
            _ms(self.cpu_per_run),
            f"{self.idle:.0f} MB",
            f"{self.per_session:.2f} MB",
            f"{self.left:.0f} MB",
            f"{self.log.runs}",
            str(len(self.log.errors)),
            _both(self.browsing) if self.browsing else "",
        )


HEADER = (
    "visitors",
    "join: median, p95",
    "rerun: median, p95",
    "CPU per run",
    "idle server",
    "per visitor",
    "long after all left",
    "runs",
    "errors",
    "a browser's slider, told to Python: median, p95",
)

NOTES = (
    "The server has one processor to itself; visitors without a browser, and two browsers beside 20 and 100 of them, "
    "share the others.",
    "Each visitor draws 3 digits, commits a slider about once a second for 60 s, clicks on the map, denoises, and "
    "opens their own link; 300 come within 10 s and only look. CPU is all that the server computes, joins included.",
    "Limits: no error; p95 of a rerun 150 ms with 20 visitors; 12 ms of CPU per run; 200 MB idle; 1 MB per visitor.",
)


async def measure(server: Server, profile: Profile) -> Figures:
    """Let a crowd come, do everything, stay until the last has done so, and leave."""
    await warm_up(server)
    idle, cpu, log = server.memory, server.cpu, Log()
    async with AsyncExitStack() as everybody:

        async def attend(number: int) -> None:
            await asyncio.sleep(profile.within * number / profile.visitors)
            with _noting(log):
                visitor = await everybody.enter_async_context(joined(server.address, log))
                if profile.seconds:
                    await Visit(visitor, log, random.Random(number), profile.pause).course(profile.seconds)

        async with browsers(server, profile.browsers, log) as browsing:
            await asyncio.gather(*map(attend, range(profile.visitors)))
        cpu, full = server.cpu - cpu, server.memory
    if profile.forgotten:
        await asyncio.sleep(profile.forgotten)
        await warm_up(server)  # a session that comes clears away those that were given up
        await asyncio.sleep(_TIDY)
    return Figures(profile, log, cpu / max(log.runs, 1), idle, full, server.memory, browsing)


async def soak(server: Server, profile: Profile, minutes: float) -> tuple[Log, list[float]]:
    """Let visitors come again and again; returns what they saw, and the server's memory at regular times."""
    await warm_up(server)
    log, memory, end = Log(), [], time.perf_counter() + 60 * minutes

    async def attend(number: int) -> None:
        await asyncio.sleep(profile.within * number / profile.visitors)
        rng = random.Random(number)
        while time.perf_counter() < end:
            with _noting(log):
                async with joined(server.address, log) as visitor:
                    await Visit(visitor, log, rng).course(profile.seconds)

    crowd = asyncio.gather(*map(attend, range(profile.visitors)))
    while time.perf_counter() < end:
        await asyncio.sleep(_SAMPLE)
        memory.append(server.memory)
    await crowd
    return log, memory


async def warm_up(server: Server) -> None:
    """Have everything loaded that one visitor needs."""
    log = Log()
    async with joined(server.address, log) as visitor:
        await Visit(visitor, log, random.Random(0), pause=0).course(1)


@contextmanager
def _noting(log: Log) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001  # counted and shown, whatever it is
        log.errors.append(f"{type(error).__name__}: {error}"[:300])


@asynccontextmanager
async def browsers(server: Server, count: int, log: Log) -> AsyncIterator[list[float]]:
    """Have real browsers use the app meanwhile; the list is filled in the end with the seconds their reruns took."""
    seconds: list[float] = []
    if not count:
        yield seconds
        return
    command = ["nice", sys.executable, "-m", "tests.load.browsers", server.address, str(count)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    yield seconds
    told, _ = await process.communicate(b"enough")
    if process.returncode:
        log.errors.append("the browsers ended by themselves")
        return
    found = json.loads(told)
    seconds += found["seconds"]
    log.runs += found["runs"]
    log.errors += [f"browser: {error}" for error in found["errors"]]


def show(figures: Sequence[Figures]) -> list[str]:
    """Print the figures as a table; returns which limits are broken."""
    print(_line(HEADER), _line(["---"] * len(HEADER)), *(_line(one.row()) for one in figures), sep="\n", flush=True)
    return [sentence for one in figures for sentence in one.broken()]


def play(names: Sequence[str]) -> list[str]:
    """Play profiles, print their figures, write them down if they are all; returns which limits are broken."""
    figures = []
    for name in names:
        with serving(core=_set_apart()) as server:
            figures.append(asyncio.run(measure(server, PROFILES[name])))
            show(figures[-1:])
    if tuple(names) == tuple(PROFILES):
        write_section("Load", "make load", [one.row() for one in figures], notes=NOTES, header=HEADER)
    return show(figures)


def play_soak(minutes: float) -> list[str]:
    """Soak a server, print how its memory went, write it down if it took long enough; returns what is broken."""
    with serving(core=_set_apart()) as server:
        log, memory = asyncio.run(soak(server, SOAK, minutes))
    plateau, end = plateau_and_end(memory)
    rows = [
        ("minutes, visitors", f"{minutes:g}, {SOAK.visitors} at a time, {len(log.joins)} in all"),
        ("runs, errors", f"{log.runs}, {len(log.errors)}"),
        ("rerun: median, p95", _both(log.reruns)),
        ("memory on its plateau, from a sixth to a half of the time", f"{plateau:.0f} MB"),
        ("memory in the last sixth", f"{end:.0f} MB: {end / plateau - 1:+.1%}"),
    ]
    print(*map(_line, rows), "memory every ten seconds, MB:", *map(round, memory), sep="\n", flush=True)
    if minutes >= 30:
        write_section("Soak", "make load PROFILE=soak", rows)
    broken = [f"error: {error}" for error in log.errors[:5]]
    return broken + ([f"memory grew from {plateau:.0f} to {end:.0f} MB"] if end > PLATEAU * plateau else [])


def plateau_and_end(memory: Sequence[float]) -> tuple[float, float]:
    """Return the median from a sixth to a half of the time, when everybody has come, and that of the last sixth."""
    sixth = max(len(memory) // 6, 1)
    return statistics.median(memory[sixth : 3 * sixth] or memory), statistics.median(memory[-sixth:])


def _set_apart() -> int | None:
    """Leave the first processor to the server, if there are more; returns its number."""
    usable = sorted(os.sched_getaffinity(0) | _taken)
    if len(usable) < 2:
        return None
    _taken.add(usable[0])
    os.sched_setaffinity(0, set(usable[1:]))
    return usable[0]


_taken: set[int] = set()


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(0.95 * len(seconds))] if seconds else float("nan")


def _both(seconds: Sequence[float]) -> str:
    return f"{_ms(statistics.median(seconds))}, {_ms(_p95(seconds))}" if seconds else "-"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Play crowds of visitors.")
    parser.add_argument("profile", nargs="?", choices=[*PROFILES, "soak"], help="default: all but soak")
    parser.add_argument("--minutes", type=float, default=30, metavar="M", help="of the soak; default: 30")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.profile == "soak":
        broken = play_soak(options.minutes)
    else:
        broken = play([options.profile] if options.profile else list(PROFILES))
    for sentence in broken:
        print(sentence, file=sys.stderr)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
