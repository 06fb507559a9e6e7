"""The queue of trainings: one at a time, each its owner's, whatever ends the worker or the server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aecore.training.job import CHECKPOINT, PROGRESS, Job
from tests.ui.conftest import PRETENDER
from ui.services import training_queue
from ui.services.training_queue import Refused, control, find, look, start

ROOT = Path(__file__).parents[3]


def until(condition: Callable[[], Any]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to that in 20 seconds")


def state(secret: str) -> str:
    progress = look(secret)
    assert progress is not None
    return str(progress["state"])


def kill(folder: Path) -> None:
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)


def test_one_trains_at_a_time_and_the_others_know_their_place(runs: Path, job: Job) -> None:
    first, second, third = start(job, []), start(job, []), start(job, [])
    until(lambda: state(first) == "training")
    assert [state(second), state(third)] == ["waiting", "waiting"]
    places = [look(secret) for secret in (second, third)]
    assert [place["place"] for place in places if place] == [1, 2]
    assert [place["sentence"] for place in places if place] == [
        "You are next: the training starts as soon as the one before is over.",
        "You are number 2 in the queue; one training runs at a time.",
    ]
    control(second, "stop", [])
    assert state(second) == "stopped"
    control(first, "stop", [])
    written = runs / third / PROGRESS
    until(lambda: json.loads(written.read_text()).get("state") == "training")  # by itself: nobody looked
    assert state(first) == "stopped"


def test_the_owner_pauses_stops_and_goes_on(runs: Path, job: Job) -> None:
    secret = start(job, [])
    until(lambda: state(secret) == "training")
    control(secret, "pause", [])
    until(lambda: state(secret) == "paused")
    control(secret, "run", [])
    until(lambda: state(secret) == "training")
    control(secret, "stop", [])
    until(lambda: (look(secret) or {})["resumable"])
    assert state(secret) == "stopped"
    control(secret, "run", [])
    until(lambda: state(secret) == "training")
    assert (look(secret) or {})["resumed"]


@pytest.mark.parametrize(
    "guess", ["", "0", "0" * 32, "../models", "../../etc/passwd", "%2e%2e", "A" * 32, "x" * 10_000, "\0"]
)
def test_who_lacks_the_secret_sees_and_changes_nothing(runs: Path, job: Job, guess: str) -> None:
    secret = start(job, [])
    until(lambda: state(secret) == "training")
    assert find(guess) is look(guess) is training_queue.model_file(guess) is training_queue.preview(guess) is None
    for wish in ("pause", "stop", "run"):
        control(guess, wish, [])
    for wish in ("", "delete", "stop\n", "../stop"):
        control(secret, wish, [])
    time.sleep(0.3)  # nothing comes of it
    assert state(secret) == "training"
    assert len({start(job, []) for _ in range(3)} | {secret}) == 4
    assert all(len(path.name) == 32 for path in runs.iterdir() if path.is_dir())


def test_a_visitor_has_one_training_at_a_time(runs: Path, job: Job) -> None:
    mine = start(job, [])
    with pytest.raises(Refused, match="Your other training is still running or waiting"):
        start(job, [mine])
    start(job, [])  # somebody else
    until(lambda: state(mine) == "training")
    control(mine, "stop", [])
    until(lambda: state(mine) == "stopped")
    start(job, [mine])


def test_the_queue_is_bounded(runs: Path, job: Job) -> None:
    for _ in range(1 + training_queue.MAX_WAITING):
        start(job, [])
    with pytest.raises(Refused, match="8 trainings are waiting already"):
        start(job, [])


def test_old_trainings_make_room_but_none_that_runs_or_waits(
    runs: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_queue, "MAX_KEPT", 2)
    secrets = []
    for _ in range(5):
        secrets.append(start(job, []))
        until(lambda: state(secrets[-1]) == "training")
        control(secrets[-1], "stop", [])
        until(lambda: state(secrets[-1]) == "stopped" and not training_queue.is_live(runs / secrets[-1]))
    last, waiting = start(job, []), start(job, [])
    assert [find(secret) is not None for secret in secrets] == [False, False, False, True, True]
    monkeypatch.setattr(training_queue, "MAX_BYTES", 0)
    start(job, [])
    assert [find(secret) is not None for secret in [*secrets, last, waiting]] == [False] * 5 + [True] * 2


def test_a_killed_worker_is_said_and_can_be_gone_on_with(runs: Path, job: Job) -> None:
    secret, other = start(job, []), start(job, [])
    until(lambda: state(secret) == "training")
    kill(runs / secret)
    until(lambda: state(secret) == "failed")
    progress = look(secret) or {}
    assert progress["sentence"] == "The training process ended unexpectedly. The model of epoch 2 is kept."
    assert progress["resumable"]
    until(lambda: state(other) == "training")  # and the next has its turn
    control(secret, "run", [])
    assert state(secret) == "waiting"
    kill(runs / other)
    until(lambda: state(secret) == "training")


def test_a_worker_killed_before_its_first_epoch_is_said_too(
    runs: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_queue, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    secret = start(job, [])
    assert state(secret) == "starting"
    kill(runs / secret)
    until(lambda: state(secret) == "failed")
    assert (look(secret) or {})["sentence"].endswith("No epoch was complete, so there is no model.")
    assert not (look(secret) or {})["resumable"]


def test_a_stop_before_the_first_batch_is_obeyed_at_once(runs: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_queue, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    secret = start(job, [])
    control(secret, "stop", [])
    progress = look(secret) or {}
    assert progress["state"] == "stopped"
    assert progress["sentence"] == "Stopped. No epoch was complete, so there is no model."
    assert not training_queue.is_live(runs / secret)


def test_a_worker_that_will_not_end_is_ended(runs: Path, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = PRETENDER.replace('"stop"', '"never"')
    monkeypatch.setattr(training_queue, "COMMAND", (sys.executable, "-c", deaf))
    monkeypatch.setattr(training_queue, "GRACE", 0.2)
    secret = start(job, [])
    until(lambda: state(secret) == "training")
    control(secret, "stop", [])
    until(lambda: state(secret) == "failed")
    endless = start(job, [])
    monkeypatch.setattr(training_queue, "LONGEST", 0)
    until(lambda: state(endless) == "failed")


SERVER = """
import json, sys, time
from aecore.training.job import Job
from ui.services import training_queue
training_queue.COMMAND = (sys.executable, "-c", sys.argv[2])
job = Job.from_dict(json.loads(sys.argv[1]))
print(training_queue.start(job, []), training_queue.start(job, []), flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def another_server(job: Job, worker: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start another server on the same folder, with two trainings; yields it and their secrets."""
    command = [sys.executable, "-c", SERVER, json.dumps(job.to_dict()), worker]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server, server.stdout.readline().split()
        finally:
            server.kill()


def test_a_server_that_is_killed_leaves_the_training_running_for_the_next_one(runs: Path, job: Job) -> None:
    with another_server(job, PRETENDER) as (server, (running, waiting)):
        until(lambda: state(running) == "training")
        server.kill()
        server.communicate()
    time.sleep(0.3)  # nothing comes of that
    assert [state(running), state(waiting)] == ["training", "waiting"]
    training_queue.attend()  # as a server does when it starts
    control(running, "stop", [])
    until(lambda: state(waiting) == "training")


def test_a_worker_on_its_way_is_there_for_another_server_even_when_its_own_is_killed(runs: Path, job: Job) -> None:
    late = "import time; time.sleep(1.5)" + PRETENDER
    with another_server(job, late) as (server, (running, waiting)):
        server.kill()
        server.communicate()
        training_queue.attend()
        seen = []
        until(lambda: seen.append((state(running), state(waiting))) or seen[-1][0] == "training")
    assert set(seen) == {("starting", "waiting"), ("training", "waiting")}
    control(running, "stop", [])
    until(lambda: state(waiting) == "training")


def test_servers_on_one_folder_have_one_queue(runs: Path, job: Job) -> None:
    with another_server(job, PRETENDER) as (_, theirs), another_server(job, PRETENDER) as (_, others):
        left = {start(job, []), *theirs, *others}
        assert len(left) == 5
        while left:
            until(lambda: [state(secret) for secret in left].count("training"))
            states = {secret: state(secret) for secret in left}
            assert sorted(states.values()) == ["training", *["waiting"] * (len(left) - 1)]
            (running,) = (secret for secret in left if states[secret] == "training")
            control(running, "stop", [])
            until(lambda running=running: state(running) == "stopped")
            left.remove(running)


def test_what_stands_in_the_folders_cannot_break_the_page(runs: Path, job: Job) -> None:
    secret = start(job, [])
    until(lambda: state(secret) == "training")
    kill(runs / secret)
    until(lambda: state(secret) == "failed")
    for text in ("", "{", "[]", "null", '"training"'):
        (runs / secret / "progress.json").write_text(text)
        assert "ended unexpectedly" in (look(secret) or {})["sentence"]
        assert training_queue.can_go_on(runs / secret) == (runs / secret / CHECKPOINT).exists()
    (runs / "stray").mkdir()
    (runs / ("f" * 32)).mkdir()
    assert training_queue.advance() is False
    assert look("f" * 32) is None


def test_a_folder_that_cannot_be_written_gets_a_sentence(
    tmp_path: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "file"))
    with pytest.raises(Refused, match="The server cannot keep trainings"):
        start(job, [])
    with contextlib.suppress(Refused):
        training_queue.advance()
