"""What a training looks like while it goes on: some images redrawn, and a map of their latents."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from aecore.data.dataset import Dataset, to_bytes
from aecore.training.fit import Trained
from aecore.training.networks import connect
from aecore.training.presets import Preset

GRID, POINTS = 16, 500  # images redrawn, latents on the map


class Preview:
    """Images of the validation split as they are, as the networks are given them, and as they are redrawn now."""

    def __init__(self, preset: Preset, data: Dataset, seed: int) -> None:
        self._preset, self._split, self._classes = preset, data.validation.take(slice(POINTS)), len(data.classes)
        self._images = self._split.as_float()
        self._given = preset.task.examples(self._images, self._split.labels, np.random.default_rng(seed)).inputs
        self._points: np.ndarray | None = None

    def connect(self, trained: Trained) -> None:
        """Look at these networks from now on."""
        spec, outputs = self._preset.spec, self._preset.task.outputs
        self._draw = connect(spec, trained.networks, outputs)
        self._encode = connect(spec, trained.networks, [spec.latent]) if spec.latent else None

    def draw(self) -> dict[str, Any] | None:
        """Return what a page shows, as plain JSON data; None when numbers are not finite any more."""
        task, labels = self._preset.task, self._split.labels
        given = {name: array[:GRID] for name, array in self._given.items()}
        outputs = {name: np.asarray(array) for name, array in self._draw(given, training=False).items()}
        latents = np.zeros((0, 1), np.float32)
        if self._encode is not None:
            latents = np.asarray(self._encode(self._given, training=False)[self._preset.spec.latent])
        if not all(np.isfinite(array).all() for array in (latents, *outputs.values())):
            return None
        if len(latents):
            self._points = flat(latents, labels, self._classes, self._points)
        shown = task.given_pixels(given)
        return {
            "shape": self._images.shape[1:],
            "clean": _base64(self._images[:GRID]),
            "given": None if shown is None else _base64(shown),
            "redrawn": _base64(task.pixels(given, outputs)),
            "points": [] if self._points is None else self._points.round(3).tolist(),
            "labels": [] if labels is None else labels.tolist(),
            "axes": min(self._preset.spec.latent_dim, 3),
        }


def flat(latents: np.ndarray, labels: np.ndarray | None, classes: int, before: np.ndarray | None = None) -> np.ndarray:
    """Lay latents (N, D) out flat, (N, 2) within [-1, 1].

    Two numbers are laid out as they are; one number along x, by its class along y; more by their two principal
    components, turned and mirrored so that they lie as near as can be to the points `before` (orthogonal Procrustes).
    """
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


def _base64(images: np.ndarray) -> str:
    return base64.b64encode(to_bytes(images).tobytes()).decode()
