"""The fair queue: a limited number of threads at once, in the order in which they came."""

from __future__ import annotations

import contextlib
import threading

import pytest

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
