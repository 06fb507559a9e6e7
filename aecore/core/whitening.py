"""Whitening: makes a latent's dimensions uncorrelated, of unit variance and ordered, without changing any output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from aecore.core.spec import Spec

SAMPLES = 256  # latents at which the decoder's Jacobian is measured


def whiten(
    spec: Spec,
    weights: Mapping[str, np.ndarray],
    latents: np.ndarray,
    decode: Callable[[np.ndarray], np.ndarray],
    samples: int = SAMPLES,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Fold a change of latent coordinates into the weights; returns (weights, effect), all outputs unchanged.

    The new coordinates w, with z = w A + mean for latents z (N, latent_dim), have zero mean and unit covariance (Aᵀ A
    is the covariance of z). That determines A up to a rotation, which is chosen so that E[JᵀJ] is diagonal, J the
    Jacobian of the decoder: then the dimensions change the image independently of each other. They are ordered by
    `effect`, the mean squared change of the image for a step from -1 to +1. `decode` maps latents near those of
    `some_rows`, in their order, to images (n, ...): Jacobian and effect are averaged over these `samples`. The change
    is folded into the layer whose output is the latent, and into the first layer of every network that reads it.
    """
    z = latents.astype(np.float64)
    mean = z.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(z, rowvar=False).reshape(z.shape[1], -1))
    basis = np.sqrt(np.maximum(variances, 1e-8))[:, None] * axes.T  # each whitened axis in z

    some = z[some_rows(len(z), samples)]
    jacobian = np.stack([_difference(decode, some, 0.25 * row) for row in basis])  # Jᵀ: (D, n, 784)
    jtj = np.einsum("inp,jnp->ij", jacobian, jacobian)
    rotation = np.linalg.eigh(jtj)[1].T
    basis = rotation @ basis

    effect, signs = [], []
    for row in basis:
        change = _difference(decode, some, row)
        effect.append(np.mean(change**2))
        signs.append(1.0 if change.mean() >= 0 else -1.0)  # a higher value means more ink
    order = np.argsort(effect)[::-1]
    basis = (np.array(signs)[:, None] * basis)[order]

    inverse = np.linalg.inv(basis)
    out = {name: value.astype(np.float64) for name, value in weights.items()}
    kernel, bias = _last(spec)
    out[bias] = (out[bias] - mean) @ inverse
    out[kernel] = out[kernel] @ inverse
    for kernel, bias, rows in _first(spec):
        out[bias] = out[bias] + mean @ out[kernel][rows]
        out[kernel][rows] = basis @ out[kernel][rows]
    return {name: value.astype(np.float32) for name, value in out.items()}, np.array(effect)[order]


def centre(spec: Spec, weights: Mapping[str, np.ndarray], mean: np.ndarray) -> dict[str, np.ndarray]:
    """Fold a shift of the latents by -mean (latent_dim,) into the biases; no network's output changes."""
    _, bias = _last(spec)
    moved = {bias: weights[bias] - mean}
    for kernel, bias, rows in _first(spec):
        moved[bias] = weights[bias] + mean @ weights[kernel][rows].astype(np.float64)
    return {**weights, **{name: value.astype(np.float32) for name, value in moved.items()}}


def some_rows(count: int, samples: int = SAMPLES) -> slice:
    """Return the indices of the latents, of `count`, at which `whiten` measures the decoder."""
    step = max(1, count // samples)
    return slice(0, step * samples, step)


def _last(spec: Spec) -> tuple[str, str]:
    """Return the names of kernel and bias of the layer whose output is the latent."""
    layer = f"{spec.latent}.{len(spec.networks[spec.latent or ''].layers) - 1}"
    return f"{layer}.kernel", f"{layer}.bias"


def _first(spec: Spec) -> Iterator[tuple[str, str, slice]]:
    """Yield kernel and bias of each layer that reads the latent, and the rows of the kernel that belong to it."""
    for name in spec.readers(spec.latent or ""):
        reads = spec.networks[name].reads
        start = sum(spec.shapes[other][0] for other in reads[: reads.index(spec.latent or "")])
        yield f"{name}.0.kernel", f"{name}.0.bias", slice(start, start + spec.latent_dim)


def _difference(decode: Callable[[np.ndarray], np.ndarray], z: np.ndarray, step: np.ndarray) -> np.ndarray:
    after, before = (decode((z + sign * step).astype(np.float32)) for sign in (1, -1))
    return (after - before).reshape(len(z), -1).astype(np.float64)
