from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore.forward import activate, conv2d, conv2d_transpose, depth_to_space, forward
from aecore.spec import ACTIVATIONS, Conv2D, Conv2DTranspose, Dense, DepthToSpace, Flatten, Layer, Reshape, Spec
from tests.aecore.conftest import random_weights

# Kernels smaller than, equal to and larger than the stride and the image, even and odd.
KERNELS, STRIDES = (1, 2, 3, 4, 5, 7), (1, 2, 3, 4)
SIZES = ((5, 8), (7, 7), (1, 2), (6, 3))


def around(layer: Layer, size: tuple[int, int], channels: int = 4) -> Spec:
    """Put a layer into an otherwise plain Spec, on an image (height, width, channels) of any size."""
    shape = (*size, channels)
    return Spec(
        encoder=(Flatten(), Dense(math.prod(shape), "tanh"), Reshape(shape), layer, Flatten(), Dense(3)),
        decoder=(Dense(784, "sigmoid"), Reshape((28, 28, 1))),
    )


LAYERS: dict[str, Spec] = {
    f"{kind.name}-kernel{kernel}-stride{stride}-{size[0]}x{size[1]}": around(kind(3, kernel, stride), size)
    for kind in (Conv2D, Conv2DTranspose)
    for kernel, stride, size in itertools.product(KERNELS, STRIDES, SIZES)
    if (kernel + stride + size[0]) % 2 or size == (5, 8)  # every kernel with every stride; other sizes with half
}
LAYERS |= {
    f"{layer.name}-{layer.activation}": around(layer, (4, 6))
    for activation in ACTIVATIONS
    for layer in (Conv2D(3, 3, 1, activation), Conv2DTranspose(3, 3, 2, activation))
}
LAYERS |= {
    f"dense-{activation}": Spec(
        encoder=(Flatten(), Dense(9, activation), Dense(5)),
        decoder=(Dense(7, activation), Dense(784, activation), Reshape((28, 28, 1))),
    )
    for activation in ACTIVATIONS
}
LAYERS |= {
    "depth_to_space-2": around(DepthToSpace(2), (3, 5), 12),
    "depth_to_space-3": around(DepthToSpace(3), (4, 2), 9),
    "depth_to_space-1": around(DepthToSpace(1), (4, 2), 3),
    "reshape": around(Reshape((2, 3, 6)), (4, 3), 3),
    "flatten": around(Flatten(), (4, 3), 3),
    "odd-image": Spec(
        encoder=(Conv2D(2, 5, 3, "relu"), Conv2D(3, 4, 3, "silu"), Flatten(), Dense(3)),
        decoder=(
            Dense(7 * 7 * 4, "silu"),
            Reshape((7, 7, 4)),
            DepthToSpace(2),
            Conv2DTranspose(2, 5, 2, "relu"),
            Conv2D(1, 4, 1, "sigmoid"),
        ),
    ),
}
MODELS = aecore.available()


@pytest.fixture(scope="module")
def jobs(blobs: np.ndarray) -> dict[str, dict[str, Any]]:
    """What is computed both ways: {name: {spec, weights, images, given_latents}}."""
    rng = np.random.default_rng(1)
    out = {
        name: {
            "spec": spec,
            "weights": random_weights(spec, seed),
            "images": blobs[:5],
            "given_latents": rng.standard_normal((5, spec.latent_dim), np.float32),
        }
        for seed, (name, spec) in enumerate(LAYERS.items())
    }
    for name in MODELS:
        model = aecore.load(name)
        latents = rng.uniform(model.statistics.low, model.statistics.high, (1000, model.latent_dim))
        # Strokes, noise, and what the decoder itself draws.
        images = [blobs[:500], rng.random((100, 28, 28), np.float32), model.decode(latents[:400])]
        out[name] = {
            "spec": model.spec,
            "weights": model.weights,
            "images": np.concatenate(images),
            "given_latents": latents.astype(np.float32),
        }
    return out


