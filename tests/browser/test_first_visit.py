"""The first visit over a slow line, and what jumps while pages load. `make bench` has the figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.bench_visit import NETWORKS, visit
from ui.features import FEATURES

SLOW = next(iter(NETWORKS.values()))
BETTER = (6e6 / 8, 60)  # where the test does not take a minute
OFTEN = ("", "map", "denoise", "colorize", "scenes", "sound")  # where much comes late
ADDRESSES = [feature.page.address for feature in FEATURES if feature.page]


def test_on_a_slow_line_a_slider_moves_long_before_the_page_is_there(app: str, chromium: Browser) -> None:
    found = visit(chromium, app, SLOW)
    assert found.bytes < 700_000
    assert found.moves < found.whole / 2


def test_on_a_slow_line_compression_halves_the_wait_for_the_page(app: str, chromium: Browser) -> None:
    found, plain = visit(chromium, app, BETTER), visit(chromium, app, BETTER, compressed=False)
    assert found.bytes < plain.bytes / 1.5
    assert found.whole < plain.whole / 1.5


@pytest.mark.parametrize(
    ("address", "phone"),
    [
        *(pytest.param(address, True, marks=[] if address in OFTEN else [pytest.mark.proof]) for address in ADDRESSES),
        *(pytest.param(address, False, marks=[pytest.mark.proof] if address else []) for address in ADDRESSES),
    ],
)
def test_nothing_jumps_while_a_page_loads(app: str, chromium: Browser, address: str, phone: bool) -> None:
    assert visit(chromium, f"{app}/{address}", phone=phone).shift <= 0.1
