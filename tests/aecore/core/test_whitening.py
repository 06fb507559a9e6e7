from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core.forward import run
from aecore.core.spec import Conv2D, Dense, Flatten, Network, Reshape, Spec
from aecore.core.whitening import centre, some_rows, whiten
from aecore.data.dataset import Dataset
from aecore.tasks import Autoencoder
from tests.aecore.conftest import TINY
from tests.architectures import random_weights


@pytest.fixture
def whitened(tiny: Autoencoder, blobs: np.ndarray) -> tuple[Autoencoder, np.ndarray]:
    """A model with skewed latents, whitened on the blobs, and its effects."""
    weights, effect = whiten(TINY, tiny.weights, tiny.encode(blobs), tiny.decode)
    return Autoencoder(TINY, weights, tiny.statistics, {}), effect


def test_the_latents_were_not_white_before(tiny: Autoencoder, blobs: np.ndarray) -> None:
    latents = tiny.encode(blobs)
    assert np.abs(latents.mean(axis=0)).max() > 0.1
    assert np.abs(np.cov(latents, rowvar=False) - np.eye(4)).max() > 0.1


def test_whitening_leaves_reconstructions_alone(tiny: Autoencoder, whitened: Any, blobs: np.ndarray) -> None:
    np.testing.assert_allclose(whitened[0].reconstruct(blobs), tiny.reconstruct(blobs), atol=1e-4)


def test_whitened_latents_have_zero_mean_and_unit_covariance(whitened: Any, blobs: np.ndarray) -> None:
    latents = whitened[0].encode(blobs).astype(np.float64)
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(4), atol=1e-3)


def test_effects_fall_and_are_what_a_step_does(whitened: Any, blobs: np.ndarray) -> None:
    model, effect = whitened
    assert (np.diff(effect) <= 0).all()
    assert effect[0] > 2 * effect[-1]
    latents = model.encode(blobs)
    for i, wanted in enumerate(effect):
        step = np.eye(4, dtype=np.float32)[i]
        change = model.decode(latents + step) - model.decode(latents - step)
        assert np.mean(change**2) == pytest.approx(wanted, rel=0.1)  # `effect` looks at fewer digits
        assert change[:512].mean() > -1e-6  # to the right means more ink


def test_dimensions_move_the_image_independently_of_each_other(whitened: Any, blobs: np.ndarray) -> None:
    model, _ = whitened
    latents = model.encode(blobs[:512])
    slopes = []
    for step in 0.25 * np.eye(4, dtype=np.float32):
        slopes.append((model.decode(latents + step) - model.decode(latents - step)).ravel().astype(np.float64))
    gram = np.array(slopes) @ np.array(slopes).T
    assert np.abs(gram - np.diag(np.diag(gram))).max() < 0.02 * gram.max()


@pytest.mark.proof  # encodes 55,000 digits with every model; `test_some_latents_of_shipped_models_are_white` has fewer
@pytest.mark.parametrize("name", aecore.available())
def test_latents_of_shipped_models_are_made_for_sliders(name: str, mnist: Dataset) -> None:
    model = aecore.load(name)
    latents = model.encode(mnist.train.as_float()).astype(np.float64)
    statistics = model.statistics
    # Weights rounded to one byte: hence the tolerance.
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.001)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(model.latent_dim), atol=0.01)
    assert (np.diff(statistics.effect) <= 0).all()
    inside = (latents >= np.array(statistics.low)) & (latents <= np.array(statistics.high))
    assert (inside.mean(axis=0) >= 0.997).all()


@pytest.mark.parametrize("name", aecore.available())
def test_some_latents_of_shipped_models_are_white(name: str, mnist: Dataset) -> None:
    latents = aecore.load(name).encode(mnist.train.as_float(slice(3_000)))
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose(np.cov(latents, rowvar=False), np.eye(latents.shape[1]), atol=0.2)


def test_centring_moves_latents_and_leaves_pictures(tiny: Autoencoder, blobs: np.ndarray) -> None:
    mean = np.array([0.5, -1.0, 0.0, 2.0])
    moved = dataclasses.replace(tiny, weights=centre(tiny.spec, tiny.weights, mean))
    np.testing.assert_allclose(moved.encode(blobs), tiny.encode(blobs) - mean, atol=1e-5)
    np.testing.assert_allclose(moved.reconstruct(blobs), tiny.reconstruct(blobs), atol=1e-5)


@pytest.fixture
def spread() -> tuple[Spec, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A Spec whose latent is read by two networks, in one of them between other vectors; its weights and 300 inputs."""
    spec = Spec(
        inputs={"image": (6, 7, 2), "label": (3,)},
        latent="summary",
        networks={
            "before": Network(("label",), (Dense(2, "tanh"),)),
            "summary": Network(("image",), (Conv2D(3, 3, 2, "silu"), Flatten(), Dense(4))),
            "drawn": Network(("label", "summary", "before"), (Dense(84, "tanh"), Reshape((6, 7, 2)))),
            "named": Network(("summary",), (Dense(5, "softmax"),)),
            "all": Network(("drawn", "image"), (Conv2D(2, 3, 1, "sigmoid"),)),
        },
    )
    rng = np.random.default_rng(0)
    inputs = {name: rng.random((300, *shape), np.float32) for name, shape in spec.inputs.items()}
    return spec, random_weights(spec), inputs


def test_whitening_folds_into_every_network_that_reads_the_latent(spread: Any) -> None:
    spec, weights, inputs = spread
    latents = run(spec, weights, inputs, "summary")
    some = {name: value[some_rows(300, 100)] for name, value in inputs.items()}
    asked: list[int] = []

    def decode(latents: np.ndarray) -> np.ndarray:
        asked.append(len(latents))
        return run(spec, weights, {**some, "summary": latents}, "all")

    white, effect = whiten(spec, weights, latents, decode, 100)
    made = run(spec, white, inputs, "summary").astype(np.float64)
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(made, rowvar=False), np.eye(4), atol=1e-3)
    assert np.abs(np.cov(latents, rowvar=False) - np.eye(4)).max() > 0.1
    assert set(asked) == {100}
    assert (np.diff(effect) <= 0).all()
    for name in ("drawn", "named", "all"):
        wanted = run(spec, weights, inputs, name)
        np.testing.assert_allclose(run(spec, white, inputs, name), wanted, atol=1e-4)
    changed = {name for name in weights if not np.array_equal(weights[name], white[name])}
    assert changed == {
        f"{layer}.{part}" for layer in ("summary.2", "drawn.0", "named.0") for part in ("kernel", "bias")
    }
    rows = white["drawn.0.kernel"] == weights["drawn.0.kernel"]
    assert rows[:3].all()  # those of the label
    assert rows[7:].all()  # and of what is read after the latent
    assert not rows[3:7].any()


def test_centring_reaches_every_network_that_reads_the_latent(spread: Any) -> None:
    spec, weights, inputs = spread
    mean = np.array([0.5, -1.0, 0.0, 2.0])
    moved = centre(spec, weights, mean)
    latents = run(spec, weights, inputs, "summary")
    np.testing.assert_allclose(run(spec, moved, inputs, "summary"), latents - mean, atol=1e-5)
    for name in ("drawn", "named", "all"):
        np.testing.assert_allclose(run(spec, moved, inputs, name), run(spec, weights, inputs, name), atol=1e-5)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 555])
def test_some_rows_are_spread_over_all(count: int) -> None:
    rows = np.arange(count)[some_rows(count, 100)]
    assert len(rows) == min(count, 100)
    assert len(set(np.diff(rows))) <= 1
