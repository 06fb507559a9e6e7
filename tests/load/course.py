"""What a visitor does: draws three digits, bends their latents for a minute, clicks on the map, denoises, shares."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from tests.load.client import Visitor, key_in, visit
from ui.ink import rasterize
from ui.samples import drawing

CLICKS = 3  # on the map, and changes of the noise


@dataclass
class Log:
    """What a crowd's visitors saw: seconds to the first page and to each rerun's end, runs of the script, errors."""

    joins: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    runs: int = 0
    errors: list[str] = field(default_factory=list)


@asynccontextmanager
async def joined(address: str, log: Log, page: str = "", query: str = "") -> AsyncIterator[Visitor]:
    """Open a page; what the visitor's runs took is noted in the end."""
    async with visit(address, page, query) as visitor:
        log.joins.append(visitor.joined)
        try:
            yield visitor
        finally:
            log.runs += visitor.runs


async def course(visitor: Visitor, log: Log, seconds: float, rng: random.Random) -> None:
    """Do everything once, with `seconds` of slider commits; raises AssertionError where the app does not follow."""
    start, digits = time.perf_counter(), rng.sample(range(10), 3)
    for digit in digits:
        await _draw(visitor, log, digit, rng)
    await _bend(visitor, log, seconds / 2, rng)
    await _click_on_map(visitor, log, rng)
    await _denoise(visitor, log, rng)
    await _go(visitor, log, "", rng)
    await _bend(visitor, log, seconds / 2, rng)
    await _share(visitor, log)
    assert time.perf_counter() - start >= seconds


async def _draw(visitor: Visitor, log: Log, digit: int, rng: random.Random) -> None:
    await _do(log, visitor.press("Clear"), rng)
    assert visitor.told("deck")["image"] is None
    canvas = next(key_in(id_) for id_, _ in visitor.widgets() if key_in(id_).startswith("canvas-"))
    for message in strokes(digit):
        await _do(log, visitor.put(canvas, drawing=message), rng)
    assert visitor.told("deck")["image"] is not None


async def _bend(visitor: Visitor, log: Log, seconds: float, rng: random.Random) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start, told = time.perf_counter(), visitor.told("deck")
        latent = told["latent"]
        latent[rng.randrange(len(latent))] = round(rng.uniform(-2, 2), 2)
        log.reruns.append(await visitor.settle("deck", seq=told["seq"], latent=latent))
        assert visitor.told("deck")["latent"] == latent
        await asyncio.sleep(start + rng.uniform(1, 1.2) - time.perf_counter())  # at most one a second


async def _click_on_map(visitor: Visitor, log: Log, rng: random.Random) -> None:
    await _go(visitor, log, "map", rng)
    for _ in range(CLICKS):
        latent = [round(rng.gauss(0, 1), 2) for _ in range(16)]
        await _do(log, visitor.trigger("map", "picked", {"model": "default", "latent": latent}), rng)
        assert visitor.told("map")["sources"]["default"]["latent"] == latent


async def _denoise(visitor: Visitor, log: Log, rng: random.Random) -> None:
    await _go(visitor, log, "denoise", rng)
    kept = {name: visitor.told("noise")[name] for name in ("kind", "mean", "seed", "box", "damage")}
    for _ in range(CLICKS):
        level = round(rng.uniform(0.1, 0.9), 2)
        await _do(log, visitor.settle("noise", **kept, level=level), rng)
        assert visitor.told("noise")["level"] == level


async def _share(visitor: Visitor, log: Log) -> None:
    """Open one's own link as somebody else does."""
    async with joined(visitor.address, log, query=visitor.query) as friend:
        assert friend.told("deck")["latent"] == visitor.told("deck")["latent"]


async def _go(visitor: Visitor, log: Log, page: str, rng: random.Random) -> None:
    await _do(log, visitor.open(page), rng)


async def _do(log: Log, action: Any, rng: random.Random) -> None:
    log.reruns.append(await action)
    await asyncio.sleep(rng.uniform(0.5, 1.5))


@cache
def strokes(digit: int) -> list[dict[str, Any]]:
    """Return what the canvas tells after each stroke of a digit: everything drawn so far, and its picture."""
    return list(_told(drawing(digit)["objects"]))


def _told(objects: list[Any]) -> Iterator[dict[str, Any]]:
    for drawn in range(1, len(objects) + 1):
        raw = {"version": "7.4.0", "objects": objects[:drawn], "background": "#000000"}
        ink = rasterize(raw)
        file = io.BytesIO()
        Image.fromarray(np.dstack([ink, ink, ink, np.full_like(ink, 255)])).save(file, "PNG")
        yield {"raw": raw, "data": f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"}
