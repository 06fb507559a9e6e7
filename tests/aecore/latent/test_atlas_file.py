from __future__ import annotations

import dataclasses
import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aecore
from aecore import Autoencoder, ModelFileError
from aecore.core import manifest, pretrained
from aecore.core.model_file import save_model
from aecore.data.dataset import Dataset
from aecore.latent.atlas import Atlas, AtlasError
from aecore.latent.atlas_build import build_atlas
from aecore.latent.atlas_file import load_atlas, parse_atlas, save_atlas
from tests.aecore.latent.atlases import PRETRAINED, first_two, make_model, rebuilt, same

SEEDS = st.integers(0, 2**32 - 1)


def test_an_atlas_comes_back_as_it_was(small: Atlas, written: bytes) -> None:
    loaded = parse_atlas(written, "tiny")
    assert same(loaded, small)
    assert loaded.umap is not None
    np.testing.assert_allclose(np.ptp(loaded.umap, axis=0).max(), 2)
    with pytest.raises(ValueError, match="read-only"):
        loaded.latents[0, 0] = 1


def test_latents_are_rounded_by_at_most_half_a_step(small: Atlas, model: Autoencoder, digits: Dataset) -> None:
    exact = model.encode(digits.test.as_float())
    assert (np.abs(small.latents - exact) <= 0.51 * np.abs(exact).max(axis=0) / 127).all()


def test_the_same_digits_give_the_same_file(small: Atlas, model: Autoencoder, digits: Dataset) -> None:
    again = build_atlas("tiny", "0" * 64, model, digits, first_two)
    assert same(dataclasses.replace(again, card=small.card), small)  # the card holds seconds


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"latents": None}, "holds no latents"),
        ({"latents": np.zeros(5, np.int8)}, "holds no latents"),
        ({"latents": np.zeros((0, 4), np.int8)}, "holds no latents"),
        ({"latents": np.zeros((399, 4), np.int8)}, r"labels is uint8 \(400,\), wanted uint8 \(399,\)"),
        ({"latents": np.zeros((400, 4), np.float32)}, "wanted int8"),
        ({"labels": np.full(400, 10, np.uint8)}, "a class that has no mean"),
        ({"labels": None}, "see 'labels'"),
        ({"extra": np.zeros(1)}, "see 'extra'"),
        ({"umap": None}, "see 'umap'"),
        ({"means": np.zeros((10, 3), np.float32)}, "means is float32"),
        ({"means": np.full((10, 4), np.nan, np.float32)}, "NaN or infinite"),
        ({"centre": np.full(4, np.inf, np.float32)}, "NaN or infinite"),
        ({"latents.scale": np.full(4, np.nan, np.float32)}, "not a positive number"),
        ({"latents.scale": np.zeros(4, np.float32)}, "not a positive number"),
        ({"latents.scale": np.full(4, 3e38, np.float32)}, "not a positive number"),
        ({"basis": np.ones((2, 4), np.float32)}, "not orthonormal"),
        ({"basis": np.full((2, 4), 3e38, np.float32)}, "not orthonormal"),
        ({"distances": np.linspace(1, 0, 101, dtype=np.float32)}, "rising order"),
        ({"distances": np.linspace(-1, 1, 101, dtype=np.float32)}, "rising order"),
        ({"distances": np.zeros(100, np.float32)}, r"wanted float32 \(101,\)"),
    ],
)
def test_odd_tensors_are_refused(written: bytes, tensors: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AtlasError, match=sentence):
        parse_atlas(rebuilt(written, tensors), "The atlas odd")


def test_odd_tensors_of_a_plane_are_refused(digits: Dataset, tmp_path: Path) -> None:
    plane = build_atlas("flat", "0" * 64, make_model(2), digits, first_two)
    save_atlas(plane, tmp_path / "flat.safetensors")
    data = (tmp_path / "flat.safetensors").read_bytes()
    huge = {"latents": np.full((400, 2), 3e38, np.float32), "latents.scale": np.full(2, 9, np.float32)}
    for tensors, sentence in (
        (huge, "NaN or infinite"),
        ({"latents": np.zeros((400, 2), np.int8)}, "wanted float32"),
        ({"basis": np.eye(2, dtype=np.float32)}, "see 'basis'"),
    ):
        with pytest.raises(AtlasError, match=sentence):
            parse_atlas(rebuilt(data, tensors), "The atlas odd")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"format": "pt"}, "was not written by this project"),
        ({"format": "aecore-1"}, "holds a model, not an atlas"),
        ({"format": "aecore-atlas-2"}, r"another version of this project \(aecore-atlas-2\)"),
        ({"card": "[]"}, "card is not a mapping"),
        ({"card": "{"}, "does not say which model"),
        ({"card": "[" * 9999}, "does not say which model"),
    ],
)
def test_odd_headers_are_refused(written: bytes, header: dict[str, str], sentence: str) -> None:
    with pytest.raises(AtlasError, match=sentence):
        parse_atlas(rebuilt(written, **header), "The atlas odd")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"[" * 99999, b'{"__metadata__": []}'])
def test_odd_bytes_are_refused(text: bytes) -> None:
    for junk in (text, struct.pack("<Q", len(text)) + text):
        with pytest.raises(AtlasError, match=r"truncated, damaged|no safetensors file|not an atlas"):
            parse_atlas(junk, "The atlas odd")


