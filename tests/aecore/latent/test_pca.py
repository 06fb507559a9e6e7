from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aecore.core import manifest
from aecore.core.model_file import ModelFileError
from aecore.data.dataset import Dataset
from aecore.evaluation import measures
from aecore.latent import pca as pca_module
from aecore.latent.pca import Pca, fit_pca, fit_pretrained, load_pca, parse_pca, save_pca


@pytest.fixture(scope="module")
def pca(blobs: np.ndarray) -> Pca:
    return fit_pca(blobs[:400])


def test_it_is_the_best_linear_redrawing(pca: Pca, blobs: np.ndarray) -> None:
    images = blobs[:400]
    # What is left on the images that it was fitted to is known from their singular values.
    x = images.reshape(400, -1).astype(np.float64)
    singular = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    for components in (4, 16):
        model = pca.first(components)
        left = np.sum(singular[components:] ** 2) / x.size
        assert measures.mse(images, model.decode(model.encode(images))) == pytest.approx(left, rel=1e-4)


def test_more_components_redraw_unseen_images_better(pca: Pca, blobs: np.ndarray) -> None:
    few, more = (measures.mse(blobs[400:], m.decode(m.encode(blobs[400:]))) for m in (pca.first(4), pca.first(16)))
    assert more < 0.8 * few


def test_its_latents_are_white_on_the_images_it_was_fitted_to(pca: Pca, blobs: np.ndarray) -> None:
    latents = pca.first(16).encode(blobs[:400])
    assert (latents.shape, latents.dtype) == ((400, 16), np.float32)
    assert measures.whiteness(latents) == pytest.approx((0, 0, 0), abs=1e-4)


def test_it_counts_its_numbers(pca: Pca) -> None:
    assert (pca.first(16).latent_dim, pca.first(16).parameter_count) == (16, 16 * 784 + 784)


def test_on_the_real_digits_it_has_the_known_error(mnist: Dataset) -> None:
    model = fit_pca(mnist.train.as_float()).first(16)
    drawn = model.decode(model.encode(mnist.test.as_float()))
    assert measures.mse(mnist.test.as_float(), drawn) == pytest.approx(0.0269, abs=0.0001)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pca_module, "FILE", tmp_path / "pca.safetensors")
    return tmp_path


def test_what_is_written_comes_back(pca: Pca, blobs: np.ndarray, folder: Path) -> None:
    kept = pca.first(16)
    save_pca(dataclasses.replace(kept, card={"seed": 3}), folder / "pca.safetensors")
    manifest.write(folder)
    found = load_pca()
    assert found.card == {"seed": 3}
    images = blobs[400:420]
    np.testing.assert_allclose(found.decode(found.encode(images)), kept.decode(kept.encode(images)), atol=2e-3)


def test_a_missing_or_damaged_file_is_one_sentence(pca: Pca, folder: Path) -> None:
    with pytest.raises(ModelFileError, match=r"missing. Run `python -m aecore.pca`."):
        load_pca()
    save_pca(pca.first(4), folder / "pca.safetensors")
    manifest.write(folder)
    data = bytearray((folder / "pca.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "pca.safetensors").write_bytes(data)
    with pytest.raises(ModelFileError, match=r"is damaged or was replaced: .* Run `python -m aecore\.pca`\."):
        load_pca()
    (folder / "manifest.json").unlink()
    with pytest.raises(ModelFileError, match="manifest"):
        load_pca()


@pytest.mark.parametrize("wrong", ["format", "shape", "nan", "zero", "bytes"])
def test_another_file_is_refused(pca: Pca, folder: Path, wrong: str) -> None:
    four = pca.first(4)
    deviations = four.deviations * (0 if wrong == "zero" else 1)
    axes = four.axes[:700] if wrong == "shape" else four.axes * (np.nan if wrong == "nan" else 1)
    save_pca(Pca(four.mean, axes, deviations), folder / "other.safetensors")
    data = (folder / "other.safetensors").read_bytes()
    if wrong == "format":
        data = data.replace(b"aecore-pca-1", b"aecore-pca-9")
    with pytest.raises(ModelFileError, match="principal components"):
        parse_pca(b"\0" * 40 if wrong == "bytes" else data)


def test_what_is_shipped_was_fitted_to_the_real_digits(mnist: Dataset) -> None:
    shipped, fresh = load_pca(), fit_pretrained(mnist)
    assert shipped.card["test_mse"] == pytest.approx(fresh.card["test_mse"], rel=1e-4)
    drawn = [model.decode(model.encode(mnist.test.as_float(slice(50)))) for model in (shipped, fresh)]
    np.testing.assert_allclose(drawn[0], drawn[1], atol=5e-3)  # directions may differ in sign, pictures not
