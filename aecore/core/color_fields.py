"""A linear decoder of colour: a network of the luminance alone draws fields of chroma, and the latent weighs them.

    chroma = likeliest + sum over k of latent[k] * field[k]

The network's output (N, 16, 16, 34) holds the chroma (Cb, Cr) of a latent of zeros, then those of the sixteen fields.
The encoder is the least-squares solution: for a latent with the prior N(0, I) and a residual of variance NOISE, the
mean of the posterior distribution (Tipping and Bishop, "Probabilistic principal component analysis", 1999; here mean
and axes depend on the luminance). All of it is closed form: 16 x 16 equations for each picture.
"""

from __future__ import annotations

import numpy as np

from aecore.core.chroma import BLUE, LUMA, RED, SCALE

LATENT = 16
CHANNELS = 2 + 2 * LATENT  # of the network's output
_TO_RGB = np.array([[0, RED], [-LUMA[2] * BLUE / LUMA[1], -LUMA[0] * RED / LUMA[1]], [BLUE, 0]]) / SCALE  # of (Cb, Cr)
NOISE = 0.004  # variance of the chroma (times its scale) that sixteen numbers leave unexplained


def parts(fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chroma of a latent of zeros (N, h * w * 2) and the fields (N, 16, h * w * 2)."""
    n = len(fields)
    likeliest = fields[..., :2].reshape(n, -1)
    rest = fields[..., 2:].reshape(n, -1, LATENT, 2)
    return likeliest, np.ascontiguousarray(rest.transpose(0, 2, 1, 3)).reshape(n, LATENT, -1)


def draw(fields: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """Return the chroma (N, h, w, 2) float32 of latents (N, 16) on fields (N, h, w, 34)."""
    n, h, w, _ = fields.shape
    likeliest, basis = parts(fields)
    return (likeliest + np.einsum("nk,nkd->nd", latents, basis)).astype(np.float32).reshape(n, h, w, 2)


def solve(fields: np.ndarray, chroma: np.ndarray, noise: float = NOISE) -> np.ndarray:
    """Return the latents (N, 16) float32 whose chroma on fields (N, h, w, 34) is nearest to chroma (N, h, w, 2).

    The squared error divided by `noise`, plus the squared length of the latent, is least.
    """
    likeliest, basis = parts(fields.astype(np.float64))
    residual = chroma.reshape(len(chroma), -1) - likeliest
    damped = basis @ basis.transpose(0, 2, 1) + noise * np.eye(LATENT)
    latents = np.linalg.solve(damped, (basis @ residual[..., None]))[..., 0]
    return latents.astype(np.float32)


def gram(fields: np.ndarray) -> np.ndarray:
    """Return how latents change pictures, (N, 16, 16) float64, given the fields (N, h, w, 34) of each.

    When a latent changes by d, d' gram d is the mean squared change of red, green and blue in [0, 1], before chroma is
    upsampled and clipped.
    """
    _, basis = parts(fields.astype(np.float64))
    n, _, size = basis.shape
    in_rgb = (basis.reshape(n, LATENT, -1, 2) @ _TO_RGB.T).reshape(n, LATENT, -1)
    return in_rgb @ in_rgb.transpose(0, 2, 1) / (size // 2 * 3)


def marginal_loss(ops, chroma, fields):  # type: ignore[no-untyped-def]  # NumPy's arrays or Keras' tensors
    """Return minus the log density (N,) of chroma (N, h, w, 2), the latent integrated out, per number of the chroma.

    chroma ~ N(likeliest, F Fᵀ + NOISE I), by Woodbury's identity with 16 x 16 matrices. `ops` is `keras.ops`.
    """
    fields = ops.cast(fields, "float32")  # a training in mixed precision puts out less
    n, h, w, _ = ops.shape(fields)
    size = h * w * 2
    residual = ops.reshape(chroma - fields[..., :2], (n, size, 1))
    basis = ops.transpose(ops.reshape(fields[..., 2:], (n, h * w, LATENT, 2)), (0, 1, 3, 2))
    basis = ops.reshape(basis, (n, size, LATENT))
    basis_t = ops.transpose(basis, (0, 2, 1))
    factor = ops.cholesky(ops.matmul(basis_t, basis) + NOISE * ops.eye(LATENT))
    explained = ops.solve_triangular(factor, ops.matmul(basis_t, residual), lower=True)
    squares = ops.sum(residual * residual, axis=(1, 2)) - ops.sum(explained * explained, axis=(1, 2))
    logs = ops.sum(ops.log(ops.diagonal(factor, axis1=1, axis2=2)), axis=1)
    return (squares / NOISE + 2 * logs + (size - LATENT) * np.log(NOISE)) / (2 * size)