def test_every_truncation_is_noticed(written: bytes) -> None:
    for length in sorted({*range(100), *range(0, len(written), 97), *range(len(written) - 50, len(written))}):
        with pytest.raises(AtlasError, match="truncated, damaged"):
            parse_atlas(written[:length], "The atlas cut")


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_a_sentence_or_a_sound_atlas(written: bytes, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(written)
    for at, value in changes:
        damaged[at % len(written)] = value
    sentence, odd = "", None
    try:
        odd = parse_atlas(bytes(damaged), "The atlas odd")
    except AtlasError as error:
        sentence = str(error)
    assert odd or (sentence.startswith("The atlas odd ") and len(sentence) < 300)
    assert odd is None or (np.isfinite(odd.latents).all() and 0 <= odd.percentile(odd.latents[0]) <= 100)


# Loading by name


def test_manifests_list_models_and_atlases_apart(folder: Path) -> None:
    assert pretrained.available() == ["tiny"]
    listed = json.loads((folder / "atlas" / "manifest.json").read_text())
    assert listed == {
        "tiny.safetensors": {
            "sha256": pretrained.atlas_sha256("tiny"),
            "bytes": (folder / "atlas" / "tiny.safetensors").stat().st_size,
        }
    }
    assert same(load_atlas("tiny"), load_atlas("tiny"))


def test_an_atlas_of_another_model_is_not_used(folder: Path, model: Autoencoder) -> None:
    save_model(dataclasses.replace(model, card={"seed": 4}), folder / "models" / "tiny.safetensors")
    manifest.write()
    with pytest.raises(
        AtlasError, match=r"another model than the shipped one\. Run `python -m aecore\.atlas --only tiny`"
    ):
        load_atlas("tiny")


def test_an_atlas_under_another_name_is_not_used(folder: Path) -> None:
    for kind in ("models", "atlas"):
        shutil.copy(folder / kind / "tiny.safetensors", folder / kind / "twin.safetensors")
    manifest.write_all()
    with pytest.raises(AtlasError, match="The atlas of twin was computed for another model"):
        load_atlas("twin")


def test_a_damaged_atlas_is_a_sentence_until_it_is_repaired(folder: Path) -> None:
    path = folder / "atlas" / "tiny.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(AtlasError, match=r"The atlas tiny\.safetensors is damaged"):
        load_atlas("tiny")
    path.unlink()
    with pytest.raises(AtlasError, match=r"The atlas of tiny is missing\. Run `python -m aecore\.atlas --only tiny`"):
        load_atlas("tiny")
    path.write_bytes(whole)
    assert load_atlas("tiny").model == "tiny"


def test_a_model_without_an_atlas_is_a_sentence(folder: Path) -> None:
    shutil.copy(folder / "models" / "tiny.safetensors", folder / "models" / "other.safetensors")
    manifest.write_all()
    with pytest.raises(ModelFileError, match=r"no atlas of 'other'\. Run `python -m aecore\.atlas"):
        load_atlas("other")
    with pytest.raises(ModelFileError, match=r"no model called '\.\./models/tiny'"):
        load_atlas("../models/tiny")


# What is shipped


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_atlas_belongs_to_the_shipped_model(name: str) -> None:
    loaded = load_atlas(name)
    assert (loaded.model, loaded.model_sha256) == (name, pretrained.sha256(name))
    assert loaded.latent_dim == aecore.load(name).latent_dim
    assert loaded.latents.shape[0] == 10_000
    assert {"command", "data", "seed", "seconds", "rounding", "versions"} <= set(loaded.card)
    assert loaded.card["rounding"]["decoded_mse"] < 1e-4  # the model's own error is 40 times that
    assert loaded is load_atlas(name)  # loaded once


@pytest.mark.parametrize("name", PRETRAINED)
def test_an_atlas_is_at_most_300_kilobytes(name: str) -> None:
    assert (pretrained.atlases() / f"{name}.safetensors").stat().st_size <= 300_000


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_latents_are_those_of_the_test_digits(name: str, mnist: Dataset) -> None:
    loaded = load_atlas(name)
    np.testing.assert_array_equal(loaded.labels, mnist.test.known_labels())
    exact = aecore.load(name).encode(mnist.test.as_float(slice(None, None, 50)))
    step = np.abs(loaded.latents).max(axis=0) / 127
    assert (np.abs(loaded.latents[::50] - exact) <= 0.51 * step + 1e-4).all()


def test_digits_of_a_kind_lie_together_on_the_bent_map() -> None:
    loaded = load_atlas()
    assert loaded.umap is not None
    assert np.abs(loaded.umap).max() == 1
    right = []
    for i in range(0, 10_000, 50):
        gaps = np.square(loaded.umap - loaded.umap[i]).sum(axis=1)
        gaps[i] = np.inf
        right.append(loaded.labels[gaps.argmin()] == loaded.labels[i])
    assert np.mean(right) > 0.9


def test_reading_an_atlas_brings_no_library_along(run_python: Callable[..., Any]) -> None:
    code = (
        "import sys, numpy as np; from aecore.latent.atlas_file import load_atlas\n"
        "loaded = load_atlas()\n"
        "loaded.percentile(loaded.lift(np.zeros((1, 2)), loaded.means[:1])[0])\n"
        "heavy = ('scipy', 'sklearn', 'skimage', 'umap', 'numba', 'tensorflow', 'keras', 'streamlit')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = run_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr
