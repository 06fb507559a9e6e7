"""The forward pass in NumPy: the same Specs as Keras, readable in one sitting. `ui/frontend/engine.js` is its twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, DepthToSpace, Flatten, Layer, Reshape

_CHUNK = 256  # images at once: large enough for BLAS, small enough for the cache
_SMALL = 1 << 14  # numbers: doubling these costs nothing, and the latent's large numbers gain a digit


def forward(layers: Sequence[Layer], weights: Mapping[str, np.ndarray], side: str, x: np.ndarray) -> np.ndarray:
    """Run x (N, ...) float32 through the layers of one side, "encoder" or "decoder"; weights go by Spec names."""
    for output in activations(layers, weights, side, x):
        x = output
    return x


def activations(
    layers: Sequence[Layer], weights: Mapping[str, np.ndarray], side: str, x: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield what each layer of one side makes of x (N, ...) float32, in turn: (N, *its output shape) float32."""
    for i, layer in enumerate(layers):
        kernel, bias = f"{side}.{i}.kernel", f"{side}.{i}.bias"
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
                x = x.reshape(len(x), -1)
            case Reshape(shape):
                x = x.reshape(len(x), *shape)
        yield x


def in_chunks(run: Callable[[np.ndarray], np.ndarray], x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Call `run`, (n, ...) -> (n, *shape), on one chunk of x (N, ...) after the other: (N, *shape) float32."""
    out = np.empty((len(x), *shape), np.float32)
    for start in range(0, len(x), _CHUNK):
        out[start : start + _CHUNK] = run(x[start : start + _CHUNK])
    return out


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
    """Multiply x (N, n) by kernel (n, units); a small one, such as that of the latent, in double precision."""
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
    """Convolve backwards x (N, h, w, c) with kernel (k, k, f, c), "same" padding: (N, h * stride, w * stride, f)."""
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
