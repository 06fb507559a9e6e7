"""A model of one's own on the Train page: brought, and refused with a sentence where it is of no use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.models import SPEC, file_of, hostile, model_of
from tests.visitors import link_of, open_page, visiting
from ui.features.train.state import Training
from ui.features.train.user_models import MODEL_FILE, take_model_file, trained
from ui.services import model_store


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return file_of(model_of(SPEC), tmp_path)


def test_a_model_is_brought_and_bad_files_are_said(runs: Path, data: bytes, tmp_path: Path) -> None:
    app = open_page("train")
    for bad, says in hostile(data, tmp_path).values():
        app.file_uploader[0].set_value(("x.safetensors", bad, "application/octet-stream")).run()
        assert not app.exception
        assert says in app.warning[0].value
        assert link_of(app)["model"] == "default"
    app.file_uploader[0].set_value(("x.safetensors", model_store.named(data, "mine"), "application/octet-stream")).run()
    assert not app.warning
    assert "Every page now uses “mine (yours)”" in app.success[0].value
    assert model_store.is_own(link_of(app)["model"])


def test_a_model_that_is_brought_is_the_visitors_own(runs: Path, data: bytes) -> None:
    with visiting() as visitor:
        take_model_file(data)
        assert visitor.own == [visitor.model]
        assert model_store.exists(visitor.model)
        assert visitor.latent.shape == (5,)
        take_model_file(data[:-1])
        upload = visitor.upload(MODEL_FILE.name)
        assert upload.problem
        assert upload.notice == ""
        assert visitor.own == [visitor.model]  # the one before stays


def test_there_is_no_model_of_a_training_that_is_not_here(runs: Path) -> None:
    with visiting():
        assert trained() is None
    with visiting(Training(runs=("0" * 32,))):
        assert trained() is None
