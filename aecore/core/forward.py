"""The forward pass of a Spec in NumPy, which agrees with Keras. `ui/frontend/engine/engine.js` mirrors it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from aecore.core.layers import Conv2D, Conv2DTranspose, Dense, DepthToSpace, Flatten, Layer, Reshape, Shape
from aecore.core.spec import Spec

_CHUNK = 256  # images at once: large enough for BLAS, small enough for the cache
NUMBERS = 1 << 23  # in the largest layer of a chunk: 32 MB
_SMALL = 1 << 14  # numbers: doubling these costs nothing, and the latent's large numbers gain a digit

Arrays = Mapping[str, np.ndarray]


def run(spec: Spec, weights: Arrays, given: Arrays, want: str) -> np.ndarray:
    """Return the output of `want`, an input or a network: (N, ...) float32. Computes only the networks it needs.

    `given` are values (N, ...) float32 of inputs, or of networks, which are then not computed. Open heights and widths
    are padded with zeros, at the bottom and to the right, to a multiple of the Spec's total stride; the output is
    cropped to its scale times their size, rounded up. Raises ValueError where a value is missing or does not fit.
    """
    names = spec.needed(want, given)
    size = canvas_size(spec, given) if spec.is_open else ()
    closed = spec
    if size:
        closed = spec.at(*size)
        given = {name: _padded(value, closed.shapes[name]) for name, value in given.items()}

    def one_chunk(rows: slice) -> np.ndarray:
        values = {name: value[rows] for name, value in given.items()}
        for name in names:
            network = spec.networks[name]
            read = [values[other] for other in network.reads]
            x = read[0] if len(read) == 1 else np.concatenate(read, axis=-1)
            values[name] = forward(network.layers, weights, name, x)
        return values[want]

    count = len(next(iter(given.values())))
    out = np.empty((count, *closed.shapes[want]), np.float32)
    for rows in _chunks(count, closed.largest):
        out[rows] = one_chunk(rows)
    if want in spec.scales:
        height, width = (math.ceil(n * spec.scales[want]) for n in size)
        return out[:, :height, :width]
    return out


def canvas_size(spec: Spec, given: Arrays) -> Shape:
    """Return height and width of the open inputs, () where none is given; raises ValueError where sizes differ.

    Where only networks' values are given, they are the largest sizes that fit those values.
    """
    size: Shape = ()
    for name, value in sorted(given.items(), key=lambda item: item[0] not in spec.inputs):
        scale = spec.scales.get(name)
        if scale is None:
            continue
        size = size or tuple(math.floor(n / scale) for n in value.shape[1:3])
        wanted = tuple(math.ceil(n * scale) for n in size)
        if value.shape[1:3] != wanted:
            raise ValueError(f"wanted {name} of height and width {wanted}, as the others say; got {value.shape[1:3]}")
    return size


def _padded(x: np.ndarray, shape: Shape) -> np.ndarray:
    """Return x (N, ...) padded with zeros to (N, *shape)."""
    return np.pad(x, [(0, 0), *((0, wanted - n) for wanted, n in zip(shape, x.shape[1:], strict=True))])


def forward(layers: Sequence[Layer], weights: Arrays, name: str, x: np.ndarray) -> np.ndarray:
    """Return the output of the network `name` for x (N, ...) float32; `weights` are named as in the Spec."""
    for output in activations(layers, weights, name, x):
        x = output
    return x


def activations(layers: Sequence[Layer], weights: Arrays, name: str, x: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the output of each layer of the network `name` for x (N, ...) float32: (N, *its output shape)."""
    for i, layer in enumerate(layers):
        kernel, bias = f"{name}.{i}.kernel", f"{name}.{i}.bias"
        match layer:
            case Dense(activation=activation):
                x = activate(dense(x, weights[kernel]) + weights[bias], activation)
            case Conv2D(stride=stride, activation=activation):
                x = activate(conv2d(x, weights[kernel], stride) + weights[bias], activation)
            case Conv2DTranspose(stride=stride, activation=activation):
                x = activate(conv2d_transpose(x, weights[kernel], stride) + weights[bias], activation)
            case DepthToSpace(block):
                x = depth_to_space(x, block)
            case Flatten():
                x = x.reshape(len(x), math.prod(x.shape[1:]))
            case Reshape(shape):
                x = x.reshape(len(x), *shape)
            case _:
                raise NotImplementedError(f"NumPy does not run a layer called {layer.name}")
        yield x


