"""The checkpoint that a training writes after every epoch, from which it can be resumed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from aecore.core.model_file import write_atomically


@dataclasses.dataclass
class Progress:
    """The progress of a training: complete epochs, seconds, and (training, validation) error per epoch."""

    epoch: int = 0
    seconds: float = 0.0
    curve: list[tuple[float, float]] = dataclasses.field(default_factory=list)


def save(model: Any, progress: Progress, path: Path) -> None:
    """Write a checkpoint: the weights of a compiled Keras model and of its optimizer, and the progress."""
    arrays = {f"model.{i}": np.asarray(v) for i, v in enumerate(model.weights)}
    arrays |= {f"optimizer.{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
    header = {"progress": json.dumps(dataclasses.asdict(progress))}
    write_atomically(path, safetensors.numpy.save(arrays, header))


def saved_progress(path: Path) -> Progress:
    """Return the progress in a checkpoint; raises ValueError when there is none."""
    with _opened(path) as file:
        metadata = file.metadata() or {}
    if "progress" not in metadata:
        raise ValueError(f"{path} is a safetensors file, but no checkpoint of a training.")
    try:
        saved = json.loads(metadata["progress"])
        return Progress(saved["epoch"], saved["seconds"], [(a, b) for a, b in saved["curve"]])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ValueError(f"The checkpoint {path} is damaged: it does not say how far its training was.") from None


def restore(variables: Any, prefix: str, path: Path) -> None:
    """Restore the variables of a model (prefix "model") or of its optimizer ("optimizer"); raises ValueError."""
    with _opened(path) as file:
        for i, variable in enumerate(variables):
            try:
                variable.assign(file.get_tensor(f"{prefix}.{i}"))
            except (SafetensorError, ValueError):
                raise ValueError(f"The checkpoint {path} belongs to another preset: it has other weights.") from None


def first_stage_path(checkpoint: Path) -> Path:
    """Return the path of the weights with which the second stage begins."""
    return checkpoint.with_suffix(".first-stage")


def critic_path(checkpoint: Path) -> Path:
    """Return the path of the classifier that the second stage is trained with."""
    return checkpoint.with_suffix(".critic")


def forget(checkpoint: Path) -> None:
    """Delete the checkpoint files of a finished training."""
    for path in (checkpoint, critic_path(checkpoint), first_stage_path(checkpoint)):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safetensors.safe_open(path, "numpy") as file:
            yield file
    except FileNotFoundError:
        raise ValueError(f"There is no checkpoint {path} to resume.") from None
    except SafetensorError:
        raise ValueError(f"The checkpoint {path} is truncated, damaged, or no safetensors file.") from None
    except OSError as error:
        raise ValueError(f"The checkpoint {path} cannot be read: {error.strerror or error}.") from None
