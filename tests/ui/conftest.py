"""A runs folder for each test, and a worker that only simulates a training."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aecore.training.job import Job
from aecore.training.presets import PRESETS
from tests.server import ending_trainings
from ui.features import FEATURES
from ui.services import training_queue
from ui.state.declaration import install

install(FEATURES)

# What every worker does first: see aecore/training/worker.py.
HOLD = """
import json, sys, time
from pathlib import Path
from aecore.core import system
folder = Path(sys.argv[1])
assert system.hold(folder / "lock")
(folder / "launched").unlink()
"""
# Reports that it trains until it receives "stop".
PRETENDER = (
    HOLD
    + """
progress = {"state": "training", "sentence": "", "saved": 2, "epoch": 2, "resumed": "--resume" in sys.argv}
(folder / "checkpoint.safetensors").write_bytes(b"a checkpoint")
for _ in range(1200):
    (folder / "new.json").write_text(json.dumps(progress))
    (folder / "new.json").replace(folder / "progress.json")
    asked = (folder / "control").read_text() if (folder / "control").exists() else "run"
    progress["state"] = {"pause": "paused", "stop": "stopped"}.get(asked, "training")
    if asked == "stop":
        (folder / "progress.json").write_text(json.dumps(progress))
        break
    time.sleep(0.05)
"""
)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The runs folder; workers in it are pretenders, and end with the test."""
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(training_queue, "COMMAND", (sys.executable, "-c", PRETENDER))
    with ending_trainings(tmp_path / "runs"):
        yield tmp_path / "runs"
        for waiting in (tmp_path / "runs").glob("*/waiting"):
            waiting.unlink(missing_ok=True)  # so that no other training starts


@pytest.fixture
def job() -> Job:
    preset = PRESETS["mlp"]
    return Job("mlp", preset.spec, 3, preset.batch, preset.learning_rate, source="strokes")
