"""A model file names its task, and is read as that task's class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aecore
from aecore import Autoencoder, ModelFileError, tasks
from aecore.core.model import Model
from aecore.core.model_file import save_model
from aecore.core.statistics import measure
from tests.architectures import COLOUR, OPEN, random_weights


def saved(model: Model, folder: Path) -> Path:
    save_model(model, folder / "model.safetensors")
    return folder / "model.safetensors"


def test_a_file_that_names_no_task_is_an_autoencoder(tiny: Autoencoder, tmp_path: Path) -> None:
    path = saved(tiny, tmp_path)
    for model in (aecore.load_model(path), tasks.parse_model(path.read_bytes(), "tiny")):
        assert type(model) is Autoencoder
        assert (model.task, model.card) == ("autoencoder", tiny.card)


def test_a_file_is_read_as_the_class_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Colorizer(Model):
        pass

    monkeypatch.setitem(tasks.TASKS, "colour", Colorizer)
    latents = np.random.default_rng(0).normal(size=(99, 4))
    model = Model(COLOUR, random_weights(COLOUR), measure(latents, np.ones(4)), {"seed": 1}, task="colour")
    found = aecore.load_model(saved(model, tmp_path))
    assert type(found) is Colorizer
    assert (found.spec, found.card, found.task) == (COLOUR, {"seed": 1}, "colour")


def test_an_unknown_task_is_named(tmp_path: Path) -> None:
    path = saved(Model(OPEN, random_weights(OPEN), None, {}, task="smell"), tmp_path)
    with pytest.raises(
        ModelFileError, match=r"model\.safetensors is for the task 'smell', which is unknown here; known: "
    ):
        aecore.load_model(path)


def test_networks_that_cannot_do_the_task_are_refused(tmp_path: Path) -> None:
    path = saved(Model(OPEN, random_weights(OPEN), None, {}), tmp_path)
    with pytest.raises(ModelFileError, match="no model for the task autoencoder: its networks are not an encoder"):
        aecore.load_model(path)
