"""Every package is pinned with its checksums, everywhere; the list that serves is part of the longer one."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.server import ROOT

LOCKS = ("requirements", "requirements-serve", "requirements-dev", "requirements-hall")
INTEL_MAC = ("darwin", "x86_64")
MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), INTEL_MAC, ("win32", "AMD64"))
# {python}-{system}-{machine} -> what a package's marker is compared with there
PLACES = {
    f"{python}-{system}-{machine}": {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": system,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
    }
    for python in ("3.10", "3.11", "3.12", "3.13")
    for system, machine in (
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        INTEL_MAC,
        ("win32", "AMD64"),
    )
}

# Hides every module that only requirements.txt brings, then opens every page in turn.
OPEN_EVERY_PAGE = """
import sys
from pathlib import Path

sys.modules.update(dict.fromkeys(sys.argv[1:]))
from streamlit.testing.v1 import AppTest
from tests import photos
from aecore.data.photo import read_photo
from ui.services import model_store

for page in sorted(Path("pages").glob("*.py")):
    app = AppTest.from_file("app.py", default_timeout=120).switch_page(str(page)).run()
    assert not app.exception, (page, app.exception)
    assert app.get("html"), page
    print(page.stem, *(f"| {said.value}" for said in app.info))
read_photo(photos.GOOD["phone.jpg"]())
model_store.load(model_store.add(Path("assets/models/book.safetensors").read_bytes(), "mine"))
"""


class Locked(NamedTuple):
    """One entry of a list: the package with version and marker, and its checksums."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    def is_for(self, place: dict[str, str]) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(place)


def entries(lock: str) -> list[Locked]:
    text = re.sub(r"^(#|--only-binary).*\n", "", (ROOT / f"{lock}.txt").read_text(), flags=re.M)
    split = (entry.split("--hash=") for entry in text.replace("\\\n", "").splitlines() if entry)
    return [Locked(Requirement(what), frozenset(map(str.strip, hashes))) for what, *hashes in split]


def installed(lock: str, place: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return what a list installs there: {package: (version, checksums)}."""
    here = [entry for entry in entries(lock) if entry.is_for(PLACES[place])]
    assert len({entry.name for entry in here}) == len(here), "a package in two versions"
    return {entry.name: (str(entry.requirement.specifier), entry.hashes) for entry in here}


def asked_for(lock: str, place: str) -> set[str]:
    text = re.sub(r"#.*|^-.*", "", (ROOT / f"{lock}.in").read_text(), flags=re.M)
    asked = (Locked(Requirement(line), frozenset()) for line in text.splitlines() if line.strip())
    return {entry.name for entry in asked if entry.is_for(PLACES[place])}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_one_version_and_its_checksums_and_no_address(lock: str) -> None:
    assert len(entries(lock)) > (20 if lock != "requirements-hall" else 0)
    for entry in entries(lock):
        assert re.fullmatch(r"==[^,*]+", str(entry.requirement.specifier)), entry
        assert entry.hashes, entry
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in entry.hashes), entry
    text = (ROOT / f"{lock}.txt").read_text()
    assert not re.search(r"://|--index|--extra-index|--find-links|--trusted", text)
    assert "--only-binary :all:\n" in text  # from source, a package could run anything while it is installed


@pytest.mark.parametrize("place", PLACES)
def test_the_lists_agree_with_what_was_asked_for_and_with_each_other(place: str) -> None:
    everything, serve, dev, hall = (installed(lock, place) for lock in LOCKS)
    assert asked_for("requirements-serve", place) <= set(serve)
    assert asked_for("requirements", place) <= set(everything)
    assert asked_for("requirements-dev", place) <= set(dev)
    assert asked_for("requirements-hall", place) <= set(hall)
    assert hall.items() <= {**everything, **dev}.items()
    if place.endswith("-".join(INTEL_MAC)):  # TensorFlow is not made for it
        assert serve == everything
    else:
        assert serve.items() < everything.items()
        assert {"keras", "scikit-image", "scikit-learn", "tensorflow"} <= set(everything) - set(serve)
    assert all(everything.get(name, locked) == locked for name, locked in dev.items())


def test_every_page_opens_without_what_only_training_needs(
    run_python: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    left_out = {entry.name for entry in entries("requirements")} - {
        entry.name for entry in entries("requirements-serve")
    }
    assert {"tensorflow", "keras"} < left_out
    modules = [
        module
        for module, owners in packages_distributions().items()
        if {canonicalize_name(owner) for owner in owners} <= left_out
    ]
    assert {"skimage", "sklearn"} < set(modules)
    done = run_python("-c", OPEN_EVERY_PAGE, *modules, AECORE_RUNS=str(tmp_path))
    assert done.returncode == 0, done.stderr
    said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert {"draw", "train"} < set(said)
    assert "Training is not installed on this server" in said["train"]
