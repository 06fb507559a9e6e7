from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore.core.forward import (
    activate,
    activations,
    conv2d,
    conv2d_transpose,
    depth_to_space,
    forward,
    in_chunks,
    run,
)
from aecore.core.layers import ACTIVATIONS
from aecore.core.layers import LAYERS as KINDS
from tests.architectures import (
    LAYERS,
    MODELS,
    RANDOM,
    WATCHED,
    latent_tolerance,
    layer_tolerance,
    random_spec_of,
)
from tests.random_specs import MOST_LAYERS


@pytest.mark.parametrize("name", LAYERS)
def test_numpy_agrees_with_keras_on_a_layer(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    job = jobs[name]
    latents = forward(job["spec"].networks["encoder"].layers, job["weights"], "encoder", job["images"][..., None])
    decoded = forward(job["spec"].networks["decoder"].layers, job["weights"], "decoder", job["given_latents"])[..., 0]
    assert latents.dtype == decoded.dtype == np.float32
    np.testing.assert_allclose(latents, keras[f"{name}/latents"], atol=1e-5, rtol=0)
    np.testing.assert_allclose(decoded, keras[f"{name}/decoded"], atol=1e-5, rtol=0)
    assert np.ptp(latents, axis=0).min() > 1e-3  # images differ by far more than the tolerance


@pytest.mark.parametrize("name", MODELS)
def test_numpy_agrees_with_keras_on_a_shipped_model(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    model, job = aecore.load(name), jobs[name]
    latents = model.encode(job["images"])
    np.testing.assert_allclose(latents, keras[f"{name}/latents"], atol=latent_tolerance(name), rtol=0)
    np.testing.assert_allclose(model.decode(job["given_latents"]), keras[f"{name}/decoded"], atol=1e-5, rtol=0)
    assert len(job["images"]) == len(job["given_latents"]) == 1000


@pytest.mark.parametrize("name", [*MODELS, *LAYERS])
def test_numpy_agrees_with_keras_after_every_layer(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    job = jobs[name]
    for side, x in (("encoder", job["images"][:WATCHED, ..., None]), ("decoder", job["given_latents"][:WATCHED])):
        layers = job["spec"].networks[side].layers
        outputs = list(activations(layers, job["weights"], side, x))
        assert len(outputs) == len(layers)
        for i, output in enumerate(outputs):
            wanted = keras[f"{name}/{side}.{i}"]
            assert output.shape == wanted.shape
            np.testing.assert_allclose(output, wanted, atol=layer_tolerance(wanted), rtol=0)
        np.testing.assert_array_equal(forward(layers, job["weights"], side, x), outputs[-1])


@pytest.mark.parametrize("name", RANDOM)
def test_numpy_agrees_with_keras_on_a_random_spec(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
    spec, weights, inputs = (jobs[name][key] for key in ("spec", "weights", "inputs"))
    for network in spec.networks:
        wanted, output = keras[f"{name}/{network}"], run(spec, weights, inputs, network)
        assert output.dtype == np.float32
        assert output.shape == wanted.shape
        np.testing.assert_allclose(output, wanted, atol=layer_tolerance(wanted), rtol=0)


def test_random_specs_hold_what_the_engines_must_run() -> None:
    specs = [random_spec_of(name) for name in RANDOM]
    networks = [network for spec in specs for network in spec.networks.values()]
    layers = [layer for network in networks for layer in network.layers]
    assert len(specs) >= 200
    for kind in KINDS.values():
        assert sum(isinstance(layer, kind) for layer in layers) >= 20
    for activation in ACTIVATIONS:
        assert sum(getattr(layer, "activation", None) == activation for layer in layers) >= 20
    shapes = [shape for spec in specs for shape in spec.shapes.values() if len(shape) == 3]
    readers = [spec.networks[name] for spec in specs if spec.latent for name in spec.readers(spec.latent)]
    counts = {
        "several inputs": sum(len(spec.inputs) > 1 for spec in specs),
        "concatenations": sum(len(network.reads) > 1 for network in networks),
        "open sizes": sum(spec.is_open for spec in specs),
        "open sizes with a stride": sum(spec.total_stride > 1 for spec in specs),
        "latents": sum(spec.latent is not None for spec in specs),
        "latents read beside others": sum(len(network.reads) > 1 for network in readers),
        "maps that are not square": sum(height != width for height, width, _ in shapes),
        "colour": sum(shape[2] == 3 for spec in specs for shape in spec.inputs.values() if len(shape) == 3),
    }
    assert min(counts.values()) >= 20, counts
    assert max(sum(len(network.layers) for network in spec.networks.values()) for spec in specs) <= MOST_LAYERS


@pytest.mark.parametrize("count", [0, 1, 256, 257, 600])
def test_chunks_are_small_and_come_back_in_order(count: int) -> None:
    x = np.arange(count, dtype=np.float64)
    sizes: list[int] = []

    def run(part: np.ndarray) -> np.ndarray:
        sizes.append(len(part))
        return np.stack([part, -part], axis=1)

    out = in_chunks(run, x, (2,))
    assert (out.shape, out.dtype) == ((count, 2), np.float32)
    np.testing.assert_array_equal(out, np.stack([x, -x], axis=1))
    assert sum(sizes) == count
    assert max(sizes, default=0) <= 256


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
