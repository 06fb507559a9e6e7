"""The preview of a running training: reconstructions of some images, and a map of latents."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from aecore.core.keras_model import connect
from aecore.data.dataset import Dataset, to_bytes
from aecore.training.fit import Trained
from aecore.training.flat_map import flat
from aecore.training.presets import Preset

_NAMED = 10  # classes, as many as there are colours
GRID, POINTS = 16, 500  # images reconstructed, latents on the map


class Preview:
    """Validation images, the networks' inputs made from them, and their reconstructions at this time."""

    def __init__(self, preset: Preset, data: Dataset, seed: int) -> None:
        self._preset, self._split, self._classes = preset, data.validation.take(slice(POINTS)), len(data.classes)
        self._shows_digits, self._names = data.shows_digits, [str(name) for name in data.classes[:_NAMED]]
        self._images = self._split.as_float()
        self._given = preset.task.examples(self._images, self._split.labels, np.random.default_rng(seed)).inputs
        self._points: np.ndarray | None = None

    def connect(self, trained: Trained) -> None:
        """Use these networks from now on."""
        spec, outputs = self._preset.spec, self._preset.task.outputs
        self._draw = connect(spec, trained.networks, outputs)
        self._encode = connect(spec, trained.networks, [spec.latent]) if spec.latent else None

    def draw(self) -> dict[str, Any] | None:
        """Return the preview for a page as plain JSON data, None when numbers are no longer finite."""
        task = self._preset.task
        given = {name: array[:GRID] for name, array in self._given.items()}
        outputs = {name: np.asarray(array) for name, array in self._draw(given, training=False).items()}
        latents = np.zeros((0, 1), np.float32)
        if self._encode is not None:
            latents = np.asarray(self._encode(self._given, training=False)[self._preset.spec.latent])
        if not all(np.isfinite(array).all() for array in (latents, *outputs.values())):
            return None
        labels = self._split.labels if len(latents) and self._classes else None
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
            "noun": "digit" if self._shows_digits else "picture",
            "classes": self._names,
            "axes": min(self._preset.spec.latent_dim, 3),
        }


def _base64(images: np.ndarray) -> str:
    return base64.b64encode(to_bytes(images).tobytes()).decode()
