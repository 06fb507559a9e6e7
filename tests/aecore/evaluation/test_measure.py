from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aecore import Autoencoder
from aecore.core.mixture import Mixture
from aecore.data.corruption import corrupt
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.evaluation import measure, measures
from aecore.evaluation.findings import Row
from aecore.latent.pca import fit_pca
from tests.conftest import write_strokes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of strokes in Keras' layout: 400 to train on, 5,000 for validation, 60 for the test."""
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=400, test=60, seed=5)


@pytest.fixture(scope="module")
def data(file: Path) -> Dataset:
    whole = load_mnist(file)
    return dataclasses.replace(whole, validation=whole.validation.take(slice(1100)))  # more than one step


def quiet(line: str) -> None:
    pass


def judge(images: np.ndarray) -> np.ndarray:
    """Recognise a zero in what has little ink; be sure in proportion to the ink of the middle."""
    out = np.zeros((len(images), 10))
    sure = 0.5 + 0.5 * images[:, 10:18, 10:18].mean(axis=(1, 2))
    out[np.arange(len(images)), np.where(images.mean(axis=(1, 2)) < 0.5, 0, 7)] = sure
    return out


def measured(model: Autoencoder, data: Dataset, name: str = "tiny", say: Callable[[str], None] = quiet) -> Row:
    return measure.evaluate_model(name, model, 123, data, judge, say)


def without_times(row: Row) -> Row:
    return dataclasses.replace(row, encode_ms=0, decode_ms=0)


def as_denoiser(model: Autoencoder) -> Autoencoder:
    return dataclasses.replace(model, card={"hyperparameters": {"corruption": "mixture"}, "seconds": 90})


def test_every_figure_is_of_the_right_digits(tiny: Autoencoder, data: Dataset) -> None:
    row = measured(tiny, data)
    drawn = tiny.reconstruct(data.test.as_float())
    assert row.validation_mse == pytest.approx(
        measures.mse(data.validation.as_float(), tiny.reconstruct(data.validation.as_float())), rel=1e-5
    )
    assert row.test_mse == pytest.approx(measures.mse(data.test.as_float(), drawn), rel=1e-5)
    assert row.psnr == pytest.approx(measures.psnr(data.test.as_float(), drawn), rel=1e-5)
    assert row.ssim == pytest.approx(measures.ssim(data.test.as_float(), drawn), rel=1e-4)
    assert row.recognition == measures.recognition(judge(drawn), data.test.known_labels())
    assert row.validation_mse != pytest.approx(row.test_mse, rel=1e-4)
    white = measures.whiteness(tiny.encode(data.train.as_float()))
    assert (row.latent_mean, row.latent_variance, row.latent_correlation) == pytest.approx(white, rel=1e-3)
    assert (row.name, row.weights, row.bytes) == ("tiny", tiny.spec.parameter_count, 123)
    assert row.encode_ms > 0
    assert row.decode_ms > 0
    missing = (row.refined_mse, row.validation_denoising_mse, row.test_denoising_mse, row.training_seconds)
    assert missing == (None, None, None, None)


def test_confidence_is_that_of_what_is_decoded(tiny: Autoencoder, data: Dataset) -> None:
    here = np.full(tiny.latent_dim, 0.5, np.float32)
    point = Mixture(np.ones(1), here[None], np.zeros((1, tiny.latent_dim, tiny.latent_dim)))
    row = measured(dataclasses.replace(tiny, mixture=point), data)
    assert row.sample_confidence == pytest.approx(measures.confidence(judge(tiny.decode(here[None]))), rel=1e-5)
    shares = (row.midpoint_confidence, row.slider_confidence, row.gaussian_confidence)
    assert all(0.5 < share < 1 for share in shares)
    assert len(set(shares)) == 3
    assert measured(dataclasses.replace(tiny, mixture=None), data).sample_confidence is None


def test_every_run_draws_the_same(tiny: Autoencoder, data: Dataset) -> None:
    assert without_times(measured(tiny, data)) == without_times(measured(tiny, data))


def test_refining_is_measured_on_what_refining_draws(tiny: Autoencoder, data: Dataset) -> None:
    latents = tiny.refine(data.test.as_float(), tiny.encode(data.test.as_float()), 3)
    wanted = measures.mse(data.test.as_float(), tiny.decode(latents))
    assert measure.refine("tiny", tiny, data.test.as_float(), lambda line: None).mse == pytest.approx(wanted, rel=1e-5)
    assert wanted < measured(tiny, data).test_mse


def test_a_denoiser_meets_the_articles_corruption_with_the_same_noise_each_time(
    tiny: Autoencoder, data: Dataset
) -> None:
    denoiser = as_denoiser(tiny)
    row = measured(denoiser, data)
    given = corrupt(data.test.as_float(), "gaussian", 0.5, np.random.default_rng(0))
    wanted = np.mean((tiny.reconstruct(given) - data.test.as_float()) ** 2)
    assert row.test_denoising_mse == pytest.approx(wanted, rel=1e-5)
    assert row.test_denoising_mse != pytest.approx(row.test_mse, rel=1e-3)
    assert row.training_seconds == 90
    assert without_times(row) == without_times(measured(denoiser, data))


def test_progress_counts_to_the_end(tiny: Autoencoder, data: Dataset) -> None:
    lines: list[str] = []
    measured(as_denoiser(tiny), data, say=lines.append)
    assert lines[:4] == [
        "tiny, validation, encoding: 1,000 of 1,100",
        "tiny, validation, encoding: 1,100 of 1,100",
        "tiny, validation: 1,000 of 1,100",
        "tiny, validation: 1,100 of 1,100",
    ]
    assert lines[-1] == "tiny, test, corrupted: 60 of 60"


def test_pca_is_measured_like_a_model(data: Dataset) -> None:
    pca = fit_pca(data.train.as_float())
    few, more = (measure.evaluate_pca(pca.first(components), data, judge, quiet) for components in (4, 16))
    assert (few.name, more.name, more.weights, more.bytes) == ("PCA-4", "PCA-16", 13_328, None)
    assert more.validation_mse < few.validation_mse
    assert more.test_mse < few.test_mse
    assert more.ssim > few.ssim
    assert more.latent_mean + more.latent_variance + more.latent_correlation < 1e-3


def test_drawings_are_the_same_digits_with_every_pen(tiny: Autoencoder, data: Dataset) -> None:
    seen: list[np.ndarray] = []

    def watch(images: np.ndarray) -> np.ndarray:
        seen.append(images)
        return np.eye(10)[np.where(images.max(axis=(1, 2)) == 0, 9, 0)]

    few = dataclasses.replace(data, test=data.test.take(slice(5)))
    found = measure.evaluate_drawings({"default": tiny, "book": tiny}, few, watch, quiet)
    assert [(row.pen, row.extent) for row in found] == list(measure.PENS)
    assert all(row.recognition == 1 and list(row.reconstructed) == ["default", "book"] for row in found)
    drawn = [images for images in seen if not any(images is other for other in seen[::3])]
    assert len(drawn) == 2 * len(found)
    first, *others = seen[2::3]  # judged last: the drawings themselves
    assert first.shape == (5, 28, 28)
    for other in others:
        # Whatever the pen, a drawing is closer to that of the same digit than to that of another.
        own = np.mean((other - first) ** 2, axis=(1, 2))
        assert (own < np.mean((other - np.roll(first, 1, axis=0)) ** 2, axis=(1, 2))).all()
    assert any((other != first).any() for other in others)
