"""The tasks of models, with a class of models for each, and readers that return the class of a file's task."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore.core import model_file, pretrained
from aecore.core.model import Model
from aecore.core.model_file import ModelFileError
from aecore.tasks.autoencoder import Autoencoder
from aecore.tasks.classify import Head
from aecore.tasks.colorize import Colorizer
from aecore.tasks.denoise import SpatialDenoiser
from aecore.tasks.recolor import Recolorer
from aecore.tasks.scene import SceneReader
from aecore.tasks.tracker import Tracker
from aecore.tasks.voice import Voice
from aecore.tasks.voice_denoise import VoiceDenoiser

__all__ = [
    "TASKS",
    "Autoencoder",
    "Colorizer",
    "Head",
    "Recolorer",
    "SceneReader",
    "SpatialDenoiser",
    "Tracker",
    "Voice",
    "VoiceDenoiser",
    "load",
    "load_model",
    "load_student",
    "parse_model",
]

TASKS: dict[str, type[Model]] = {
    "autoencoder": Autoencoder,
    "colorizer": Colorizer,
    "head": Head,
    "recolorer": Recolorer,
    "scene": SceneReader,
    "spatial_denoiser": SpatialDenoiser,
    "voice": Voice,
    "voice_denoiser": VoiceDenoiser,
}


def load(name: str = "default") -> Any:
    """Load a pretrained model, once per process; raises ModelFileError when it is unknown, missing or damaged."""
    return _load(pretrained.path(name), pretrained.sha256(name))


def load_student(name: str = "default") -> Autoencoder | None:
    """Load the student of a pretrained model, once per process; None where it has none (`pretrained.student`)."""
    path = pretrained.student(name)
    return None if path is None else _load(path, pretrained.student_sha256(name))


@lru_cache(maxsize=32)
def _load(path: Path, sha256: str) -> Any:
    return load_model(path, sha256)


def load_model(path: str | Path, sha256: str | None = None) -> Any:
    """Load a model; raises ModelFileError when the file is missing, damaged, no model, or has another SHA-256."""
    return parse_model(model_file.read_checked(path, sha256), Path(path).name)


def parse_model(data: bytes, name: str) -> Any:
    """Return the model in the bytes of a file called `name`; raises ModelFileError. Never runs code from the file."""
    model = model_file.parse_model(data, name)
    if model.task not in TASKS:
        known = ", ".join(TASKS)
        raise ModelFileError(f"{name} is for the task {model.task!r:.40}, which is unknown here; known: {known}.")
    try:
        return TASKS[model.task](**vars(model))
    except ValueError as error:
        raise ModelFileError(f"{name} is no model for the task {model.task}: {error}.") from None
