"""The fair queue: a limited number of threads at once, in the order in which they came."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest

from tests.load.client import play
from ui.server.fair_queue import FairQueue


@pytest.mark.parametrize("allowed", [1, 3])
def test_who_came_first_goes_first_and_no_more_than_allowed_at_once(allowed: int) -> None:
    queue, inside = FairQueue(allowed), threading.Semaphore(allowed)
    order: list[int] = []

    def go(number: int) -> None:
        with queue:
            order.append(number)
            assert inside.acquire(blocking=False)
            inside.release()

    with contextlib.ExitStack() as taken:
        for _ in range(allowed):
            taken.enter_context(queue)
        threads = []
        for number in range(20):
            threads.append(threading.Thread(target=go, args=(number,)))
            threads[-1].start()
            while queue.waiting <= number:  # until it is in the queue
                pass
    for thread in threads:
        thread.join(10)
    assert sorted(order) == list(range(20))
    if allowed == 1:
        assert order == sorted(order)


def test_an_error_frees_the_place() -> None:
    queue = FairQueue(1)
    for _ in range(3):
        with contextlib.suppress(RuntimeError), queue:
            raise RuntimeError
    assert queue.waiting == 0


def test_coroutines_wait_in_turn_until_few_threads_wait() -> None:
    queue, order = FairQueue(1, most_waiting=2), list[int]()

    async def come(number: int) -> None:
        await queue.short(60)
        order.append(number)

    async def crowd() -> None:
        threads = [threading.Thread(target=queue.__enter__) for _ in range(2)]
        queue.__enter__()
        for number, thread in enumerate(threads):
            thread.start()
            while queue.waiting <= number:
                await asyncio.sleep(0)
        coming = [asyncio.create_task(come(number)) for number in range(4)]
        await asyncio.sleep(0.05)  # nobody gets in meanwhile
        assert order == []
        for left in (1, 3, 4):  # one thread leaves, and there is room for one more; then for two more
            queue.__exit__()
            while len(order) < left:
                await asyncio.sleep(0)
        await asyncio.gather(*coming)
        for thread in threads:
            thread.join(10)

    play(crowd())
    assert order == [0, 1, 2, 3]


def test_a_coroutine_waits_no_longer_than_it_has_to() -> None:
    queue = FairQueue(1, most_waiting=0)  # there is never room

    async def come() -> None:
        for _ in range(3):  # nobody is left in the way
            await asyncio.wait_for(queue.short(0.01), 30)

    play(come())
