from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import aecore
from aecore.core.examples import Examples
from aecore.core.spec import Spec
from tests.visitors import visiting
from ui.features.few_labels import view
from ui.services import lessons, model_store


@pytest.mark.parametrize("name", ["default", "plane"])
def test_the_head_reads_as_many_numbers_as_the_model_has(name: str) -> None:
    with visiting(model=name):
        data = view.data()
    assert data is not None
    json.dumps(data)
    spec = Spec.from_dict(data["head"])
    assert spec.shapes["latent"] == (aecore.load(name).latent_dim,) == (data["model"]["size"],)
    assert spec.shapes["head"] == (10,)


def test_a_server_without_mnist_offers_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "mnist_path", lambda: None)
    with visiting():
        data = view.data()
    assert data is not None
    assert data["mnist"] is None


def test_models_of_other_pictures_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = Examples(np.zeros((2, 16), np.float32), np.array([0, 1]), ("shoe", "shirt"), False)
    other = dataclasses.replace(aecore.load(), examples=examples)
    with visiting():
        monkeypatch.setattr(model_store, "load", lambda name: other)
        assert view.data() is None
