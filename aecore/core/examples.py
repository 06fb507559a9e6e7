"""Latents of some pictures that a model was trained or tested on, with their classes, as they travel in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

MOST = 1000  # examples in a file, and classes
LONGEST_NAME = 60  # characters of a class
_STEPS, _FARTHEST = 100, 300  # steps of a latent's number for each unit, and its largest value


@dataclass(frozen=True)
class Examples:
    """Latents (N, D) float32 of pictures, and `labels` (N,), indices of `classes`; all 0 where there are no classes.

    `drawn` says that the pictures look like strokes of a pen, so that a person can draw one. The pictures themselves
    are not here.
    """

    latents: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: Sequence[str] = ()
    drawn: bool = False

    def __len__(self) -> int:
        return len(self.latents)

    @property
    def rounded(self) -> Examples:
        """The same as in a file, where latents are rounded."""
        return Examples.from_tensors(self.to_tensors(), self.to_dict(), self.latents.shape[1])

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Return the tensors for a file: latents int16 (N, D) in steps of 0.01, labels uint16 (N,)."""
        latents = np.rint(np.clip(self.latents, -_FARTHEST, _FARTHEST) * _STEPS).astype(np.int16)
        return {"latents": latents, "labels": self.labels.astype(np.uint16)}

    def to_dict(self) -> dict[str, object]:
        """Return what is no tensor as plain JSON data."""
        return {"classes": list(self.classes), "drawn": self.drawn}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray], others: object, latent_dim: int) -> Examples:
        """Return the examples of a file; raises ValueError or KeyError where something does not fit."""
        latents, labels = (tensors[name] for name in ("latents", "labels"))
        _require(set(tensors) == {"latents", "labels"}, "other tensors than latents and labels")
        _require(latents.ndim == 2 and 1 <= len(latents) <= MOST, f"not 1 to {MOST} examples")
        _require(latents.shape[1] == latent_dim and latents.dtype == np.int16, "latents of another kind")
        _require(labels.shape == (len(latents),) and labels.dtype == np.uint16, "labels of another kind")
        _require(isinstance(others, Mapping), "no description")
        classes, drawn = others.get("classes"), others.get("drawn")  # type: ignore[attr-defined]
        _require(isinstance(classes, list) and len(classes) <= MOST, "classes that are no list")
        _require(all(isinstance(one, str) and 0 < len(one) <= LONGEST_NAME for one in classes), "classes without names")
        _require(isinstance(drawn, bool), "no word on whether they are drawn")
        _require(int(labels.max()) < max(1, len(classes)), "labels without a class")
        return cls((latents / _STEPS).astype(np.float32), labels.astype(np.int64), tuple(classes), drawn)


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"its examples have {what}")
