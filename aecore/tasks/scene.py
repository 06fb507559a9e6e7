"""The model of scenes: which digits are where on a canvas, and which of them owns each pixel of ink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from aecore.core.boxes import covered, overlaps
from aecore.core.checks import check_images
from aecore.core.model import Model
from aecore.data.scenes import INK
from aecore.tasks.scene_targets import CELL, CHANNELS, DIGITS, UNIT

SCENE, CLASSES, SPOTS = "scene", "classes", "spots"  # the input and the two outputs of the networks
SMALLEST, LARGEST = 32, 256  # pixels: the sides of a canvas
CONFIDENT = 0.3  # the score of a digit that is more likely there than not
_FAINTEST = 0.02  # the least score of a candidate
_TRUST = 1.5  # weight of the candidates' scores, as logarithms, beside the logits of a pixel
_AROUND = 1.0  # pixels around a box that may belong to its digit
_SNAP = 2.0  # pixels by which an edge is moved to the ink that the digit owns, at most
_SAME, _OTHER = 0.5, 0.8  # boxes that overlap more are one digit: of the same class, and, probably, of different ones
_DOUBT = 0.7  # the factor to the score of a box that is probably another one's digit, of a different class
_PART, _WHOLE = 0.75, 0.6  # a box that is so much inside another digit's, whose score it has so much of at most,
_OF_PART = 0.6  # is probably a part of that digit: the factor to its score
_AT_ONCE = 64  # scenes whose maps are made at once


class Detection(NamedTuple):
    """A digit 0-9 that was found: its box (top, left, bottom, right) in pixels, the last two exclusive, and a score."""

    box: tuple[float, float, float, float]
    digit: int
    score: float


@dataclass(frozen=True)
class SceneReader(Model):
    """Finds a scene's digits, and gives each pixel of ink to one; raises ValueError where the Spec is of another kind.

    Scenes are (N, H, W) float in [0, 1], white on black, with 32 to 256 pixels a side.
    """

    def __post_init__(self) -> None:
        shapes = {name: self.spec.shapes.get(name) for name in (SCENE, CLASSES, SPOTS)}
        wanted = {SCENE: (None, None, 1), CLASSES: (None, None, DIGITS), SPOTS: (None, None, CHANNELS)}
        scales = self.spec.scales
        fits = shapes == wanted and list(self.spec.inputs) == [SCENE]
        if not fits or scales[CLASSES] != 1 or scales[SPOTS] != Fraction(1, CELL):
            raise ValueError("its networks do not make maps of ten classes and of their centres from a scene")

    def segment(self, images: np.ndarray) -> np.ndarray:
        """Return the class of each pixel of scenes (N, H, W): (N, H, W) uint8, 0 for background, else 1 + digit.

        Background is what is not brighter than 64 of 255. Raises ValueError.
        """
        return self.read(images)[0]

    def detect(self, images: np.ndarray, least: float = CONFIDENT) -> list[list[Detection]]:
        """Return the digits found in each of the scenes (N, H, W) with a score of at least `least`, the best first.

        Boxes are tight, and include ink that is hidden behind other digits. Raises ValueError.
        """
        return self.read(images, least)[1]

    def read(self, images: np.ndarray, least: float = CONFIDENT) -> tuple[np.ndarray, list[list[Detection]]]:
        """Return what `segment` and `detect` return, at the cost of one of them; raises ValueError."""
        images = check_scenes(images)
        classes, found = np.zeros(images.shape, np.uint8), []
        for start in range(0, len(images), _AT_ONCE):
            some = images[start : start + _AT_ONCE]
            for i, (image, logits, maps) in enumerate(zip(some, *self._outputs(some), strict=True), start):
                candidates = detections(maps, image.shape, _FAINTEST)
                classes[i] = owners(image, logits, candidates)
                found.append([tightened(one, classes[i]) for one in candidates if one.score >= least])
        return classes, found

    def _outputs(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits of classes (N, H, W, 10), and the maps of centres (N, h, w, 50)."""
        height, width = images.shape[1:]
        down, right = (-n % self.spec.total_stride for n in (height, width))
        given = {SCENE: np.pad(images, ((0, 0), (0, down), (0, right)))[..., None]}
        common = [name for name in self.spec.needed(SPOTS, given) if name in self.spec.needed(CLASSES, given)]
        if common:
            given[common[-1]] = self.run(given, common[-1])  # computed once for both
        maps = self.run(given, SPOTS)
        return self.run(given, CLASSES)[:, :height, :width], maps[:, : -(-height // CELL), : -(-width // CELL)]


def check_scenes(images: np.ndarray) -> np.ndarray:
    """Return scenes as float32 (N, H, W); raises ValueError unless they are floats in [0, 1] of an allowed size."""
    images = check_images(images, (None, None))
    if not all(SMALLEST <= n <= LARGEST for n in images.shape[1:]):
        raise ValueError(
            f"wanted scenes of {SMALLEST} to {LARGEST} pixels a side; got {images.shape[1]} x {images.shape[2]}"
        )
    return images


def check_scene(image: np.ndarray) -> np.ndarray:
    """Return one scene as float32 (H, W); raises ValueError as `check_scenes` does."""
    if not isinstance(image, np.ndarray) or image.ndim != 2:
        got = f"shape {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"wanted a scene (H, W), floating point in [0, 1]; got {got}")
    scene: np.ndarray = check_scenes(image[None])[0]
    return scene


def detections(maps: np.ndarray, size: Sequence[int], least: float) -> list[Detection]:
    """Return the digits that the maps of centres (h, w, 50) of a scene of this height and width show, the best first.

    A digit is a cell whose heat is the highest of the nine around it. Of boxes of one class that overlap too much, the
    best stays; of different classes, the others' scores are lowered.
    """
    heat = 1 / (1 + np.exp(-maps[..., :DIGITS].astype(np.float64).clip(-30, 30)))
    around = np.pad(heat, ((1, 1), (1, 1), (0, 0)))
    height, width = heat.shape[:2]
    highest = np.max([around[y : y + height, x : x + width] for y in range(3) for x in range(3)], axis=0)
    rows, columns, digits = np.nonzero((heat == highest) & (heat >= least))
    scores = heat[rows, columns, digits]
    extents = maps[..., DIGITS:].reshape(height, width, DIGITS, 4)[rows, columns, digits] * UNIT
    centres = (np.stack([rows, columns], axis=1) + 0.5) * CELL
    boxes = np.concatenate([centres - extents[:, :2], centres + extents[:, 2:]], axis=1)
    boxes = boxes.clip(0, [size[0], size[1], size[0], size[1]])
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        same, shared = digits[kept] == digits[i], overlaps(boxes[i], boxes[kept])
        if (boxes[i, 2:] - boxes[i, :2]).min() >= 1 and not (shared[same] > _SAME).any():
            kept.append(int(i))
            stronger = boxes[kept[:-1]][scores[kept[:-1]] * _WHOLE >= scores[i]]
            if (shared[~same] > _OTHER).any():
                scores[i] *= _DOUBT
            elif covered(boxes[i], stronger) > _PART:
                scores[i] *= _OF_PART
    found = [Detection(tuple(boxes[i].tolist()), int(digits[i]), float(scores[i])) for i in kept]
    return sorted((one for one in found if one.score >= least), key=lambda one: -one.score)


def owners(image: np.ndarray, logits: np.ndarray, candidates: Sequence[Detection]) -> np.ndarray:
    """Return who owns the ink of a scene (H, W): (H, W) uint8, 0 for background, else 1 + digit.

    The logits (H, W, 10) of a pixel count, and the score of the best candidate of each class in whose box it is.
    """
    scores = np.full(logits.shape, _FAINTEST, np.float64)
    for one in candidates:
        top, left = (max(0, math.floor(one.box[i] - _AROUND)) for i in (0, 1))
        bottom, right = (math.ceil(one.box[i] + _AROUND) for i in (2, 3))
        part = scores[top:bottom, left:right, one.digit]
        np.maximum(part, one.score, out=part)
    best = (logits + _TRUST * np.log(scores)).argmax(axis=-1)
    return np.where(image * 255 > INK, 1 + best, 0).astype(np.uint8)


def tightened(one: Detection, classes: np.ndarray) -> Detection:
    """Return a detection whose box's edges are moved to the ink that its digit owns (H, W), where that is near."""
    top, left = (max(0, math.floor(one.box[i] - _SNAP)) for i in (0, 1))
    bottom, right = (math.ceil(one.box[i] + _SNAP) for i in (2, 3))
    own = classes[top:bottom, left:right] == 1 + one.digit
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    if not len(rows):
        return one
    ink = (top + rows[0], left + columns[0], top + rows[-1] + 1, left + columns[-1] + 1)
    box = [float(n) if abs(n - edge) <= _SNAP else edge for n, edge in zip(ink, one.box, strict=True)]
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        return one
    return one._replace(box=(box[0], box[1], box[2], box[3]))
