"""Rebuild models for real, on strokes instead of digits, and interrupt it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import aecore
from aecore.core import manifest
from aecore.core.model_file import read_manifest
from tests.conftest import write_strokes
from tests.server import ROOT

CODE = """
import sys
from pathlib import Path
from aecore.core import manifest, pretrained
from aecore.training import rebuild
pretrained.MODELS = manifest.MODELS = Path(sys.argv[1])
pretrained.MANIFEST = manifest.MANIFEST = Path(sys.argv[1]) / "manifest.json"
sys.exit(rebuild.main(sys.argv[2:]))
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Rebuild two small models, three epochs each, into a folder of our own."""
    data = write_strokes(tmp_path / "strokes.npz", training=300, test=10, seed=4)
    (tmp_path / "models").mkdir()
    shutil.copy(ROOT / "assets" / "models" / "mlp.safetensors", tmp_path / "models")  # somebody else's: it stays
    options = ["--only", "dim1", "dim2", "--epochs", "3", "--data", str(data), "--work", str(tmp_path / "work")]
    return [sys.executable, "-u", "-c", CODE, str(tmp_path / "models"), *options]


def test_an_interrupted_rebuild_goes_on_where_it_was(command: list[str], tmp_path: Path) -> None:
    models = tmp_path / "models"
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch 1/") and (models / "dim1.safetensors").exists():
                subprocess.run(["pkill", "-INT", "-s", str(process.pid)], check=True)  # as Ctrl-C does: to all
                break
        _, errors = process.communicate(timeout=200)
    assert process.returncode == 130
    assert "the same command goes on from here" in errors
    assert not (models / "dim2.safetensors").exists()  # half trained: not shipped

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=True)
    assert "dim1 (1 of 2) was finished before the interrupt" in done.stdout
    assert "epoch 1/" not in done.stdout
    for name in ("dim1", "dim2"):
        assert aecore.load_model(models / f"{name}.safetensors").card["epochs"] == 3
    assert sorted(json.loads((models / "manifest.json").read_text())) == [
        f"{name}.safetensors" for name in ("dim1", "dim2", "mlp")
    ]
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.proof  # test_distillation.py distils one, too
def test_a_student_is_distilled_again_after_its_teacher(tmp_path: Path) -> None:
    models, work, students = tmp_path / "models", tmp_path / "work", tmp_path / "students"
    for folder in (models, work):  # the teacher was finished when an interrupt came
        folder.mkdir()
        shutil.copy(ROOT / "assets" / "models" / "default.safetensors", folder)
    manifest.write(models)
    students.mkdir()
    old = aecore.load_model(ROOT / "assets" / "students" / "default.safetensors")
    aecore.save_model(
        dataclasses.replace(old, card={**old.card, "teacher_sha256": "0" * 64}), students / "default.safetensors"
    )
    manifest.write(students)
    data = write_strokes(tmp_path / "strokes.npz", training=100, test=10, seed=4)
    options = ["--only", "default", "--epochs", "1", "--data", str(data), "--work", str(work)]
    command = [sys.executable, "-u", "-c", CODE, str(models), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=True)
    assert "default (1 of 1) was finished before the interrupt\nthe student of default\n" in done.stdout
    new = aecore.load_model(students / "default.safetensors")
    assert new.card["teacher_sha256"] == read_manifest(models / "manifest.json")["default.safetensors"]["sha256"]
    listed = read_manifest(students / "manifest.json")["default.safetensors"]
    assert listed["sha256"] == hashlib.sha256((students / "default.safetensors").read_bytes()).hexdigest()

    shutil.copy(models / "default.safetensors", work)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=True)
    assert "student" not in done.stdout  # it is this teacher's already
