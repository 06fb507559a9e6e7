"""Train for real, in the worker's own process, on the drawn digits; end it in every way there is."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import aecore
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.data.synthetic import synthetic_digits
from aecore.tasks import parse_model
from aecore.training.job import CHECKPOINT, CONTROL, JOB, MODEL, PREVIEW, PROGRESS, Job
from tests.server import ROOT

SPEC = Spec.autoencoder(
    (Flatten(), Dense(96, "silu"), Dense(8)), (Dense(96, "silu"), Dense(784, "sigmoid"), Reshape((28, 28, 1)))
)
JOB_ = Job("book", SPEC, epochs=4, batch=64, learning_rate=2e-3, source="strokes")
WAIT = 120.0  # seconds; a busy machine is not a failure


def work(folder: Path, job: Job, *options: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    (folder / JOB).write_text(json.dumps(job.to_dict()))
    command = [sys.executable, "-m", "aecore.worker", str(folder), *options]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


def progress_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / PROGRESS).read_text()) if (folder / PROGRESS).exists() else {}
    return found


def until(folder: Path, worker: subprocess.Popen[bytes], condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until the worker's progress meets a condition."""
    for _ in range(int(WAIT / 0.05)):
        if (found := progress_of(folder)) and condition(found):
            return found
        assert worker.poll() is None, found
        time.sleep(0.05)
    raise AssertionError(progress_of(folder))


# Several trainings in one process, for TensorFlow takes long to start.
SEVERAL = """
import sys
from aecore.training import worker
*folders, slow = sys.argv[1:]
worker.MAX_PAUSE = 0.3
for folder in folders:
    worker.main([folder])
worker.MAX_MINUTES = 0
worker.main([slow])
"""


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, run_python: Callable[..., Any]) -> Path:
    """A folder with those of trainings that end in different ways: "done" with a corruption, at its end."""
    parent: Path = tmp_path_factory.mktemp("several")
    jobs = {
        "done": dataclasses.replace(JOB_, corruption="gaussian", corruption_level=0.3).to_dict(),
        "early": JOB_.to_dict(),
        "odd": {**JOB_.to_dict(), "epochs": 10**9},
        "wild": dataclasses.replace(JOB_, learning_rate=0.1, spec=_linear()).to_dict(),
        "resting": JOB_.to_dict(),
        "slow": JOB_.to_dict(),
    }
    for name, job in jobs.items():
        (parent / name).mkdir()
        (parent / name / JOB).write_text(json.dumps(job))
    (parent / "early" / CONTROL).write_text("stop")
    (parent / "resting" / CONTROL).write_text("pause")
    ran = run_python("-c", SEVERAL, *(str(parent / name) for name in jobs))
    assert "Traceback" not in ran.stderr, ran.stderr
    return parent


@pytest.fixture(scope="module")
def done(several: Path) -> Path:
    return several / "done"


def test_a_training_ends_with_a_falling_error_and_a_usable_model(done: Path) -> None:
    state = progress_of(done)
    assert (state["state"], state["epoch"], state["saved"]) == ("done", 4, 4)
    training, validation = np.array(state["curve"]).T
    assert training[-1] < 0.7 * training[0]
    assert validation[-1] < validation[0]
    epochs, losses = np.array(state["losses"]).T
    assert (np.diff(epochs) > 0).all()
    assert epochs[-1] == 4
    assert losses[-5:].mean() < 0.6 * losses[:5].mean()
    model = aecore.load_model(done / MODEL)
    latents = model.encode(synthetic_digits(0).train.as_float())
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(latents.std(axis=0), 1, atol=0.2)
    assert model.mixture is not None
    assert model.card["epochs"] == 4
    assert not (done / CHECKPOINT).exists()


def test_the_mean_of_the_batches_is_the_error_of_the_epoch(done: Path) -> None:
    state = progress_of(done)
    epochs, losses = np.array(state["losses"]).T
    for epoch, (training, _) in enumerate(state["curve"]):
        inside = (epochs > epoch) & (epochs <= epoch + 1)
        assert losses[inside].mean() == pytest.approx(training, rel=0.05)


