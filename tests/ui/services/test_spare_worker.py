"""The worker that starts before there is a training for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aecore.training.job import Job
from aecore.training.presets import PRESETS
from tests.server import ending_trainings
from ui.services import spare_worker, training_queue


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path))
    monkeypatch.delenv("AECORE_SPARE_WORKER", raising=False)
    monkeypatch.setattr(spare_worker, "IDLE", 0.0)
    with ending_trainings(tmp_path):
        yield tmp_path


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_trains_what_comes_and_the_next_training_starts_one_of_its_own(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_worker, "IDLE", 100.0)
    training_queue.expect()
    training_queue.expect()  # one is enough
    assert spare_worker.is_waiting()
    job = Job("dim2", PRESETS["dim2"].spec, epochs=1, batch=256, learning_rate=1e-3, source="strokes")
    secret = training_queue.start(job, [])
    assert not spare_worker.is_waiting()
    until(lambda: (training_queue.look(secret) or {}).get("state") == "done")
    assert training_queue.model_file(secret)


def test_it_ends_when_nobody_wants_it_and_is_not_started_where_it_is_unwanted(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training_queue.expect()
    until(lambda: not spare_worker.is_waiting())
    monkeypatch.setenv("AECORE_SPARE_WORKER", "no")
    training_queue.expect()
    assert not spare_worker.is_waiting()
