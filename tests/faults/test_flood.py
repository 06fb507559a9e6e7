"""Visitors who ask for their page over and over do not keep it from the others."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from contextlib import AsyncExitStack

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.faults.conftest import Report
from tests.load.client import Visitor, play, visit
from tests.server import Server

SESSIONS, PAUSE = 20, 0.1  # seconds between two wishes of a session


async def choose(visitor: Visitor, digit: int) -> float:
    """Put a sample digit on the table; returns how many seconds that took."""
    return await visitor.trigger("examples-samples", "picked", {"number": digit})


def test_the_others_are_served_while_a_flood_goes_on(server: Server, report: Report) -> None:
    async def flood(visitor: Visitor, sent: Counter[Visitor]) -> None:
        while True:
            await visitor.send(BackMsg(rerun_script=visitor.client_state()))
            sent[visitor] += 1
            await asyncio.sleep(PAUSE)

    async def visits() -> None:
        async with AsyncExitStack() as stack:
            good = await stack.enter_async_context(visit(server.address))
            bad = [await stack.enter_async_context(visit(server.address)) for _ in range(SESSIONS)]
            alone = [await choose(good, digit) for digit in range(5, 10)]
            sent: Counter[Visitor] = Counter()
            floods = [asyncio.create_task(flood(visitor, sent)) for visitor in bad]
            while sent.total() < 10 * SESSIONS:  # it is in full flow
                await asyncio.sleep(PAUSE)
            took = []
            for digit in (0, 1, 2, 3, 4, 0, 1):  # each fails after a minute without an answer
                took.append(await choose(good, digit))
                assert f"digit={digit}" in good.query
            assert not any(task.done() for task in floods)  # it went on all the time
            for task in floods:
                task.cancel()
            # Some 6 times; 500 where all pages are made at once. The first may meet what had piled up.
            assert statistics.median(took) < 60 * statistics.median(alone)
            report.row(
                f"{SESSIONS} sessions ask for their page ten times a second",
                "others are served",
                statistics.median(took),
            )

    play(visits())