def test_the_preview_shows_sixteen_digits_and_a_map(done: Path) -> None:
    preview = json.loads((done / PREVIEW).read_text())
    assert len({len(preview[name]) for name in ("clean", "given", "redrawn")}) == 1
    points = np.array(preview["points"])
    assert points.shape == (300, 2)
    assert np.abs(points).max() == pytest.approx(1, abs=0.01)
    assert set(preview["labels"]) == set(range(10))
    assert preview["shape"] == [28, 28]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A training that was paused, went on, and was killed in the middle of an epoch; then gone on with, and stopped."""
    folder = tmp_path_factory.mktemp("killed")
    job = dataclasses.replace(JOB_, epochs=100, batch=16)  # epochs long enough to be seen in the middle
    worker = work(folder, job)
    try:
        until(folder, worker, lambda s: s["epoch"] >= 1)
        (folder / CONTROL).write_text("pause")
        until(folder, worker, lambda s: s["state"] == "paused")
        time.sleep(0.5)  # what it was writing is written
        paused = progress_of(folder)
        time.sleep(1.5)  # and nothing else is
        still = progress_of(folder)
        (folder / CONTROL).write_text("run")
        until(folder, worker, lambda s: s["state"] == "training" and s["epoch"] > paused["epoch"] and s["batch"] > 0)
    finally:
        worker.kill()
        worker.wait()
    last, data = progress_of(folder), (folder / MODEL).read_bytes()
    worker = work(folder, job, "--resume")
    try:
        until(folder, worker, lambda s: s["state"] == "training" and s["epoch"] > last["saved"])
        (folder / CONTROL).write_text("stop")
        status = worker.wait(WAIT)
    finally:
        worker.kill()
        worker.wait()
    return {
        "folder": folder,
        "paused": paused,
        "still": still,
        "killed": last,
        "bytes": data,
        "stopped": progress_of(folder),
        "status": status,
    }


def test_a_pause_holds_the_batches(killed: dict[str, Any]) -> None:
    assert killed["paused"]["state"] == "paused"
    assert killed["still"] == killed["paused"]


def test_killed_in_mid_epoch_leaves_the_model_of_the_last_complete_epoch(killed: dict[str, Any]) -> None:
    state = killed["killed"]
    assert state["saved"] >= 2
    model = parse_model(killed["bytes"], "killed")
    assert model.card["epochs"] in (state["saved"], state["saved"] + 1)  # the file is written before it is reported of
    digits = synthetic_digits(0).validation.as_float()
    error = np.mean((model.reconstruct(digits) - digits) ** 2)
    assert error == pytest.approx(model.card["curve"][-1][1], rel=0.02)


def test_going_on_continues_the_curve_and_a_stop_keeps_the_last_epoch(killed: dict[str, Any]) -> None:
    before, after = killed["killed"], killed["stopped"]
    assert killed["status"] == 0
    assert after["curve"][: len(before["curve"])] == before["curve"]
    assert after["epoch"] > before["epoch"]
    assert after["seconds"] > before["seconds"]
    epochs = np.array(after["losses"])[:, 0]
    assert (np.diff(epochs) > 0).all()  # what was lost with the process is not drawn twice
    assert after["state"] == "stopped"
    assert after["sentence"] == f"Stopped. The model of epoch {after['saved']} is kept."
    assert aecore.load_model(killed["folder"] / MODEL).card["epochs"] == after["saved"]
    assert (killed["folder"] / CHECKPOINT).exists()  # it could go on once more


def test_a_stop_before_the_first_epoch_limits_and_errors_are_said(several: Path) -> None:
    early, odd, wild, resting, slow = (several / name for name in ("early", "odd", "wild", "resting", "slow"))
    assert progress_of(early)["sentence"] == "Stopped. No epoch was complete, so there is no model."
    assert progress_of(odd)["state"] == "failed"
    assert "epochs must be a whole number from 1 to 100" in progress_of(odd)["sentence"]
    assert progress_of(wild)["state"] == "failed"
    assert "a smaller learning rate helps" in progress_of(wild)["sentence"]
    assert not (wild / CHECKPOINT).exists()
    assert progress_of(resting)["sentence"].startswith("The pause was long")
    assert progress_of(slow)["sentence"].startswith("Stopped after 0 minutes")


def _linear() -> Spec:
    layers = tuple(Dense(64) for _ in range(12))  # nothing holds the numbers back
    return Spec.autoencoder((Flatten(), *layers, Dense(8)), (*layers, Dense(784), Reshape((28, 28, 1))))


def test_the_checkpoint_is_no_model(killed: dict[str, Any]) -> None:
    safetensors.numpy.load_file(killed["folder"] / CHECKPOINT)
    with pytest.raises(aecore.ModelFileError):
        aecore.load_model(killed["folder"] / CHECKPOINT)
