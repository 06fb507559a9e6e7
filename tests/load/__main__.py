"""`make load`: simulates many visitors, measures the server, and checks it against limits. Linux only.

`python -m tests.load` plays the profiles 1, 20, 100 and burst, each with a server of its own, `python -m tests.load 20`
that one, `python -m tests.load soak --minutes 30` twenty visitors that come again and again. The server and, before and
after it, a bare Streamlit page have the first processor to themselves, visitors and browsers share the others. Ends
with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.replicas import has_nchan, nginx_path, running
from tests.benchmarks import write_section
from tests.load import hall, wall
from tests.load.client import play as visits
from tests.load.course import Log, Visit, joined, move_slider
from tests.load.figures import (
    HEADER,
    NOTES,
    PROFILES,
    SOAK,
    Bare,
    Figures,
    Profile,
    in_ms,
    line,
    median_and_p95,
    plateau_and_end,
)
from tests.server import ROOT, Server, serving
from tests.stores import store_path, storing

PLATEAU = 1.05
_TIDY = 35  # seconds after a session has been given up until its memory is given back
_SAMPLE = 10  # seconds
_BARE = Path(__file__).with_name("bare")


async def measure(server: Server, bare: Server, profile: Profile) -> Figures:
    """Return the figures of a crowd that does everything on the app; before and after, a crowd visits the bare page."""
    await warm_up(server)
    bare_log = Log()
    await crowd_at_bare(bare, replace(profile, visitors=1, seconds=2), Log())  # to warm it up
    bare_idle, bare_cpu = bare.memory, await crowd_at_bare(bare, profile, bare_log)
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
    bare_cpu += await crowd_at_bare(bare, profile, bare_log)
    if profile.forgotten:
        await asyncio.sleep(profile.forgotten)
        await warm_up(server)  # a session that comes clears away those that were given up
        await asyncio.sleep(_TIDY)
    on_bare = Bare(bare_log, bare_cpu / max(bare_log.runs, 1), bare_idle)
    return Figures(profile, log, cpu / max(log.runs, 1), idle, full, server.memory, on_bare, browsing)


async def crowd_at_bare(bare: Server, profile: Profile, log: Log) -> float:
    """Simulate a crowd that moves the bare page's slider, for half as long; returns the seconds of CPU."""
    before = bare.cpu

    async def attend(number: int) -> None:
        await asyncio.sleep(profile.within * number / profile.visitors)
        with _noting(log):
            async with joined(bare.address, log) as visitor:
                await move_slider(visitor, log, random.Random(number), profile.seconds / 2)

    await asyncio.gather(*map(attend, range(profile.visitors)))
    return bare.cpu - before


async def soak(server: Server, profile: Profile, minutes: float) -> tuple[Log, list[float]]:
    """Simulate visitors that come again and again; returns their log, and the server's memory at regular times."""
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


@contextmanager
def both_servers(core: int | None = None) -> Iterator[tuple[Server, Server]]:
    """Start the app and a bare page with as many elements as its first, on one processor (None: on any)."""
    with serving(core=core) as server:
        elements = visits(_count_elements(server))
        with serving(_BARE, folder=ROOT, core=core, environment={"ELEMENTS": str(elements)}) as bare:
            yield server, bare


async def _count_elements(server: Server) -> int:
    async with joined(server.address, Log()) as visitor:
        return len(visitor.elements)


async def warm_up(server: Server) -> None:
    """Load everything that one visitor needs."""
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
    output, _ = await process.communicate(b"enough")
    if process.returncode:
        log.errors.append("the browsers ended by themselves")
        return
    found = json.loads(output)
    seconds += found["seconds"]
    log.runs += found["runs"]
    log.errors += [f"browser: {error}" for error in found["errors"]]


def show(figures: Sequence[Figures]) -> list[str]:
    """Print the figures as a table; returns the broken limits."""
    print(line(HEADER), line(["---"] * len(HEADER)), *(line(one.row()) for one in figures), sep="\n", flush=True)
    return [sentence for one in figures for sentence in one.broken()]


def play(names: Sequence[str]) -> list[str]:
    """Play profiles, print their figures, write them down if they are all; returns which limits are broken."""
    figures = []
    for name in names:
        with both_servers(_set_apart()) as (server, bare):
            figures.append(asyncio.run(measure(server, bare, PROFILES[name])))
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
        ("rerun: median, p95", median_and_p95(log.reruns)),
        ("memory on its plateau, from a sixth to a half of the time", f"{plateau:.0f} MB"),
        ("memory in the last sixth", f"{end:.0f} MB: {end / plateau - 1:+.1%}"),
    ]
    print(*map(line, rows), "memory every ten seconds, MB:", *map(round, memory), sep="\n", flush=True)
    if minutes >= 30:
        write_section("Soak", "make load PROFILE=soak", rows)
    broken = [f"error: {error}" for error in log.errors[:5]]
    return broken + ([f"memory grew from {plateau:.0f} to {end:.0f} MB"] if end > PLATEAU * plateau else [])


