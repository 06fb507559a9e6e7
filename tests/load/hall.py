"""A hall: listeners of a room without a browser, while its presenter moves; `python -m tests.load hall`."""

from __future__ import annotations

import asyncio
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from deploy.measure import cpu_seconds, megabytes, megabytes_in_all, with_children
from deploy.replicas import Replicas
from tests.load.figures import in_ms, median_and_p95, p95
from tests.stores import Store

LISTENERS = (500, 1_000, 3_000)
MOST = 10_000  # at nginx
SECONDS = 30
PACE = 0.5  # seconds between two scenes of the presenter
WITHIN = 1.0  # seconds, for 95 of 100 events
_JOINS = 50  # at once
_LONGEST = 30  # seconds to wait for the last scene
_EACH, _SOONEST, _LATEST = (
    0.0004,
    0.5,
    30.0,
)  # seconds until a lost listener tries again, as the page does (listening.js)
_AGAIN = 0.1  # seconds until a presenter who was not heard says it again


class Listener(asyncio.Protocol):
    """Somebody who follows a room: notes when each scene arrives."""

    def __init__(self, host: str, path: str, hall: Hall) -> None:
        self.hall, self.last, self.tries = hall, -1, 0
        self._request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self._rest = b""
        self.begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self._rest = transport, b""
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"HTTP/1.1 ") and b" 200 " not in line:
                self.transport.close()  # a refusal: it tries again
            elif line.startswith(b"data: {"):
                self._take(json.loads(line[6:]), now)

    def _take(self, event: dict[str, object], now: float) -> None:
        self.tries = 0
        if not self.begun.done():
            self.begun.set_result(None)
        scene = event.get("scene")
        if isinstance(scene, dict) and "number" in scene:
            self.last = int(scene["number"])
            if self.last in self.hall.sent:
                self.hall.delays.append(now - self.hall.sent[self.last])

    def connection_lost(self, error: Exception | None) -> None:
        if not self.hall.is_over:
            self.hall.lost += 1
        if not self.begun.done():
            self.begun.set_exception(error or ConnectionError("no answer"))
        elif self.hall.troubles:
            self._come_back()

    def _come_back(self) -> None:
        longest = min(max(_SOONEST, _EACH * self.hall.listeners) * 2 ** max(self.tries - 1, 0), _LATEST)
        self.tries += 1
        asyncio.get_running_loop().call_later(random.random() * longest, lambda: asyncio.ensure_future(self._connect()))

    async def _connect(self) -> None:
        if self.hall.is_over:
            return
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, *self.hall.place)
        except OSError:
            self._come_back()


