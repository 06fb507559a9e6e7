"""The smallest load, shortened: nothing goes wrong, and every figure of `make load` can be had. No time is asserted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.replicas import has_nchan, nginx_path
from tests.load import hall
from tests.load.__main__ import at_nginx, both_servers, measure
from tests.load.client import play, visit
from tests.load.course import Log
from tests.load.figures import CPU_RATIO, HEADER, IDLE, P95_RATIO, PROFILES, Bare, Figures, plateau_and_end
from tests.server import Server
from tests.stores import store_path

SHORT = replace(PROFILES["1"], seconds=6, pause=0.2, forgotten=0)


@pytest.mark.proof  # half a minute; `make load` is the same with more visitors
def test_the_smallest_load_goes_well_and_is_measured() -> None:
    with both_servers() as (server, bare):
        figures = play(measure(server, bare, SHORT))
        assert play(elements(server)) == play(elements(bare)) > 30
        libraries = Path(f"/proc/{server.pid}/maps").read_text()
    assert figures.log.errors == []
    assert len(figures.log.joins) == 2  # the visitor, and who opens the visitor's link
    assert figures.log.runs == len(figures.log.joins) + len(figures.log.reruns) > 20
    assert figures.idle <= IDLE
    assert figures.full <= figures.idle + 10  # one visitor's session, and what is left of warming up
    assert figures.bare.log.errors == []
    assert len(figures.bare.log.joins) == 2  # before and after
    assert len(figures.bare.log.reruns) >= 4
    assert 0 < figures.cpu_ratio < 100
    assert 0 < figures.p95_ratio < 100
    assert figures.bare.idle < figures.idle
    assert len(figures.row()) == len(HEADER)
    assert all(math.isfinite(value) for value in (figures.left, figures.per_session))
    assert not [name for name in ("tensorflow", "pandas", "pyarrow", "scipy") if f"/{name}/" in libraries]


async def elements(server: Server) -> int:
    async with visit(server.address) as visitor:
        return len(visitor.elements)


def test_a_broken_limit_is_named() -> None:
    bare = Bare(Log([0.1], [0.1] * 50, 50), cpu_per_run=0.01, idle=90)
    good = Figures(
        PROFILES["20"], Log([0.1], [0.1] * 50, 50), 0.01 * CPU_RATIO, idle=150, full=160, left=155, bare=bare
    )
    assert good.broken() == []
    for worse, word in (
        (replace(good, log=Log([0.1], [0.1] * 40 + [0.11 * P95_RATIO] * 10, 50)), "p95"),
        (replace(good, cpu_per_run=0.011 * CPU_RATIO), "CPU"),
        (replace(good, idle=201, full=205), "idle"),
        (replace(good, full=171), "session"),
        (replace(good, log=Log([0.1], [0.1], 1, ["KeyError: no deck"])), "KeyError"),
        (replace(good, bare=replace(bare, log=Log([0.1], [0.1], 1, ["KeyError: no slider"]))), "KeyError"),
    ):
        (sentence,) = worse.broken()
        assert word in sentence
    crowded = replace(good, profile=PROFILES["100"], full=160, log=Log([1], [1.0], 2))
    assert crowded.broken() == []


def test_memory_that_grows_leaves_its_plateau() -> None:
    assert plateau_and_end([100, 150, *[160] * 10]) == (160, 160)
    plateau, end = plateau_and_end([100 + 2 * minute for minute in range(60)])
    assert end > 1.05 * plateau


def test_a_small_hall_hears_everything(app_server: Server) -> None:
    found = play(hall.measure(app_server, 20, 2))
    assert (found.behind, found.lost) == (0, 0)
    assert len(found.delays) > 0
    assert len(found.row()) == len(hall.HEADER)


def test_a_small_hall_comes_back_from_what_breaks() -> None:
    if not (nginx_path() and has_nchan() and store_path()):
        pytest.skip("needs nginx with nchan, and redis-server or valkey-server")
    found = at_nginx(40, 16, has_troubles=True)
    assert found.behind == 0
    assert [one.lost > 0 for one in found.outcomes] == [one.trouble.cuts for one in found.outcomes]
    assert len(found.outcomes) == 4
    assert max(max(one.presenter, one.everybody) for one in found.outcomes) < 10
