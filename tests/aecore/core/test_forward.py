from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore.core import forward as forward_module
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
from aecore.core.spec import Conv2D, Dense, Network, Spec
from tests.architectures import (
    COLOUR,
    LAYERS,
    MODELS,
    OPEN,
    RANDOM,
    SPATIAL,
    WATCHED,
    latent_tolerance,
    layer_tolerance,
    random_spec_of,
    random_weights,
)
from tests.random_specs import MOST_LAYERS, random_inputs


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
    assert len(job["images"]) == len(job["given_latents"]) == 300


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
            is_latent = side == "encoder" and i == len(outputs) - 1
            allowed = max(layer_tolerance(wanted), latent_tolerance(name) if is_latent else 0)
            np.testing.assert_allclose(output, wanted, atol=allowed, rtol=0)
        np.testing.assert_array_equal(forward(layers, job["weights"], side, x), outputs[-1])


@pytest.mark.parametrize("name", [*RANDOM, *SPATIAL])
def test_numpy_agrees_with_keras_after_every_network(name: str, jobs: Any, keras: dict[str, np.ndarray]) -> None:
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


def test_only_what_is_wanted_is_computed(blobs: np.ndarray) -> None:
    weights = random_weights(COLOUR)
    luminance, chroma = blobs[:5, :8, :8, None], np.zeros((5, 8, 8, 2), np.float32)
    whole = run(COLOUR, weights, {"luminance": luminance, "chroma": chroma}, "decoder")
    latents = run(COLOUR, weights, {"luminance": luminance, "chroma": chroma}, "encoder")
    behind = {name: value for name, value in weights.items() if not name.startswith("encoder.")}
    from_latents = run(COLOUR, behind, {"luminance": luminance, "encoder": latents}, "decoder")
    np.testing.assert_array_equal(from_latents, whole)
    with pytest.raises(KeyError, match="encoder"):
        run(COLOUR, behind, {"luminance": luminance, "chroma": chroma}, "decoder")
    np.testing.assert_array_equal(run(COLOUR, {}, {"encoder": latents}, "encoder"), latents)


def test_a_network_reads_side_by_side_what_it_reads() -> None:
    """The kernel's rows belong to what is read in its order."""
    spec = Spec(
        {"a": (2,), "b": (3,)},
        {"ab": Network(("a", "b"), (Dense(1),)), "ba": Network(("b", "a"), (Dense(1),))},
    )
    weights = {"ab.0.kernel": np.array([[1], [10], [100], [1000], [10000]], np.float32), "ab.0.bias": np.zeros(1)}
    weights |= {"ba.0.kernel": weights["ab.0.kernel"], "ba.0.bias": np.ones(1)}
    given = {"a": np.array([[1, 2]], np.float32), "b": np.array([[3, 4, 5]], np.float32)}
    assert run(spec, weights, given, "ab") == [[54321]]
    assert run(spec, weights, given, "ba") == [[21544]]


def sized(height: int, width: int, count: int = 2) -> dict[str, np.ndarray]:
    """Draw what OPEN reads."""
    rng = np.random.default_rng(height * width)
    return {name: rng.random((count, height, width, shape[-1]), np.float32) for name, shape in OPEN.inputs.items()}


@pytest.mark.parametrize(("height", "width"), [(6, 12), (7, 5), (1, 1), (13, 18)])
def test_open_sizes_are_filled_up_with_zeros_and_cropped(height: int, width: int) -> None:
    weights, given = random_weights(OPEN), sized(height, width)
    rows, columns = -height % 6, -width % 6
    larger = {name: np.pad(x, [(0, 0), (0, rows), (0, columns), (0, 0)]) for name, x in given.items()}
    closed = OPEN.at(height, width)
    for want, (h, w) in (
        ("out", (height, width)),
        ("down", (-(-height // 6), -(-width // 6))),
        ("photo", (height, width)),
    ):
        wanted = run(closed, weights, larger, want)
        np.testing.assert_array_equal(run(OPEN, weights, given, want), wanted[:, :h, :w])


def test_a_network_that_is_given_has_an_open_size_too() -> None:
    weights, given = random_weights(OPEN), sized(12, 18)
    down = run(OPEN, weights, given, "down")
    wanted = run(OPEN, weights, given, "out")
    np.testing.assert_array_equal(run(OPEN, weights, {"down": down, "mask": given["mask"]}, "out"), wanted)
    assert run(OPEN, weights, {"down": down}, "up").shape == (2, 12, 18, 3)  # nothing else says the size
    smaller = {"down": down, "mask": given["mask"][:, :11, :13]}
    assert run(OPEN, weights, smaller, "out").shape == (2, 11, 13, 4)
    with pytest.raises(ValueError, match=r"wanted down of height and width \(2, 2\), as the others say; got \(2, 3\)"):
        run(OPEN, weights, {"down": down, "mask": given["mask"][:, :, :12]}, "out")
    with pytest.raises(ValueError, match=r"wanted mask of height and width \(12, 18\).*; got \(12, 17\)"):
        run(OPEN, weights, {**given, "mask": given["mask"][:, :, :17]}, "out")


def test_a_canvas_is_bounded_per_call() -> None:
    weights = random_weights(OPEN)
    given = {"photo": np.zeros((0, 600, 600, 3), np.float32), "mask": np.zeros((0, 600, 600, 1), np.float32)}
    with pytest.raises(ValueError, match="down, input: 1,440,000 numbers, more than 1,048,576"):
        run(OPEN, weights, given, "out")


def test_large_layers_are_computed_for_few_images_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Spec({"image": (8, 8, 1)}, {"net": Network(("image",), (Conv2D(2, 3),))})
    weights, x = random_weights(spec), np.random.default_rng(0).random((50, 8, 8, 1), np.float32)
    together, sizes = run(spec, weights, {"image": x}, "net"), []
    monkeypatch.setattr(forward_module, "NUMBERS", 1000)  # 128 in the layer: 7 images

    def watch(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
        sizes.append(len(x))
        return conv2d(x, kernel, stride)

    monkeypatch.setattr(forward_module, "conv2d", watch)
    np.testing.assert_allclose(run(spec, weights, {"image": x}, "net"), together, atol=1e-6)
    assert (max(sizes), sum(sizes)) == (7, 50)


@pytest.mark.parametrize("name", [*RANDOM[:40], *MODELS])
def test_an_empty_batch_gives_an_empty_batch(name: str) -> None:
    spec = aecore.load(name).spec if name in MODELS else random_spec_of(name)
    inputs = random_inputs(np.random.default_rng(0), spec, 0)
    one = random_inputs(np.random.default_rng(0), spec, 1)
    weights = random_weights(spec)
    for network in spec.networks:
        empty = run(spec, weights, inputs, network)
        assert (empty.dtype, empty.shape) == (np.float32, (0, *run(spec, weights, one, network).shape[1:]))
        for layer in activations(
            spec.networks[network].layers, weights, network, np.zeros((0, *read_shape(spec, network)))
        ):
            assert len(layer) == 0


def read_shape(spec: Spec, network: str) -> tuple[int, ...]:
    """Return the shape of what a network reads, of some size where that is open."""
    return spec.at(1, 1).layer_shapes[network][0]


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
