"""Whitening of a linear decoder of colour: uncorrelated latents of unit variance, ordered by what they change."""

from __future__ import annotations

import numpy as np

from aecore.core.color_fields import LATENT


def whiten_fields(
    kernel: np.ndarray, bias: np.ndarray, latents: np.ndarray, gram: np.ndarray, warmth: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fold a change of latent coordinates into the last layer of the network of fields; no picture changes.

    `kernel` (..., 34) and `bias` (34,) are of that layer, latents (N, 16) of the training pictures; `gram` (16, 16) is
    the mean of the scalar products of two fields over these pictures, `warmth` (16,) the mean of Cr - Cb of each field.
    The new latents have zero mean and unit covariance, and the gram matrix of the new fields is diagonal: on average,
    each latent changes pictures in a way of its own, and a higher number makes them warmer. Returns kernel, bias and
    the new diagonal, largest first.
    """
    z = latents.astype(np.float64)
    mean = z.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(z, rowvar=False))
    basis = axes * np.sqrt(np.maximum(variances, 1e-8))  # z = mean + basis w, columns are the whitened axes
    effects, rotation = np.linalg.eigh(basis.T @ gram @ basis)
    basis = basis @ rotation[:, ::-1]
    basis = basis * np.where(warmth @ basis < 0, -1.0, 1.0)
    changed = [_changed(array.astype(np.float64), mean, basis) for array in (kernel, bias)]
    return changed[0].astype(np.float32), changed[1].astype(np.float32), effects[::-1].copy()


def _changed(array: np.ndarray, mean: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the weights (..., 34) of likeliest chroma and fields in the new coordinates."""
    likeliest, fields = array[..., :2], array[..., 2:].reshape(*array.shape[:-1], LATENT, 2)
    moved = likeliest + np.einsum("...kc,k->...c", fields, mean)
    turned = np.einsum("...kc,kj->...jc", fields, basis)
    return np.concatenate([moved, turned.reshape(*array.shape[:-1], 2 * LATENT)], axis=-1)
