"""No network at all: server and browser in a namespace with nothing but the machine itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Report
from tests.server import ROOT

# Root may do it as it is; others may where they can be root in a namespace of their own.
WAYS = (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"])


@pytest.fixture(scope="module")
def cut_off() -> list[str]:
    """The beginning of a command line that runs without a network."""
    for way in WAYS if shutil.which("unshare") else ():
        if subprocess.run([*way, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            return way
    pytest.skip("needs the right to make a network namespace (unshare --net)")


def test_every_page_works_and_asks_nobody(cut_off: list[str], report: Report) -> None:
    command = [*cut_off, sys.executable, "-m", "tests.faults.without_network"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    report.row("no network at all", "every page works, MNIST's download says why not, no request leaves")


def test_training_without_mnist_says_where_to_get_it(cut_off: list[str], tmp_path: Path) -> None:
    command = [*cut_off, sys.executable, "-m", "aecore.train", "mlp", "--out", str(tmp_path / "mine.safetensors")]
    environment = {**os.environ, "AECORE_MNIST": "", "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("MNIST could not be downloaded.")
    assert "Traceback" not in done.stderr
