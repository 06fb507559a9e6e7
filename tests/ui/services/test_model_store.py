"""Visitors' own models: kept under a name nobody can guess, used everywhere, refused with a sentence where invalid."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import aecore
from aecore import ModelFileError
from aecore.core.latents import latent_to_text
from aecore.core.model_file import with_card
from aecore.core.spec import Dense, Flatten, Spec
from aecore.latent.atlas_file import load_atlas
from aecore.tasks import parse_model
from tests.server import ROOT
from tests.ui.models import SPEC, file_of, hostile, model_of
from tests.visitors import PAGES, link_of, open_page
from ui.services import model_store
from ui.services.model_names import MODELS


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return file_of(model_of(SPEC), tmp_path)


def test_a_model_is_kept_as_it_is_under_the_name_it_is_given(runs: Path, data: bytes) -> None:
    name = model_store.add(data, "The model", "first try")
    assert model_store.is_own(name)
    assert model_store.exists(name)
    assert model_store.label(name) == "first try (yours)"
    np.testing.assert_array_equal(
        model_store.load(name).weights["encoder.1.kernel"],
        parse_model(data, "").weights["encoder.1.kernel"],
    )
    assert model_store.add(model_store.read(name), "The file") == name  # downloaded and loaded again, it is the same
    assert model_store.sha256(name).startswith(name.removeprefix("my_"))


@pytest.mark.parametrize("name", aecore.available())
def test_pretrained_models_have_names_for_people(name: str) -> None:
    assert model_store.load(name) is aecore.load(name)
    assert model_store.label(name) == MODELS[name][0]
    assert not model_store.is_own(name)


@pytest.mark.parametrize(
    "name", ["my_", "my_" + "0" * 32, "my_../../etc/passwd", "MY_" + "0" * 32, "../models/default"]
)
def test_a_guessed_name_leads_nowhere(runs: Path, data: bytes, name: str) -> None:
    model_store.add(data, "The model", "a")
    assert not model_store.exists(name)
    with pytest.raises(ModelFileError):
        model_store.load(name)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a", True),
        ("Größe 2.5_b-c", True),
        ("", False),
        (" a", False),
        ("a" * 25, False),
        ("<b>", False),
        ("a\nb", False),
        ("`", False),
    ],
)
def test_names_are_short_and_plain(name: str, good: bool) -> None:
    assert model_store.is_name(name) == good


@pytest.mark.parametrize("name", [None, 3, ["x"], "<script>", "x" * 1000])
def test_a_name_in_a_card_that_cannot_be_shown_is_not(runs: Path, data: bytes, name: Any) -> None:
    own = model_store.add(with_card(data, {"name": name}), "The file")
    assert model_store.label(own) == "unnamed (yours)"


def test_a_hostile_file_gets_a_sentence_and_is_not_kept(runs: Path, data: bytes, tmp_path: Path) -> None:
    for what, (bad, says) in hostile(data, tmp_path).items():
        with pytest.raises(ModelFileError) as caught:
            model_store.add(bad, "The file")
        assert says in str(caught.value), what
        assert str(caught.value).endswith("."), what
    assert not list(runs.glob("**/my_*"))


def test_a_file_that_was_changed_on_disk_is_not_used(runs: Path, data: bytes) -> None:
    name = model_store.add(data, "The model", "changed")
    (path,) = runs.glob("models/*.safetensors")
    path.write_bytes(model_store.named(data, "other"))
    with pytest.raises(ModelFileError, match="damaged"):
        model_store.load(name)


def test_models_that_nobody_uses_make_room(runs: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_store, "MOST_KEPT", 2)
    names = [model_store.add(data, "The model", f"number {i}") for i in range(2)]
    for age, name in zip((50, 100), names, strict=True):
        os.utime(runs / "models" / f"{name}.safetensors", (age, age))
    names.append(model_store.add(data, "The model", "number 2"))
    assert [model_store.exists(name) for name in names] == [False, True, True]


def test_every_model_goes_through_the_store() -> None:
    around = re.compile(r"aecore\.load\(|pretrained\.(?:load|sha256)\(|load_atlas\(")
    found = {path.name for path in (ROOT / "ui").rglob("*.py") if around.search(path.read_text())}
    assert found == {"model_store.py"}


# ---- on the pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_a_model_of_ones_own(runs: Path, data: bytes, name: str) -> None:
    own = model_store.add(data, "The model", "mine")
    app = open_page(name, model=own, z=latent_to_text(np.array([1.0, -1, 0, 0, 2])))
    assert link_of(app)["model"] == own
    assert not app.warning
    assert not any("link" in info.value for info in app.info)  # no notice that something could not be read


def test_a_card_can_hold_anything(runs: Path, data: bytes) -> None:
    own = model_store.add(with_card(data, {"hyperparameters": 3, "metrics": [], "name": {}, "curve": "no"}), "It")
    for name in ("draw", "learn", "denoise"):
        open_page(name, model=own)


def test_a_link_to_a_model_that_is_gone_says_so(runs: Path) -> None:
    app = open_page("draw", model="my_" + "0" * 32)
    assert "asks for a model that is not here" in app.info[0].value
    assert link_of(app)["model"] == "default"


def test_a_model_that_goes_while_it_is_used_is_left_with_a_notice(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    app = open_page("traversals", model=own)
    (runs / "models" / f"{own}.safetensors").unlink()
    app.run()
    assert not app.exception
    assert "no longer on this server" in app.info[0].value
    assert link_of(app)["model"] == "default"


def test_nobody_elses_models_are_listed(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    options = {
        key: open_page("draw", **link).selectbox[0].options for key, link in (("other", {}), ("owner", {"model": own}))
    }
    assert set(options["owner"]) - set(options["other"]) == {"mine (yours)"}


def test_a_card_survives_being_named(data: bytes) -> None:
    card = {"preset": "mlp", "curve": [[0.2, 0.1]]}
    named = model_store.named(with_card(data, card), "mine")
    assert dict(parse_model(named, "x").card) == {**card, "name": "mine"}
    assert dataclasses.asdict(parse_model(named, "x").statistics)


# ---- the map of a model of one's own ----------------------------------------------------------------------------


def test_an_own_model_has_a_map_of_real_digits(runs: Path, data: bytes) -> None:
    own = model_store.add(data, "The model", "mine")
    atlas = model_store.atlas(own)
    assert atlas.latents.shape == (2000, 5)
    assert set(atlas.labels.tolist()) == set(range(10))
    assert atlas.umap is None
    digits = aecore.load("default").decode(load_atlas("default").latents[:50])
    np.testing.assert_allclose(model_store.load(own).encode(digits), atlas.latents[:50], atol=0.1)  # kept as bytes
    tensors = safetensors.numpy.load(model_store.atlas_file(own))
    np.testing.assert_array_equal(tensors["basis"], atlas.basis)
    assert "umap" not in tensors


def test_a_latent_of_one_number_has_no_map(runs: Path, tmp_path: Path) -> None:
    spec = Spec.autoencoder((Flatten(), Dense(1)), SPEC.networks["decoder"].layers)
    own = model_store.add(file_of(model_of(spec), tmp_path), "The model", "one")
    with pytest.raises(ModelFileError, match="a single number"):
        model_store.atlas(own)
    for name in ("draw", "map", "arithmetic"):
        open_page(name, model=own)
