from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy

from aecore.training.checkpoint import (
    Progress,
    critic_path,
    first_stage_path,
    forget,
    restore,
    save,
    saved_progress,
)


class Variable:
    """What a checkpoint asks of Keras' variables."""

    def __init__(self, value: np.ndarray) -> None:
        self.value = value

    def assign(self, value: np.ndarray) -> None:
        if value.shape != self.value.shape:
            raise ValueError("shapes differ")
        self.value = value

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return self.value


def model(seed: int, *shapes: tuple[int, ...]) -> SimpleNamespace:
    rng = np.random.default_rng(seed)
    weights, moments = ([Variable(rng.standard_normal(shape)) for shape in shapes] for _ in range(2))
    return SimpleNamespace(weights=weights, optimizer=SimpleNamespace(variables=moments))


def test_weights_optimizer_and_progress_come_back(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors.checkpoint"
    before, after = model(0, (3, 2), (2,)), model(1, (3, 2), (2,))
    progress = Progress(2, 7.5, [(0.5, 0.6), (0.25, 0.3)])
    save(before, progress, path)
    assert saved_progress(path) == progress
    restore(after.weights, "model", path)
    restore(after.optimizer.variables, "optimizer", path)
    for a, b in ((before.weights, after.weights), (before.optimizer.variables, after.optimizer.variables)):
        for one, other in zip(a, b, strict=True):
            np.testing.assert_array_equal(one.value, other.value)


def test_what_is_no_checkpoint_of_this_model_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "m.checkpoint"
    with pytest.raises(ValueError, match=r"There is no checkpoint .*m\.checkpoint to resume\."):
        saved_progress(path)
    save(model(0, (3, 2)), Progress(), path)
    for others in (model(0, (3, 3)), model(0, (3, 2), (2,))):
        with pytest.raises(ValueError, match="belongs to another preset"):
            restore(others.weights, "model", path)
    whole = path.read_bytes()
    for part in (b"", whole[:50], whole[:-1]):
        path.write_bytes(part)
        with pytest.raises(ValueError, match="truncated, damaged, or no safetensors file"):
            saved_progress(path)
    path.write_bytes(safetensors.numpy.save({"weight": np.zeros(3, np.float32)}))
    with pytest.raises(ValueError, match="is a safetensors file, but no checkpoint"):
        saved_progress(path)
    path.write_bytes(safetensors.numpy.save({}, {"progress": "{}"}))
    with pytest.raises(ValueError, match="does not say how far"):
        saved_progress(path)
    with pytest.raises(ValueError, match=r"cannot be read|is truncated"):
        saved_progress(tmp_path)


def test_a_finished_training_leaves_nothing(tmp_path: Path) -> None:
    path, model_file = tmp_path / "m.safetensors.checkpoint", tmp_path / "m.safetensors"
    for file in (path, critic_path(path), first_stage_path(path), model_file):
        file.write_bytes(b"")
    forget(path)
    assert list(tmp_path.iterdir()) == [model_file]
    forget(path)  # also where there is nothing