def in_chunks(run: Callable[[np.ndarray], np.ndarray], x: np.ndarray, shape: Shape) -> np.ndarray:
    """Return the results of `run`, (n, ...) -> (n, *shape), on chunks of x (N, ...): (N, *shape) float32."""
    out = np.empty((len(x), *shape), np.float32)
    for rows in _chunks(len(x)):
        out[rows] = run(x[rows])
    return out


def _chunks(count: int, largest: int = 1) -> Iterator[slice]:
    """Cut `count` images into parts for which a layer that puts out `largest` numbers fits into memory."""
    step = max(1, min(_CHUNK, NUMBERS // largest))
    for start in range(0, count, step):
        yield slice(start, start + step)


def activate(x: np.ndarray, activation: str) -> np.ndarray:
    """Apply an activation function elementwise; softmax, along the last axis."""
    match activation:
        case "relu":
            return np.maximum(x, 0)
        case "silu":
            return x * _sigmoid(x)
        case "sigmoid":
            return _sigmoid(x)
        case "tanh":
            return np.tanh(x)
        case "softmax":
            powers = np.exp(x - x.max(axis=-1, keepdims=True).astype(np.float64))
            return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return x


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * x) + 0.5  # the logistic function, without overflow


def dense(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Multiply x (N, n) by kernel (n, units); in double precision for a small kernel, such as the latent's."""
    if kernel.size > _SMALL:
        product: np.ndarray = x @ kernel
        return product
    return (x.astype(np.float64) @ kernel).astype(np.float32)


def conv2d(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Convolve x (N, h, w, c) with kernel (k, k, c, f), "same" padding: (N, ceil(h / stride), ceil(w / stride), f)."""
    k = len(kernel)
    out_h, out_w = -(-x.shape[1] // stride), -(-x.shape[2] // stride)
    pad = [(0, 0)]
    for size, out in ((x.shape[1], out_h), (x.shape[2], out_w)):
        total = max((out - 1) * stride + k - size, 0)
        pad.append((total // 2, total - total // 2))
    x = np.pad(x, [*pad, (0, 0)])
    y = np.zeros((len(x), out_h, out_w, kernel.shape[3]), np.float32)
    for i in range(k):
        for j in range(k):
            y += (
                x[:, i : i + stride * out_h : stride, j : j + stride * out_w : stride][:, :out_h, :out_w] @ kernel[i, j]
            )
    return y


def conv2d_transpose(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Transposed convolution of x (N, h, w, c), kernel (k, k, f, c), "same" padding: (N, h * stride, w * stride, f)."""
    n, h, w, _ = x.shape
    k = len(kernel)
    pad = max(k - stride, 0) // 2
    full = np.zeros(
        (n, (h - 1) * stride + max(k, stride), (w - 1) * stride + max(k, stride), kernel.shape[2]), np.float32
    )
    for i in range(k):
        for j in range(k):
            full[:, i : i + h * stride : stride, j : j + w * stride : stride][:, :h, :w] += x @ kernel[i, j].T
    return full[:, pad : pad + h * stride, pad : pad + w * stride]


def depth_to_space(x: np.ndarray, block: int) -> np.ndarray:
    """Rearrange x (N, h, w, block * block * c) to (N, h * block, w * block, c)."""
    n, h, w, c = x.shape
    x = x.reshape(n, h, w, block, block, c // block**2).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h * block, w * block, c // block**2)
