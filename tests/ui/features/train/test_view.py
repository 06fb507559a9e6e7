"""What the live part of the Train page reports: wishes, and what the browser remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aecore.training.job import Job
from tests.ui.models import SPEC, file_of, model_of
from tests.ui.services.test_training_queue import until
from tests.visitors import visiting
from ui.features.train.state import Problem, Training, current_training, keep_runs
from ui.features.train.view import control_training, data, take_remembered
from ui.services import model_store, training_queue
from ui.state.table import MOST_OWN


@pytest.mark.parametrize(
    "payload",
    [None, 3, [], {}, {"runs": 3, "models": "x"}, {"runs": [None, "../x"], "models": [3, "default", "my_" + "0" * 32]}],
)
def test_what_a_browser_claims_to_remember_is_checked(runs: Path, payload: Any) -> None:
    with visiting() as visitor:
        take_remembered(payload)
        control_training(payload)
        assert current_training().runs == ()
        assert visitor.own == []


def test_what_a_browser_remembers_comes_back(runs: Path, job: Job, tmp_path: Path) -> None:
    own = model_store.add(file_of(model_of(SPEC), tmp_path), "The model", "mine")
    secret = training_queue.start(job, [])
    with visiting() as visitor:
        take_remembered({"runs": [secret, "0" * 32], "models": [own]})
        assert current_training() == Training(runs=(secret,))
        assert visitor.own == [own]
        assert data() == {"run": secret, "runs": [secret], "models": [own]}
        take_remembered({"runs": [], "models": []})  # what is on the page stays
        assert data() == {"run": secret, "runs": [secret], "models": [own]}


def test_a_visitor_controls_the_training_on_the_page(runs: Path, job: Job) -> None:
    first, second = training_queue.start(job, []), training_queue.start(job, [])

    def state(secret: str) -> Any:
        return (training_queue.look(secret) or {})["state"]

    until(lambda: state(first) == "training")
    with visiting(Training(runs=(first,))) as visitor:
        control_training("pause")
        until(lambda: state(first) == "paused")
        control_training("delete")
        control_training("stop")
        until(lambda: state(first) == "stopped" and state(second) == "training")
        keep_runs([second, first])
        until(lambda: (training_queue.look(first) or {})["resumable"])
        control_training("run")
        assert "still running or waiting" in visitor.memo(Problem).sentence
        control_training("pause")  # the next wish is another matter
        assert visitor.memo(Problem).sentence == ""


def test_a_visitor_has_so_many_trainings_the_last_ones() -> None:
    secrets = [f"{number:032x}" for number in range(MOST_OWN + 3)]
    with visiting():
        keep_runs(secrets)
        assert current_training().runs == tuple(secrets[3:])
