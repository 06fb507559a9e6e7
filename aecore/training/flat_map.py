"""Latents as points on a plane, for the preview of a training."""

from __future__ import annotations

import numpy as np


def flat(latents: np.ndarray, labels: np.ndarray | None, classes: int, before: np.ndarray | None = None) -> np.ndarray:
    """Return latents (N, D) as points (N, 2) in [-1, 1].

    Latents of two numbers are the points themselves; one number gives x, and the class y; for more numbers, the points
    are the two principal components, rotated and mirrored to be nearest to the points `before` (orthogonal Procrustes).
    """
    if not len(latents):
        return np.zeros((0, 2))
    centred = latents - latents.mean(axis=0)
    if latents.shape[1] == 1:
        height = np.zeros(len(latents)) if labels is None else (labels - (classes - 1) / 2) / (classes / 2)
        return np.column_stack([_within(centred)[:, 0], height])
    if latents.shape[1] == 2:
        return _within(centred)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    points = centred @ axes.T
    if before is not None:
        left, _, right = np.linalg.svd(points.T @ before)
        points = points @ (left @ right)
    return _within(points)


def _within(points: np.ndarray) -> np.ndarray:
    return points / max(float(np.abs(points).max(initial=0)), 1e-9)
