from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aecore
from aecore import ModelFileError
from aecore.core import manifest, pretrained
from aecore.core.tensor_file import read_header
from aecore.tasks import load_student
from tests.architectures import MODELS, latent_dim_of


@pytest.fixture
def folder(ship: Callable[..., Path]) -> Path:
    """A folder of models of its own: `a`, `default` and `z`, listed in a manifest."""
    return ship("z", "default", "a")


FOLDERS = {"models": pretrained.MODELS, "students": pretrained.students(), "atlases": pretrained.atlases()}


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_the_manifest_lists_every_file_with_its_checksum(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text())
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.safetensors"))
    for name, entry in listed.items():
        data = (folder / name).read_bytes()
        task = {"task": read_header(data)["task"]} if "task" in read_header(data) else {}
        assert entry == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), **task}


def test_a_model_file_is_at_most_eight_megabytes() -> None:
    assert all(path.stat().st_size <= 8_000_000 for path in pretrained.MODELS.glob("*.safetensors"))


@pytest.mark.parametrize("name", MODELS)
def test_shipped_models_load_and_have_the_numbers_their_names_say(name: str) -> None:
    model = aecore.load(name)
    assert model.latent_dim == latent_dim_of(name)
    assert model is aecore.load(name)  # loaded once


@pytest.mark.parametrize("name", MODELS)
def test_a_card_says_where_a_model_comes_from(name: str) -> None:
    card = aecore.load(name).card
    assert {"preset", "command", "data", "seed", "epochs", "hyperparameters", "versions", "curve", "metrics"} <= set(
        card
    )
    assert len(card["curve"]) == card["epochs"] >= 1
    assert card["metrics"]["validation_mse"] > 0


def test_default_comes_first(folder: Path) -> None:
    assert aecore.available() == ["default", "a", "z"]
    assert aecore.load().card == aecore.load("default").card == aecore.load("a").card


@pytest.mark.parametrize("name", ["nope", "", "../models/default", "default.safetensors", "x" * 500])
def test_an_unknown_name_is_refused_and_the_known_ones_are_named(name: str, folder: Path) -> None:
    with pytest.raises(ModelFileError, match=r"There is no model called .* Known models: default, a, z") as caught:
        aecore.load(name)
    assert len(str(caught.value)) < 200


def test_one_damaged_file_spoils_no_other(folder: Path) -> None:
    damaged = folder / "a.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    (folder / "z.safetensors").unlink()
    with pytest.raises(ModelFileError, match=r"a\.safetensors is damaged"):
        aecore.load("a")
    with pytest.raises(ModelFileError, match=r"z\.safetensors is missing"):
        aecore.load("z")
    assert aecore.available() == ["default", "a", "z"]
    assert aecore.load("default").latent_dim == 4


def test_a_repaired_file_loads_without_a_restart(folder: Path) -> None:
    damaged = folder / "a.safetensors"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:100])
    with pytest.raises(ModelFileError):
        aecore.load("a")
    damaged.write_bytes(whole)
    assert aecore.load("a").latent_dim == 4


def test_without_a_manifest_there_is_a_sentence(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    for use in (aecore.available, aecore.load):
        with pytest.raises(ModelFileError, match=re.escape("manifest.json is missing or damaged")):
            use()


@pytest.mark.parametrize("name", MODELS)
def test_eight_threads_get_what_one_gets(name: str, blobs: np.ndarray) -> None:
    model = aecore.load(name)
    latents = np.random.default_rng(0).standard_normal((8, 5, model.latent_dim), np.float32)
    images = blobs[:40].reshape(8, 5, 28, 28)

    def work(i: int) -> Any:
        return [(model.decode(latents[i]), model.encode(images[i])) for _ in range(3)]

    alone = [work(i)[0] for i in range(8)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(work, range(8)))
    for (decoded, encoded), results in zip(alone, together, strict=True):
        for also_decoded, also_encoded in results:
            np.testing.assert_allclose(also_decoded, decoded, atol=1e-6)
            np.testing.assert_allclose(also_encoded, encoded, atol=1e-5)
    assert np.abs(alone[0][0] - alone[1][0]).max() > 0.01  # the threads' tasks differ


# Students


@pytest.fixture
def student(folder: Path, tiny: aecore.Autoencoder) -> Path:
    """The file of a student of `a`."""
    file = folder.parent / "students" / "a.safetensors"
    card = {"teacher": "a", "teacher_sha256": pretrained.sha256("a")}
    aecore.save_model(dataclasses.replace(tiny, card=card, mixture=None), file)
    manifest.write_all()
    return file


def test_a_student_is_found_by_its_teachers_name_and_is_no_model_of_its_own(student: Path) -> None:
    assert pretrained.student("a") == student
    assert pretrained.student_sha256("a") == hashlib.sha256(student.read_bytes()).hexdigest()
    assert load_student("a").card["teacher"] == "a"
    assert load_student("a") is load_student("a")
    assert aecore.available() == ["default", "a", "z"]


@pytest.mark.parametrize("name", ["z", "nope", "../students/a", ""])
def test_most_models_have_no_student(student: Path, name: str) -> None:
    assert pretrained.student(name) is None
    assert load_student(name) is None
    with pytest.raises(ModelFileError, match=r"no student of .* Run `python -m aecore\.distill`"):
        pretrained.student_sha256(name)


def test_a_student_of_another_version_of_its_teacher_is_not_used(student: Path, tiny: aecore.Autoencoder) -> None:
    aecore.save_model(dataclasses.replace(tiny, card={"seed": 4}), pretrained.path("a"))
    manifest.write_all()
    assert pretrained.student("a") is None


@pytest.mark.parametrize("how", ["cut", "changed", "missing", "no manifest", "no card"])
def test_a_damaged_student_is_not_used(student: Path, tiny: aecore.Autoencoder, how: str) -> None:
    data = student.read_bytes()
    if how == "no manifest":
        (student.parent / "manifest.json").unlink()
    elif how == "missing":
        student.unlink()
    elif how == "no card":
        aecore.save_model(dataclasses.replace(tiny, card={}), student)
        manifest.write_all()
    else:
        student.write_bytes(data[:200] if how == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    assert pretrained.student("a") is None
    assert load_student("a") is None
    assert aecore.load("a").latent_dim == 4  # the teacher does without


def test_without_students_every_model_does_without(folder: Path) -> None:
    assert pretrained.student("a") is None
