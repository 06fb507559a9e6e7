"""A wall: a thousand phones answer a presenter's question within ten seconds; `python -m tests.load wall`."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from aecore.data.synthetic import synthetic_digits
from tests.browser.chromium import OPTIONS, browser_path
from tests.load.figures import in_ms, median_and_p95
from tests.load.hall import ask
from tests.server import Server

PHONES = 1_000
WITHIN = 10.0  # seconds
FEWEST_FRAMES = 30.0  # a second
_LOOK = 0.25  # seconds, as the presenter's page does
_LONGEST = 60.0  # seconds to wait for the last digit
_NUMBERS = 16
_SETTLED = 3.0  # seconds in which the page paints at its own pace, before
_FRAMES = """() => {
    window.frames_ = [];
    const note = (now) => { window.frames_.push(now); requestAnimationFrame(note); };
    requestAnimationFrame(note);
    return 0;
}"""


Asked = tuple[str, int, Callable[[], Awaitable[int]]]  # room, number of the poll, how many digits are there


@dataclass
class Wall:
    """What happened: the seconds each answer took, and how the presenter's page painted meanwhile."""

    seen_by: str
    sent: list[float] = field(default_factory=list)
    refused: int = 0
    counted: int = 0  # on the wall in the end
    spread: float = 0.0  # seconds from the first to the last answer
    late: float = 0.0  # seconds from the last answer until all are on the wall
    updates: int = 0  # with new digits
    frames: list[float] = field(default_factory=list)  # seconds from one to the next
    cpu: float = 0.0  # seconds of the server's CPU time per second

    @property
    def rate(self) -> float:
        """Frames a second, NaN without a browser."""
        return len(self.frames) / sum(self.frames) if self.frames else math.nan

    def broken(self) -> list[str]:
        """Return the limits that are broken, as sentences."""
        found = [] if self.counted == PHONES else [f"{self.counted} of {PHONES} digits are on the wall"]
        if self.rate < FEWEST_FRAMES:
            found.append(f"{self.rate:.0f} frames a second, wanted {FEWEST_FRAMES:g}")
        return [f"{self.seen_by}: {sentence}" for sentence in found]

    def row(self) -> tuple[str, ...]:
        """Return the figures as a row of a table."""
        frames = f"{self.rate:.0f} a second, {in_ms(max(self.frames))}" if self.frames else "-"
        return (
            self.seen_by,
            f"{self.counted:,} of {PHONES:,}, {self.refused} refused",
            f"{self.spread:.1f} s",
            median_and_p95(self.sent),
            in_ms(self.late),
            f"{self.updates}",
            frames,
            f"{100 * self.cpu:.0f} %",
        )


HEADER = (
    "seen by",
    "digits counted",
    "sent within",
    "an answer: median, p95",
    "from the last one until all are there",
    "updates with new digits",
    "frames, the longest",
    "server's processor",
)
NOTES = (
    f"{PHONES:,} phones without a browser send a digit of 828 bytes each, over connections of their own, "
    "as the page without a session does; the server has a processor to itself.",
    "A browser shows the wall with its map, or a scene of a talk; both with the mean, and the walk through all digits, "
    "in a window of 1440 x 900 pixels, painted without a graphics processor.",
    f"Limits: all counted, {FEWEST_FRAMES:g} frames a second.",
)


def answers(number: int) -> list[bytes]:
    """Return what the phones send."""
    images = synthetic_digits().train.images[:PHONES]
    rng = np.random.default_rng(1)
    latents = np.round(100 * rng.normal(size=(PHONES, _NUMBERS)).clip(-4, 4)).astype("<i2")
    head = number.to_bytes(4, "little")
    pixels = np.round(255 * images).astype(np.uint8)
    return [
        head + rng.bytes(8) + latent.tobytes() + image.tobytes() for latent, image in zip(latents, pixels, strict=True)
    ]


async def measure(server: Server, seen_by: str) -> Wall:
    """Return what happens while a thousand phones answer; `seen_by` is one of `SEEN_BY`."""
    wall = Wall(seen_by)
    async with SEEN_BY[seen_by](server, wall) as (name, number, count):
        data = answers(number)
        cpu, start = server.cpu, time.perf_counter()
        await asyncio.gather(*(_send(server, wall, name, one, WITHIN * i / PHONES) for i, one in enumerate(data)))
        end = time.perf_counter()
        while (found := await count()) < PHONES - wall.refused and time.perf_counter() < end + _LONGEST:
            await asyncio.sleep(0.02)
        wall.counted, wall.late, wall.spread = found, time.perf_counter() - end, end - start
        wall.cpu = (server.cpu - cpu) / (time.perf_counter() - start)
    return wall


