"""Scenes read without learning: connected ink is a digit, the most similar training digit says which, the nearest
centre says where it went. What models of scenes are compared with.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from aecore.data.dataset import Split
from aecore.data.scenes import INK, TILE
from aecore.evaluation.scene_measures import Labelled
from aecore.tasks.scene_digits import crop_all

_KNOWN = 2_000  # training digits that ink is compared with
_SPECK = 8  # pixels of ink that are no digit yet
_REACH = 12.0  # pixels that a digit moves from frame to frame, at most
_TOUCHING = np.ones((3, 3), int)


class Components:
    """Reads scenes (H, W) uint8 by their connected ink."""

    def __init__(self, training: Split) -> None:
        some = training.take(slice(_KNOWN))
        self._images = some.as_float().reshape(len(some), -1)
        self._lengths = np.square(self._images).sum(axis=1)
        self._digits = some.known_labels()

    def boxes(self, image: np.ndarray) -> np.ndarray:
        """Return the boxes (K, 4) of connected ink."""
        labels, _ = ndimage.label(image > INK, _TOUCHING)
        sizes = np.bincount(labels.ravel())
        slices = enumerate(ndimage.find_objects(labels), 1)
        found = [(y.start, x.start, y.stop, x.stop) for i, (y, x) in slices if sizes[i] >= _SPECK]
        return np.array(found, float).reshape(-1, 4)

    def detect(self, image: np.ndarray) -> Labelled:
        """Return boxes, digits and scores; the score is how similar the most similar training digit is."""
        boxes = self.boxes(image)
        crops = crop_all(image / np.float32(255), [tuple(box) for box in boxes]).reshape(len(boxes), TILE * TILE)
        apart = self._lengths - 2 * crops @ self._images.T
        nearest = apart.argmin(axis=1) if len(boxes) else np.zeros(0, int)
        distance = np.maximum(np.square(crops).sum(axis=1) + apart[np.arange(len(boxes)), nearest], 0)
        return boxes, self._digits[nearest].astype(int), 1 / (1 + distance)

    def segment(self, image: np.ndarray) -> np.ndarray:
        """Return the class map (H, W) uint8."""
        digits = self.detect(image)[1]
        labels, _ = ndimage.label(image > INK, _TOUCHING)
        sizes = np.bincount(labels.ravel())
        classes = np.zeros(len(sizes), np.uint8)
        classes[1:][sizes[1:] >= _SPECK] = 1 + digits
        out: np.ndarray = classes[labels]
        return out

    def track(self, film: Sequence[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return identities (K,) and boxes (K, 4) in each frame of a film: who is nearest to the frame before's."""
        out: list[tuple[np.ndarray, np.ndarray]] = []
        before, known, born = np.zeros((0, 2)), np.zeros(0, int), 0
        for image in film:
            boxes = self.boxes(image)
            centres = (boxes[:, :2] + boxes[:, 2:]) / 2
            identities = np.full(len(boxes), -1)
            away = np.linalg.norm(before[:, None] - centres[None], axis=2)
            for flat in np.argsort(away, axis=None, kind="stable"):
                i, j = divmod(int(flat), max(len(boxes), 1))
                if away[i, j] <= _REACH and identities[j] < 0 and known[i] not in identities:
                    identities[j] = known[i]
            new = identities < 0
            identities[new] = born + np.arange(new.sum())
            born += int(new.sum())
            before, known = centres, identities
            out.append((identities, boxes))
        return out