class Place(Protocol):
    """Where rooms are: one server, or an nginx."""

    @property
    def address(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def memory(self) -> float: ...

    @property
    def cpu(self) -> float: ...


@dataclass
class AtNginx:
    """The memory and the CPU time of nginx and the store, behind which are two replicas."""

    site: Replicas
    store: Store

    @property
    def address(self) -> str:
        return self.site.address

    @property
    def port(self) -> int:
        return self.site.port

    @property
    def _processes(self) -> list[int]:
        assert self.site.nginx is not None
        return [*with_children(self.site.nginx.pid), self.store.process.pid]

    @property
    def memory(self) -> float:
        return megabytes_in_all(self._processes)

    @property
    def cpu(self) -> float:
        return sum(map(cpu_seconds, self._processes))

    @property
    def behind(self) -> dict[int, float]:
        """The megabytes of each replica, by its process."""
        return {one.pid: megabytes(one.pid) for one in self.site.replicas.values() if one.poll() is None}


@dataclass(frozen=True)
class Trouble:
    """Something that breaks in a hall, when a part of its time is over, and the seconds that are allowed then.

    `presenter`: until the presenter's next word is taken; `everybody`: until all listeners have a newer scene. None of
    them may lose the connection unless the trouble `cuts` it.
    """

    name: str
    at: float
    make: Callable[[], object]
    presenter: float
    everybody: float
    cuts: bool = False


@dataclass
class Outcome:
    """What a trouble cost, in seconds and lost connections."""

    trouble: Trouble
    presenter: float
    everybody: float = float("inf")
    lost: int = 0

    def broken(self) -> list[str]:
        """Return the limits that are broken, as sentences."""
        trouble, found = self.trouble, []
        if self.presenter > trouble.presenter:
            found.append(f"the presenter was back after {self.presenter:.1f} s, wanted {trouble.presenter:g} s")
        if self.everybody > trouble.everybody:
            found.append(f"everybody was back after {self.everybody:.1f} s, wanted {trouble.everybody:g} s")
        if self.lost and not trouble.cuts:
            found.append(f"{self.lost} lost connections")
        return [f"{trouble.name}: {sentence}" for sentence in found]

    def row(self) -> tuple[str, ...]:
        """Return the figures as a row of a table."""
        return self.trouble.name, f"{self.presenter:.2f} s", f"{self.everybody:.2f} s", f"{self.lost:,}"


def troubles_of(site: Replicas, store: Store) -> tuple[Trouble, ...]:
    """Return what breaks in a hall at nginx: one replica is killed, nginx and the store are started again."""

    def restart_nginx() -> None:
        assert site.nginx is not None
        site.nginx.terminate()  # a killed one leaves its workers
        site.nginx.wait()
        site.start_nginx()

    def restart_store() -> None:
        store.stop()
        store.start()

    return (
        Trouble("one of two replicas killed", 0.2, lambda: site.kill_replica("one"), 1, 5),
        Trouble("that replica started again", 0.35, lambda: site.start_replica("one"), 1, 5),
        Trouble("nginx stopped and started again", 0.5, restart_nginx, 5, 5, cuts=True),
        Trouble("the store stopped and started again", 0.75, restart_store, 5, 5),
    )


TROUBLES_HEADER = (
    "what happened",
    "the presenter's next word was taken after",
    "everybody had it after",
    "lost connections",
)


@dataclass
class Hall:
    """What happened in a hall: when each scene was sent, and the seconds until listeners had one."""

    listeners: int
    served_by: str = "one process"
    joined: float = 0.0  # seconds that it took them all to join
    sent: dict[int, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    lost: int = 0  # connections
    behind: int = 0  # listeners that did not get the last scene
    is_over: bool = False
    memory: float = 0.0  # kB of the server for each of them
    full: float = 0.0  # megabytes of the server when all are there
    growth: float = 0.0  # megabytes of a replica behind it, above its idle
    cpu: float = 0.0  # seconds of the server's CPU time per second
    troubles: Sequence[Trouble] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    place: tuple[str, int] = ("127.0.0.1", 0)

    def broken(self) -> list[str]:
        """Return the limits that are broken, as sentences."""
        found = []
        if self.behind or (self.lost and not self.troubles):
            found.append(f"{self.behind} without the last scene, {self.lost} lost connections")
        if p95(self.delays) > WITHIN:
            found.append(f"p95 of an event is {in_ms(p95(self.delays))}, wanted {WITHIN:g} s")
        found += [sentence for one in self.outcomes for sentence in one.broken()]
        return [f"{self.listeners} listeners: {sentence}" for sentence in found]

    def row(self) -> tuple[str, ...]:
        """Return the figures as a row of a table."""
        return (
            f"{self.listeners:,}",
            self.served_by,
            f"{self.joined:.1f} s",
            f"{median_and_p95(self.delays)}, {in_ms(max(self.delays))}",
            f"{len(self.delays) / self.listeners:.1f} of {len(self.sent)}",
            str(self.behind),
            str(self.lost),
            f"{self.memory:.1f} kB, {self.full:.0f} MB",
            f"{100 * self.cpu:.0f} %",
        )


HEADER = (
    "listeners",
    "served by",
    "all joined within",
    "from the presenter's request to an event: median, p95, longest",
    "scenes that a listener got",
    "without the last scene",
    "lost connections",
    "memory: for each, in all",
    "server's processor",
)


NOTES = (
    "One process serves them all, on a processor of its own; the listeners are one process without a browser, on the "
    "other. The presenter sends a scene of 1.5 kB twice a second; of several, a listener may get the newest only.",
    "They listen at /follow/NAME/events, as the page without a session does. Memory and processor are the server's; of "
    "nginx with nchan, all its processes' and the store's, what they share once. Behind that are two replicas.",
    f"Limits: nobody lost, everybody has the last scene, p95 of an event {WITHIN:g} s.",
)


def ask(address: str, path: str, body: bytes, key: str = "") -> dict[str, object]:
    """Return a room's answer to a POST request."""
    headers = {"Content-Type": "application/json", "X-Room-Key": key}
    with urllib.request.urlopen(urllib.request.Request(f"{address}{path}", body, headers), timeout=60) as answer:
        found: dict[str, object] = json.loads(answer.read())
    return found


def scene(number: int) -> bytes:
    """Return a scene as large as a presenter's: an image and a latent."""
    latent = [round(((number * 7 + i) % 60) / 10 - 3, 2) for i in range(16)]
    return json.dumps(
        {
            "page": "",
            "model": "default",
            "image": "A" * 1045 + "A==",
            "latent": latent,
            "home": latent,
            "digit": 3,
            "source": "sample",
            "number": number,
        }
    ).encode()


async def measure(
    server: Place,
    listeners: int,
    seconds: float,
    served_by: str = "one process",
    troubles: Sequence[Trouble] = (),
) -> Hall:
    """Return what happens while so many listen and a presenter moves twice a second, and things break meanwhile."""
    hall = Hall(listeners, served_by, troubles=troubles, place=("127.0.0.1", server.port))
    due = sorted(troubles, key=lambda trouble: trouble.at)
    room = await asyncio.to_thread(ask, server.address, "/rooms", b"{}")
    name, key = str(room["name"]), str(room["key"])
    before, replicas = server.memory, server.behind if isinstance(server, AtNginx) else {}
    start = time.perf_counter()
    everybody: list[Listener] = []
    with _closing(everybody, hall):
        await _join(f"/follow/{name}/events", hall, everybody)
        hall.joined = time.perf_counter() - start
        hall.full = server.memory
        hall.memory = 1000 * (hall.full - before) / listeners
        cpu, start = server.cpu, time.perf_counter()
        count, watching = int(seconds / PACE), []
        for number in range(count):
            hall.sent[number] = begin = time.perf_counter()
            trouble = due.pop(0) if due and number >= due[0].at * count else None
            lost = hall.lost
            if trouble is not None:
                await asyncio.to_thread(trouble.make)
            await _say(server, f"/rooms/{name}", scene(number), key, is_patient=bool(troubles))
            if trouble is not None:
                outcome = Outcome(trouble, time.perf_counter() - begin)
                hall.outcomes.append(outcome)
                watching.append(asyncio.ensure_future(_watch(outcome, hall, everybody, number, begin, lost)))
            await asyncio.sleep(max(0.0, begin + PACE - time.perf_counter()))
        for watch in watching:
            watch.cancel()
        end = time.perf_counter() + _LONGEST
        while any(one.last != number for one in everybody) and time.perf_counter() < end:
            await asyncio.sleep(0.05)
        hall.cpu = (server.cpu - cpu) / (time.perf_counter() - start)
        if isinstance(server, AtNginx):
            hall.growth = max((now - replicas[one] for one, now in server.behind.items() if one in replicas), default=0)
        hall.behind = sum(one.last != number for one in everybody)
    return hall


async def _say(server: Place, path: str, body: bytes, key: str, is_patient: bool) -> None:
    while True:
        try:
            await asyncio.to_thread(ask, server.address, path, body, key)
        except (urllib.error.URLError, OSError):
            if not is_patient:
                raise
            await asyncio.sleep(_AGAIN)
        else:
            return


async def _watch(
    outcome: Outcome, hall: Hall, everybody: Sequence[Listener], number: int, begin: float, lost: int
) -> None:
    """Note when everybody has a scene or a newer one, and how many have lost the connection since."""
    while any(one.last < number for one in everybody):
        await asyncio.sleep(0.05)
        outcome.lost = hall.lost - lost
    outcome.everybody = time.perf_counter() - begin


async def _join(path: str, hall: Hall, everybody: list[Listener]) -> None:
    slots = asyncio.Semaphore(_JOINS)

    async def one() -> None:
        async with slots:
            _, listener = await asyncio.get_running_loop().create_connection(
                lambda: Listener(f"localhost:{hall.place[1]}", path, hall), *hall.place
            )
            everybody.append(listener)
            await listener.begun

    await asyncio.gather(*(one() for _ in range(hall.listeners)))


@contextmanager
def _closing(everybody: Sequence[Listener], hall: Hall) -> Iterator[None]:
    try:
        yield
    finally:
        hall.is_over = True
        for one in everybody:
            one.transport.close()
