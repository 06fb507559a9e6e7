"""`deploy/install.py` with the machine's own pip, into an environment of its own, from small packages made here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.install import SERVES_ONLY, SUPPORTED
from tests.conftest import ROOT

Install = Callable[..., "subprocess.CompletedProcess[str]"]
ANY, ELSEWHERE = "py3-none-any", "cp27-cp27m-plan9_vax"


def wheel(folder: Path, name: str, tag: str = ANY) -> str:
    """Make a package that holds one empty module; returns its line for a list."""
    path = folder / f"{name}-1.0-{tag}.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        file.writestr(f"{about}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """A function that installs two lists in a project of their own, with no index but the folder of wheels."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "install.py", tmp_path / "deploy")

    def run(everything: str, serves: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "requirements.txt").write_text(everything)
        (tmp_path / "requirements-serve.txt").write_text(serves)
        environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
        command = [sys.executable, "deploy/install.py"]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)

    return run


def modules(project: Path) -> set[str]:
    found = (project / ".venv").glob("**/site-packages/*.py")
    return {path.stem for path in found} & {"serves", "tensorflow"}


def test_everything_is_installed_where_it_can_be(install: Install, tmp_path: Path) -> None:
    serves = wheel(tmp_path, "serves")
    done = install(serves + wheel(tmp_path, "tensorflow"), serves)
    assert done.returncode == 0, done.stderr
    assert modules(tmp_path) == {"serves", "tensorflow"}
    assert SERVES_ONLY not in done.stdout


@pytest.mark.parametrize("marked", [False, True])
def test_without_a_wheel_of_tensorflow_what_serves_is_installed_and_said(
    install: Install, tmp_path: Path, marked: bool
) -> None:
    serves = wheel(tmp_path, "serves")
    tensorflow = wheel(tmp_path, "tensorflow", ELSEWHERE)
    if marked:
        tensorflow = tensorflow.replace(" --hash", ' ; sys_platform == "plan9" --hash')
    done = install(serves + tensorflow, serves)
    assert done.returncode == 0, done.stderr
    assert modules(tmp_path) == {"serves"}
    assert done.stdout.splitlines()[-1] == SERVES_ONLY


def test_a_package_that_is_not_what_the_list_says_ends_it(install: Install, tmp_path: Path) -> None:
    wheel(tmp_path, "serves")
    forged = f"serves==1.0 --hash=sha256:{'0' * 64}\n"
    done = install(forged, forged)
    assert done.returncode != 0
    assert modules(tmp_path) == set()
    assert "do not match the hashes" in done.stderr.lower().replace("\n", " ")


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, timeout=60).returncode == 0


def test_another_python_is_told_which_ones_do() -> None:
    named = (shutil.which(f"python{version}") for version in ("3.14", "3.9", "3.8", "3.7", "3.6"))
    other = next((python for python in named if python and _runs(python)), None)
    if other is None:
        pytest.skip("no Python that is too old or too new is here")
    done = subprocess.run([other, ROOT / "deploy" / "install.py"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "3.10 to 3.13" in done.stderr
    assert SUPPORTED == ((3, 10), (3, 13))