async def _send(server: Server, wall: Wall, name: str, data: bytes, after: float) -> None:
    await asyncio.sleep(after)
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST /rooms/{name}/answers HTTP/1.1\r\nHost: {server.netloc}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Type: application/octet-stream\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
    answer = await reader.read()
    writer.close()
    if b" 201 " in answer.split(b"\r\n", 1)[0]:
        wall.sent.append(time.perf_counter() - start)
    else:
        wall.refused += 1


@asynccontextmanager
async def _script(server: Server, wall: Wall) -> AsyncIterator[Asked]:
    """Ask without a browser, and look for answers as often as one does."""
    room = await asyncio.to_thread(ask, server.address, "/rooms", b"{}")
    name, key = str(room["name"]), str(room["key"])
    poll = {"number": 1, "question": "Draw a digit.", "model": "default", "numbers": _NUMBERS, "open": True}
    await asyncio.to_thread(ask, server.address, f"/rooms/{name}", json.dumps({"page": "", "poll": poll}).encode(), key)
    seen, after = 0, ""

    async def look() -> None:
        nonlocal seen, after
        while True:
            found = await asyncio.to_thread(_look, f"{server.address}/rooms/{name}/answers?after={after}", key)
            seen, after = seen + len(found["answers"]), found["after"]
            wall.updates += bool(found["answers"])
            await asyncio.sleep(_LOOK)

    async def count() -> int:
        return seen

    looking = asyncio.create_task(look())
    yield name, 1, count
    looking.cancel()


def _look(address: str, key: str) -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(address, headers={"X-Room-Key": key}), timeout=20) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


@asynccontextmanager
async def _browser(server: Server, wall: Wall, is_stage: bool = False) -> AsyncIterator[Asked]:
    """Ask in a browser that shows the wall, or a scene of a talk with it, and count its frames."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(whole=True), args=list(OPTIONS))
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        await page.goto(f"{server.address}/talk" if is_stage else server.address)
        await page.wait_for_selector(".stage[data-ready=true]" if is_stage else ".part[data-ready=true]")
        await page.get_by_role("button", name="Let others follow").click()
        name = await page.locator("dialog .name").inner_text()
        if is_stage:
            await page.get_by_role("button", name="Close", exact=True).click()
            await page.get_by_label("The scenes, as YAML").fill(_TALK)
            await page.get_by_role("button", name="Apply").click()
            await page.get_by_text("An empty wall", exact=True).first.wait_for()
            await page.wait_for_selector(".stage[data-ready=true]")
            await page.get_by_role("button", name="Present", exact=True).click()
            await page.get_by_role("button", name="Ask the hall").click()
        else:
            await page.get_by_role("button", name="Ask them to draw").click()
            await page.get_by_role("button", name="Ask", exact=True).click()
        number = await page.evaluate("async () => {" + _ASKED + "}")
        await asyncio.sleep(_SETTLED)
        await page.evaluate(_FRAMES)

        def seen(response: object) -> None:
            if "/answers?" in str(getattr(response, "url", "")):
                looking.append(asyncio.ensure_future(_has_digits(response)))

        looking: list[asyncio.Future[bool]] = []
        page.on("response", seen)

        async def count() -> int:
            shown = page.locator("dialog .answers figcaption") if is_stage else page.get_by_test_id("wall-count")
            text = await shown.inner_text()
            return int(text.split()[0].replace(",", ""))

        yield name, int(number), count
        times = await page.evaluate("window.frames_")
        wall.frames = [(b - a) / 1000 for a, b in itertools.pairwise(times)]
        wall.updates = sum(await asyncio.gather(*looking))
        await browser.close()


_ASKED = """
    const look = () => JSON.parse(sessionStorage.getItem('poll'))?.poll.number;
    while (!look()) await new Promise((resolve) => setTimeout(resolve, 50));
    return look();
"""


SEEN_BY = {
    "a presenter without a browser": _script,
    "a browser, on the wall": _browser,
    "a browser, on stage": partial(_browser, is_stage=True),
}
_TALK = "talk: A hall\nscenes:\n  - line: An empty wall\n    page: wall\n    camera: [answers, mean, walk]\n"


async def _has_digits(response: object) -> bool:
    try:
        return bool((await response.json())["answers"])  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001  # the page was closed meanwhile
        return False
