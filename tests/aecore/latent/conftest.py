"""Fixtures of the atlas' tests."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aecore import Autoencoder
from aecore.core import manifest, pretrained
from aecore.core.model_file import save_model
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import DIGITS
from aecore.latent.atlas import Atlas
from aecore.latent.atlas_build import build_atlas
from aecore.latent.atlas_file import load_atlas, save_atlas
from tests.aecore.latent.atlases import PRETRAINED, first_two, make_model


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    """A model whose latents are four numbers."""
    return make_model(4)


@pytest.fixture(scope="module")
def digits(blobs: np.ndarray) -> Dataset:
    """Strokes that pass for digits: 400 for the atlas, 200 held out, labelled at random."""
    labels = np.random.default_rng(5).integers(10, size=600).astype(np.uint8)
    train, validation, test = (Split(blobs[some], labels[some]) for some in (slice(1), slice(400, 600), slice(400)))
    return Dataset("strokes", "Strokes", train, validation, test, "strokes", DIGITS)


@pytest.fixture(scope="module")
def small(model: Autoencoder, digits: Dataset) -> Atlas:
    """The atlas of that model."""
    return build_atlas("tiny", "0" * 64, model, digits, first_two)


@pytest.fixture(params=PRETRAINED, scope="module")
def real(request: pytest.FixtureRequest) -> Atlas:
    return load_atlas(request.param)


@pytest.fixture(scope="module")
def written(small: Atlas, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("atlas") / "tiny.safetensors"
    save_atlas(small, path)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, model: Autoencoder, small: Atlas, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of assets of its own: the model `tiny` and its atlas, listed in manifests."""
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", tmp_path / "models")
        monkeypatch.setattr(module, "MANIFEST", tmp_path / "models" / "manifest.json")
    save_model(model, tmp_path / "models" / "tiny.safetensors")
    manifest.write()
    save_atlas(
        dataclasses.replace(small, model_sha256=pretrained.sha256("tiny")), tmp_path / "atlas" / "tiny.safetensors"
    )
    manifest.write_all()
    return tmp_path
