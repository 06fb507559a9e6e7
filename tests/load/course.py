"""A visitor's actions: draw three digits, move their sliders for a minute, click on the map, denoise, share."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.load.client import Visitor, visit
from ui.services.drawing import Drawing, normalise, sample_drawing
from ui.services.frontend_assets import image_to_base64

CLICKS = 3  # on the map, and changes of the noise


@dataclass
class Log:
    """The log of a crowd's visitors: seconds to the first page and to each rerun's end, runs of the script, errors."""

    joins: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    runs: int = 0
    errors: list[str] = field(default_factory=list)


@asynccontextmanager
async def joined(address: str, log: Log, query: str = "") -> AsyncIterator[Visitor]:
    """Open the first page; at the end, add the visitor's runs of the script to the log."""
    async with visit(address, query=query) as visitor:
        log.joins.append(visitor.joined)
        try:
            yield visitor
        finally:
            log.runs += visitor.runs


async def move_slider(visitor: Visitor, log: Log, rng: random.Random, seconds: float) -> None:
    """Move the slider of the bare page about once a second, like visitors of the app."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start, value = time.perf_counter(), round(rng.uniform(-2, 2), 2)
        log.reruns.append(await visitor.slide("value", value))
        assert f"It is at {value}." in visitor.texts()
        await asyncio.sleep(start + rng.uniform(1, 1.2) - time.perf_counter())


class Visit:
    """A visitor's actions, with a log; `pause` is the approximate time between two actions, in seconds."""

    def __init__(self, visitor: Visitor, log: Log, rng: random.Random, pause: float = 1) -> None:
        self.visitor, self.log, self.rng, self.pause = visitor, log, rng, pause

    async def course(self, seconds: float) -> None:
        """Do everything once, with `seconds` of slider commits; raises AssertionError where the app does not follow."""
        for digit in self.rng.sample(range(10), 3):
            await self._draw(digit)
        await self._bend(seconds / 2)
        await self._click_on_map()
        await self._denoise()
        await self._do(self.visitor.open(""))
        await self._bend(seconds / 2)
        await self._share()

    async def _draw(self, digit: int) -> None:
        await self._do(self.visitor.press("Clear"))
        assert self.visitor.data_of("draw")["image"] is None
        strokes = sample_drawing(digit).strokes
        for drawn in range(1, len(strokes) + 1):
            image = image_to_base64(normalise(Drawing(strokes[:drawn])))
            number = self.visitor.data_of("drawing_canvas")["start"]["number"]
            await self._do(self.visitor.settle("drawing_canvas", canvas=number, strokes=strokes[:drawn], image=image))
        assert self.visitor.data_of("draw")["image"] is not None

    async def _bend(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start, data = time.perf_counter(), self.visitor.data_of("draw")
            latent = data["latent"]
            latent[self.rng.randrange(len(latent))] = round(self.rng.uniform(-2, 2), 2)
            self.log.reruns.append(await self.visitor.settle("draw", seq=data["seq"], latent=latent))
            assert self.visitor.data_of("draw")["latent"] == latent
            await asyncio.sleep(start + self.rng.uniform(1, 1.2) - time.perf_counter())  # at most one a second

    async def _click_on_map(self) -> None:
        await self._do(self.visitor.open("map"))
        for _ in range(CLICKS):
            latent = [round(self.rng.gauss(0, 1), 2) for _ in range(16)]
            await self._do(self.visitor.trigger("map", "picked", {"model": "default", "latent": latent}))
            assert self.visitor.data_of("map")["sources"]["default"]["latent"] == latent

    async def _denoise(self) -> None:
        await self._do(self.visitor.open("denoise"))
        kept = {name: self.visitor.data_of("denoise")[name] for name in ("kind", "mean", "seed", "box", "damage")}
        for _ in range(CLICKS):
            level = round(self.rng.uniform(0.1, 0.9), 2)
            await self._do(self.visitor.settle("denoise", **kept, level=level))
            assert self.visitor.data_of("denoise")["level"] == level

    async def _share(self) -> None:
        """Open the visitor's link as another visitor."""
        async with joined(self.visitor.address, self.log, self.visitor.query) as friend:
            assert friend.data_of("draw")["latent"] == self.visitor.data_of("draw")["latent"]

    async def _do(self, action: Awaitable[float]) -> None:
        self.log.reruns.append(await action)
        await asyncio.sleep(self.pause * self.rng.uniform(0.5, 1.5))
