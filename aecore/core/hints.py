"""Hints of colour: pixels of a picture whose colour somebody chose, as linear observations of the latent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aecore.core.chroma import BLUE, LUMA, RED, SCALE
from aecore.core.color_fields import LATENT

Hint = tuple[int, int, Sequence[float]]  # row, column, (red, green, blue) in [0, 1]

MOST = 1_000  # hints of one picture
# Variances of a hint's Cb and Cr (times the scale of chroma) around what sixteen numbers can draw at its pixel: there
# are pictures that the numbers describe well, and others. Chosen on validation photos.
NOISES = (0.003, 0.008, 0.016)


def check_hints(hints: object, count: int, side: int) -> list[list[Hint]]:
    """Return lists of hints, one for each of `count` pictures of side x side pixels; raises ValueError."""
    wanted = "wanted hints, for each luminance a list of (row, column, (red, green, blue))"
    if not isinstance(hints, list | tuple) or not all(isinstance(own, list | tuple) for own in hints):
        raise ValueError(f"{wanted}; got {hints!r:.60}")
    if len(hints) != count:
        raise ValueError(f"{wanted}; got {len(hints)} lists for {count} luminances")
    for own in hints:
        if len(own) > MOST:
            raise ValueError(f"wanted at most {MOST:,} hints for a picture; got {len(own):,}")
        for hint in own:
            if not _is_hint(hint, side):
                raise ValueError(
                    f"{wanted}, rows and columns from 0 to {side - 1}, colours in [0, 1]; got {hint!r:.80}"
                )
    return [[(int(row), int(column), tuple(map(float, color))) for row, column, color in own] for own in hints]


def _is_hint(hint: object, side: int) -> bool:
    if not isinstance(hint, list | tuple) or len(hint) != 3:
        return False
    *place, color = hint
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) and 0 <= n < side for n in place)
    if not whole or not isinstance(color, list | tuple | np.ndarray) or len(color) != 3:
        return False
    return all(isinstance(v, int | float | np.number) and not isinstance(v, bool) and 0 <= v <= 1 for v in color)


def observe(fields: np.ndarray, hints: Sequence[Hint]) -> tuple[np.ndarray, np.ndarray]:
    """Return what hints for one picture with fields (h, w, 34) observe: rows (1, 2 H, 16) and values (1, 2 H).

    The chroma of a hint is the bilinear mean of four pixels of the fields (`chroma.upsample`); of it, the chroma
    of the latent of zeros is taken away. Cb and Cr of each hint follow each other.
    """
    color = np.array([rgb for _, _, rgb in hints], np.float64)
    chroma = (color[:, [2, 0]] - (color @ LUMA)[:, None]) * (SCALE / BLUE, SCALE / RED)  # (H, 2)
    at_pixel = np.stack([interpolated(fields, row, column) for row, column, _ in hints])  # (H, 34)
    rows = at_pixel[:, 2:].reshape(-1, LATENT, 2).transpose(0, 2, 1).reshape(1, -1, LATENT)
    return rows, (chroma - at_pixel[:, :2]).reshape(1, -1)


def interpolated(maps: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the value (C,) that maps (h, w, C), upsampled to twice their size, have at a pixel."""
    out = np.zeros(maps.shape[-1])
    for y, down in _weights(row, len(maps)):
        for x, across in _weights(column, maps.shape[1]):
            out += down * across * maps[y, x]
    return out


def _weights(place: int, size: int) -> list[tuple[int, float]]:
    inside = place // 2
    beside = inside - 1 if place % 2 == 0 else inside + 1
    return [(inside, 0.75), (min(max(beside, 0), size - 1), 0.25)]