@pytest.fixture(scope="module")
def keras(
    jobs: dict[str, dict[str, Any]], run_python: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, np.ndarray]:
    """What Keras makes of the jobs: {name/latents: ..., name/decoded: ...}."""
    folder: Path = tmp_path_factory.mktemp("keras")
    arrays: dict[str, Any] = {}
    for name, job in jobs.items():
        arrays[f"{name}/spec"] = json.dumps(job["spec"].to_dict())
        arrays[f"{name}/images"], arrays[f"{name}/given_latents"] = job["images"], job["given_latents"]
        arrays |= {f"{name}/weights/{key}": value for key, value in job["weights"].items()}
    np.savez(folder / "jobs.npz", **arrays)
    done = run_python("-m", "tests.aecore.keras_reference", str(folder / "jobs.npz"), str(folder / "results.npz"))
    assert done.returncode == 0, done.stderr
    with np.load(folder / "results.npz") as file:
        return dict(file)


@pytest.mark.parametrize("name", LAYERS)
def test_numpy_agrees_with_keras_on_a_layer(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    job = jobs[name]
    latents = forward(job["spec"].encoder, job["weights"], "encoder", job["images"][..., None])
    decoded = forward(job["spec"].decoder, job["weights"], "decoder", job["given_latents"])[..., 0]
    assert latents.dtype == decoded.dtype == np.float32
    np.testing.assert_allclose(latents, keras[f"{name}/latents"], atol=1e-5, rtol=0)
    np.testing.assert_allclose(decoded, keras[f"{name}/decoded"], atol=1e-5, rtol=0)
    assert np.ptp(latents, axis=0).min() > 1e-3  # images differ by far more than the tolerance


@pytest.mark.parametrize("name", MODELS)
def test_numpy_agrees_with_keras_on_a_shipped_model(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    model, job = aecore.load(name), jobs[name]
    np.testing.assert_allclose(model.encode(job["images"]), keras[f"{name}/latents"], atol=1e-5, rtol=0)
    np.testing.assert_allclose(model.decode(job["given_latents"]), keras[f"{name}/decoded"], atol=1e-5, rtol=0)
    assert len(job["images"]) == len(job["given_latents"]) == 1000


def test_depth_to_space_lays_channels_out_row_by_row() -> None:
    x = np.arange(8, dtype=np.float32).reshape(1, 1, 1, 8)
    np.testing.assert_array_equal(depth_to_space(x, 2), [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]])


def test_a_convolution_with_a_dot_changes_nothing(blobs: np.ndarray) -> None:
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    x = blobs[:3, ..., None]
    np.testing.assert_array_equal(conv2d(x, kernel, 1), x)
    np.testing.assert_array_equal(conv2d_transpose(x, kernel, 1), x)


def test_a_convolution_with_an_off_centre_dot_shifts(blobs: np.ndarray) -> None:
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[0, 1] = 1  # each pixel takes the value of the one above
    x = blobs[:3, ..., None]
    np.testing.assert_array_equal(conv2d(x, kernel, 1)[:, 1:], x[:, :-1])


@given(
    kernel=st.integers(1, 6),
    stride=st.integers(1, 4),
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_transposed_convolution_is_the_transpose(kernel: int, stride: int, rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((kernel, kernel, 2, 3))  # (k, k, 2 channels of the large image, 3 of the small)
    large = rng.standard_normal((1, rows * stride, columns * stride, 2))
    small = rng.standard_normal((1, rows, columns, 3))
    there = np.sum(conv2d(large, weights, stride) * small)
    back = np.sum(conv2d_transpose(small, weights, stride) * large)
    assert there == pytest.approx(back, abs=1e-3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_neither_overflow_nor_widen(activation: str) -> None:
    x = np.array([-3e38, -1e4, -100, -1, 0, 1, 100, 1e4, 3e38], np.float32)
    y = activate(x, activation)
    assert y.dtype == np.float32
    assert np.isfinite(y).all()
    assert (np.diff(y) >= 0).all() or activation == "silu"


def test_activations_by_hand() -> None:
    x = np.array([-2.0, 0.0, 3.0], np.float32)
    sigmoid = 1 / (1 + np.exp(-x))
    for activation, wanted in (
        ("linear", x),
        ("relu", [0, 0, 3]),
        ("sigmoid", sigmoid),
        ("silu", x * sigmoid),
        ("tanh", np.tanh(x)),
    ):
        np.testing.assert_allclose(activate(x, activation), wanted, atol=1e-6)
