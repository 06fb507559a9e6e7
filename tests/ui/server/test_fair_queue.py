"""Few at once, in the order in which they came."""

from __future__ import annotations

import contextlib
import threading

import pytest

from ui.server.fair_queue import Turns


@pytest.mark.parametrize("allowed", [1, 3])
def test_who_came_first_goes_first_and_no_more_than_allowed_at_once(allowed: int) -> None:
    turns, inside = Turns(allowed), threading.Semaphore(allowed)
    order: list[int] = []

    def go(number: int) -> None:
        with turns:
            order.append(number)
            assert inside.acquire(blocking=False)
            inside.release()

    with contextlib.ExitStack() as taken:
        for _ in range(allowed):
            taken.enter_context(turns)
        threads = []
        for number in range(20):
            threads.append(threading.Thread(target=go, args=(number,)))
            threads[-1].start()
            while turns.waiting <= number:  # it stands in line
                pass
    for thread in threads:
        thread.join(10)
    assert sorted(order) == list(range(20))
    if allowed == 1:
        assert order == sorted(order)


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with contextlib.suppress(RuntimeError), turns:
            raise RuntimeError
    assert turns.waiting == 0
