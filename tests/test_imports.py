"""Imports point one way: the contracts in pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.server import ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
CLIMBING = {
    "aecore/core/spec.py": ("import aecore.data.mnist", "aecore.core is not allowed to import aecore.data"),
    "aecore/latent/pca.py": ("import aecore.training.fit", "aecore.latent is not allowed to import aecore.training"),
    "aecore/data/photo.py": ("import streamlit", "aecore is not allowed to import streamlit"),
    "aecore/tasks/denoise.py": ("import keras", "aecore.tasks is not allowed to import keras"),
    "ui/services/model_store.py": ("import ui.state.link", "ui.services is not allowed to import ui.state"),
    "pages/map.py": ("import pages.draw", "pages.map is not allowed to import pages.draw"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, timeout=120)


def test_no_import_climbs() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_an_import_that_climbs_is_seen(tmp_path: Path) -> None:
    for folder in ("aecore", "ui", "pages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, (line, _) in CLIMBING.items():
        path = tmp_path / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    for _, sentence in CLIMBING.values():
        assert sentence in done.stdout
