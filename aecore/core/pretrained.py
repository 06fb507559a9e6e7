"""The models in assets/models, their students and atlases, by name, each checked against its sha256 when loaded."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore.core.model_file import USUAL_TASK, ModelFileError, read_checked, read_header, read_manifest

MODELS = Path(__file__).parents[2] / "assets" / "models"
MANIFEST = MODELS / "manifest.json"


def available(task: str = USUAL_TASK) -> list[str]:
    """Return the names of the pretrained models of a task, `default` first; raises ModelFileError without a manifest.

    Those of the usual task are the autoencoders of digits.
    """
    return list(_available(MANIFEST, _changed(MANIFEST), task))


@lru_cache(maxsize=32)
def _available(path: Path, changed: int, task: str) -> tuple[str, ...]:
    known = _read_manifest(path, changed).items()
    names = [Path(file).stem for file, entry in known if entry.get("task", USUAL_TASK) == task]
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


def path(name: str) -> Path:
    """Return the path of a pretrained model's file."""
    return MODELS / f"{name}.safetensors"


def problems() -> dict[str, str]:
    """Return a sentence for each autoencoder's file that cannot be used, by name; far cheaper than loading them."""
    try:
        _check_all(MODELS, _changed(MANIFEST))
    except ModelFileError:
        pass  # one of them is broken: check again each time, it may have been repaired
    else:
        return {}
    found = {}
    for name in available():
        try:
            _check(path(name), sha256(name))
        except ModelFileError as error:
            found[name] = str(error)
    return found


@lru_cache(maxsize=2)
def _check_all(models: Path, changed: int) -> None:
    for name in available():
        _check(path(name), sha256(name))


@lru_cache(maxsize=64)
def _check(path: Path, checksum: str) -> None:
    read_checked(path, checksum)


def sha256(name: str) -> str:
    """Return the SHA-256 of a pretrained model's file; raises ModelFileError when there is no such model."""
    entry = manifest(MANIFEST).get(f"{name}.safetensors")
    if entry is None:
        raise ModelFileError(f"There is no model called {name!r:.60}. Known models: {', '.join(available())}.")
    return str(entry["sha256"])


def atlases() -> Path:
    """Return the folder of the models' atlases, next to that of the models."""
    return _atlases(MODELS)


@lru_cache(maxsize=2)
def _atlases(models: Path) -> Path:
    return models.parent / "atlas"


def atlas_sha256(name: str) -> str:
    """Return the SHA-256 of a model's atlas; raises ModelFileError when there is none."""
    entry = manifest(atlases() / MANIFEST.name).get(f"{name}.safetensors")
    if entry is None:
        raise ModelFileError(f"There is no atlas of {name!r:.60}. Run `python -m aecore.atlas` to compute it.")
    return str(entry["sha256"])


def students() -> Path:
    """Return the folder of the models' students, next to that of the models."""
    return MODELS.parent / "students"


def student(name: str) -> Path | None:
    """Return the path of a pretrained model's student, a small model with the same latent; None where it has none.

    None, too, where the file is damaged, or was distilled from another version of the model: its latent is another one.
    """
    file = students() / f"{name}.safetensors"
    try:
        return file if _teacher(file, student_sha256(name)) == sha256(name) else None
    except ModelFileError:
        return None


def head(name: str) -> str | None:
    """Return the name of the pretrained head that reads a pretrained model's latent; None where it has none.

    None, too, where the file is damaged, or was trained on another version of the model: its latent is another one.
    """
    try:
        head = f"{name}_head"
        return head if _read_latents_of(path(head), sha256(head)) == sha256(name) else None
    except ModelFileError:
        return None


def student_sha256(name: str) -> str:
    """Return the SHA-256 of the file of a model's student; raises ModelFileError when there is none."""
    entry = manifest(students() / MANIFEST.name).get(f"{name}.safetensors")
    if entry is None:
        raise ModelFileError(f"There is no student of {name!r:.60}. Run `python -m aecore.distill` to train it.")
    return str(entry["sha256"])


@lru_cache(maxsize=8)
def _teacher(file: Path, checksum: str) -> str:
    """Return the SHA-256 of the model that a student was distilled from; raises ModelFileError."""
    return _in_card(file, checksum, "teacher_sha256", "was distilled from")


@lru_cache(maxsize=8)
def _read_latents_of(file: Path, checksum: str) -> str:
    """Return the SHA-256 of the model whose latents a head was trained on; raises ModelFileError."""
    return _in_card(file, checksum, "model_sha256", "reads the latents of")


def _in_card(file: Path, checksum: str, entry: str, role: str) -> str:
    data = read_checked(file, checksum)
    try:
        return str(json.loads(read_header(data)["card"])[entry])
    except (ValueError, KeyError, TypeError):
        raise ModelFileError(f"{file.name} does not say which model it {role}.") from None


def manifest(path: Path) -> dict[str, Any]:
    """Return a manifest, cached until the file changes: pages need it dozens of times. Raises ModelFileError."""
    return _read_manifest(path, _changed(path))


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _read_manifest(path: Path, changed: int) -> dict[str, Any]:
    return read_manifest(path)