def play_hall(listeners: Sequence[int]) -> list[str]:
    """Fill halls with so many listeners, print their figures and write them down; returns what is broken."""
    halls = []
    for number in listeners:
        with serving(core=_set_apart()) as server:
            halls.append(asyncio.run(hall.measure(server, number, hall.SECONDS)))
        print(line(hall.HEADER), line(halls[-1].row()), sep="\n", flush=True)
    if nginx_path() and has_nchan() and store_path():
        halls.append(at_nginx(hall.MOST, hall.SECONDS))
        print(line(hall.HEADER), line(halls[-1].row()), sep="\n", flush=True)
    write_section(
        "A hall", "make load PROFILE=hall", [one.row() for one in halls], notes=hall.NOTES, header=hall.HEADER
    )
    return [sentence for one in halls for sentence in one.broken()]


def play_wall() -> list[str]:
    """Have a thousand phones answer a presenter, and write down the figures; returns what is broken."""
    walls = []
    for seen_by in wall.SEEN_BY:
        with serving(core=_set_apart()) as server:
            walls.append(asyncio.run(wall.measure(server, seen_by)))
        print(line(wall.HEADER), line(walls[-1].row()), sep="\n", flush=True)
    rows = [one.row() for one in walls]
    write_section("A wall of digits", "make load PROFILE=wall", rows, notes=wall.NOTES, header=wall.HEADER)
    return [sentence for one in walls for sentence in one.broken()]


def play_troubles(minutes: float) -> list[str]:
    """Fill a hall at nginx, let things break in it, print and write down what that cost; returns what is broken."""
    found = at_nginx(hall.MOST, 60 * minutes, has_troubles=True)
    for header, rows in ((hall.HEADER, [found.row()]), (hall.TROUBLES_HEADER, [one.row() for one in found.outcomes])):
        print(line(header), *map(line, rows), sep="\n", flush=True)
    notes = (
        f"{found.listeners:,} listeners at nginx with nchan, two replicas, a store; {minutes:g} minutes, the presenter "
        f"moves twice a second. From the presenter's request to an event: median, p95, longest "
        f"{median_and_p95(found.delays)}, {in_ms(max(found.delays))}; {found.behind} without the last scene; nginx and "
        f"store {found.full:.0f} MB, each replica at most {found.growth:.0f} MB above its idle.",
        "Listeners come back as the page does: after a random time, of up to 0.4 ms for each of them.",
    )
    rows = [one.row() for one in found.outcomes]
    write_section(
        "A hall's troubles", "make load PROFILE=troubles MINUTES=5", rows, notes=notes, header=hall.TROUBLES_HEADER
    )
    return found.broken()


def at_nginx(listeners: int, seconds: float, has_troubles: bool = False) -> hall.Hall:
    """Return what happens in a hall whose listeners are at nginx; with troubles, what breaks there and comes back."""
    with TemporaryDirectory() as folder, storing(Path(folder)) as store, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECORE_ROOMS", store.url)
        with running(is_hall=True) as site:
            place = hall.AtNginx(site, store)
            troubles = hall.troubles_of(site, store) if has_troubles else ()
            return visits(hall.measure(place, listeners, seconds, "nginx with nchan", troubles))


def _set_apart() -> int | None:
    """Reserve the first processor for the server, if there are more; returns its number."""
    usable = sorted(os.sched_getaffinity(0) | _taken)
    if len(usable) < 2:
        return None
    _taken.add(usable[0])
    os.sched_setaffinity(0, set(usable[1:]))
    return usable[0]


_taken: set[int] = set()


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Play crowds of visitors.")
    others = ("soak", "hall", "troubles", "wall")
    parser.add_argument(
        "profile", nargs="?", choices=[*PROFILES, *others], help="default: all but soak, hall, troubles, wall"
    )
    parser.add_argument("--minutes", type=float, default=30, metavar="M", help="of soak and troubles; default: 30")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.profile == "soak":
        broken = play_soak(options.minutes)
    elif options.profile == "hall":
        broken = play_hall(hall.LISTENERS)
    elif options.profile == "troubles":
        broken = play_troubles(options.minutes)
    elif options.profile == "wall":
        broken = play_wall()
    else:
        broken = play([options.profile] if options.profile else list(PROFILES))
    for sentence in broken:
        print(sentence, file=sys.stderr)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
