"""Boxes: top, left, bottom and right in pixels, the last two exclusive."""

from __future__ import annotations

import numpy as np


def overlaps(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the intersections over union (K,) of a box (4,) and others (K, 4)."""
    inner = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    both = inner.clip(0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return both / np.maximum(areas - both, 1e-9)


def covered(box: np.ndarray, others: np.ndarray) -> float:
    """Return the largest fraction of a box (4,) that one of the others (K, 4) covers; 0 where there are none."""
    if not len(others):
        return 0.0
    inner = (np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])).clip(0)
    return float(inner.prod(axis=1).max() / max((box[2:] - box[:2]).prod(), 1e-9))
