"""The measures of scenes: mean IoU of class maps, average precision of boxes, MOTA and IDF1 of tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore.core.boxes import overlaps

ENOUGH = 0.5  # intersection over union of boxes that match

Boxes = np.ndarray  # (K, 4): top, left, bottom, right


def mean_iou(wanted: np.ndarray, made: np.ndarray, classes: int = 10) -> float:
    """Return the mean over classes 1 to `classes` of the intersection over union of all pixels of two class maps.

    A class that is in neither map is left out; 1 where all are.
    """
    pairs = np.bincount(wanted.astype(int).ravel() * (classes + 1) + made.ravel(), minlength=(classes + 1) ** 2)
    pairs = pairs.reshape(classes + 1, classes + 1)
    both = np.diag(pairs)[1:]
    either = pairs.sum(axis=0)[1:] + pairs.sum(axis=1)[1:] - both
    return float(np.mean(both[either > 0] / either[either > 0])) if either.any() else 1.0


def average_precision(scores: np.ndarray, right: np.ndarray, total: int) -> float:
    """Return the area under precision over recall, interpolated at all points (PASCAL VOC since 2010).

    `scores` (N,) and `right` (N,) bool are those of all detections of one class; `total` is the number of true boxes.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    steps = np.diff(np.concatenate([[0.0], hits / total]))
    return float(np.sum(steps * precision))


def matched(boxes: Boxes, scores: np.ndarray, wanted: Boxes, enough: float = ENOUGH) -> tuple[np.ndarray, np.ndarray]:
    """Return which boxes (K, 4) of one image and class are right, (K,) bool, and their IoU with the best true box.

    As in PASCAL VOC: the best scored comes first; each true box counts once; the true box is that of the largest IoU.
    """
    right, iou = np.zeros(len(boxes), bool), np.zeros(len(boxes))
    taken: set[int] = set()
    if len(wanted):
        for i in np.argsort(-scores, kind="stable"):
            each = overlaps(boxes[i], wanted)
            best = int(each.argmax())
            iou[i] = each[best]
            if iou[i] >= enough and best not in taken:
                right[i] = True
                taken.add(best)
    return right, iou


@dataclass(frozen=True)
class Found:
    """How well digits are found: the mean average precision over classes, and the mean IoU of the right boxes."""

    precision: float
    iou: float


# What is in an image: boxes (K, 4), digits (K,), and scores (K,)
Labelled = tuple[Boxes, np.ndarray, np.ndarray]


def mean_average_precision(
    wanted: Sequence[tuple[Boxes, np.ndarray]], found: Sequence[Labelled], classes: int = 10, enough: float = ENOUGH
) -> Found:
    """Return the measures of what was found in images, given the boxes (K, 4) and digits (K,) that are there.

    A class without a true box is left out. The mean IoU is of the right boxes whose score is 0.3 or more.
    """
    precisions, ious = [], []
    for digit in range(classes):
        scores, right, iou = [], [], []
        total = 0
        for (true, labels), (boxes, digits, given) in zip(wanted, found, strict=True):
            own = digits == digit
            fits, overlap = matched(boxes[own], given[own], true[labels == digit], enough)
            scores.append(given[own])
            right.append(fits)
            iou.append(overlap)
            total += int((labels == digit).sum())
        if total:
            all_scores, all_right = np.concatenate(scores), np.concatenate(right)
            precisions.append(average_precision(all_scores, all_right, total))
            ious.append(np.concatenate(iou)[all_right & (all_scores >= 0.3)])
    every = np.concatenate(ious) if ious else np.zeros(0)
    return Found(float(np.mean(precisions)) if precisions else 1.0, float(every.mean()) if len(every) else 0.0)
