from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from aecore import Autoencoder
from aecore.core import manifest
from aecore.data.dataset import Dataset, Split, to_bytes
from aecore.data.mnist import VALIDATION
from aecore.latent import atlas_build
from aecore.latent.atlas import Atlas, AtlasError
from aecore.latent.atlas_build import build_atlas
from aecore.latent.atlas_file import load_atlas, parse_atlas, save_atlas
from tests.aecore.latent.atlases import first_two, make_model

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture
def npz(digits: Dataset, tmp_path: Path) -> Path:
    """A data set in Keras' layout: the strokes, the first ones again and again for the validation split."""
    again = np.arange(VALIDATION + 10) % 200
    images, labels = digits.validation.as_float(again), digits.validation.known_labels()[again]
    test = digits.test
    np.savez(
        tmp_path / "strokes.npz",
        x_train=to_bytes(images),
        y_train=labels,
        x_test=test.as_bytes(),
        y_test=test.known_labels(),
    )
    return tmp_path / "strokes.npz"


def test_the_command_computes_what_load_atlas_loads(
    folder: Path, npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(atlas_build, "umap_layout", first_two)
    before = load_atlas("tiny")
    shutil.copy(folder / "models" / "tiny.safetensors", folder / "models" / "default.safetensors")
    manifest.write()
    assert atlas_build.main(["--data", str(npz)]) == 0  # tiny is none of NAMES
    assert atlas_build.main(["--data", str(npz), "--only", "tiny"]) == 0
    assert "tiny.safetensors" in capsys.readouterr().out
    after = load_atlas("tiny")
    assert after is not before
    assert after.card["command"] == "python -m aecore.atlas --only tiny"
    np.testing.assert_allclose(after.means, before.means, atol=0.05)  # the same digits, pixels rounded to bytes
    np.testing.assert_array_equal(load_atlas("default").latents, after.latents)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "nope"], "There is no model called 'nope'"),
        (["--data", "nowhere.npz"], "There is no file nowhere.npz"),
    ],
)
def test_the_command_fails_with_a_sentence(
    folder: Path, npz: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert atlas_build.main(["--data", str(npz), *options]) == 1
    assert sentence in capsys.readouterr().err


def test_without_data_the_command_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    assert atlas_build.main([]) == 1
    assert "MNIST is read from --data FILE" in capsys.readouterr().err


def test_without_umap_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, small: Atlas) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(AtlasError, match="needs umap-learn"):
        atlas_build.umap_layout(small.latents)


def test_digits_of_one_kind_make_no_atlas(model: Autoencoder, digits: Dataset) -> None:
    zeros = dataclasses.replace(digits, test=Split(digits.test.images, np.zeros(400, np.uint8)))
    with pytest.raises(AtlasError, match="these test strokes are not of 10 classes"):
        build_atlas("tiny", "0" * 64, model, zeros, first_two)


def test_a_latent_of_one_number_makes_no_atlas(digits: Dataset) -> None:
    with pytest.raises(AtlasError, match="single number"):
        build_atlas("line", "0" * 64, make_model(1), digits, first_two)


def test_an_atlas_has_as_many_classes_as_its_data(model: Autoencoder, digits: Dataset, tmp_path: Path) -> None:
    test = Split(digits.test.images, digits.test.known_labels() % 4)
    four = dataclasses.replace(digits, test=test, classes=("east", "north", "west", "south"))
    save_atlas(build_atlas("tiny", "0" * 64, model, four, first_two), tmp_path / "four.safetensors")
    read = parse_atlas((tmp_path / "four.safetensors").read_bytes(), "four")
    assert read.means.shape == (4, 4)
    assert read.card["data"] == "Strokes: 400 test strokes; distances from 200 validation strokes"
