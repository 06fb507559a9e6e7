"""Reads real pen trajectories of digits from $AECORE_DATA, and draws them with pens of many widths.

Pen-Based Recognition of Handwritten Digits, Alpaydin and Alimoglu, 1998 (UCI, CC BY 4.0); the 30 writers of its
training half.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from aecore.data.dataset import Split, data_file
from aecore.data.scenes import TILE
from aecore.data.strokes import render

FILE = "pen_strokes.npz"
HELD_OUT = tuple(range(26, 31))  # writers for validation
_PENS = (1.2, 5.0)  # pixels, in digits whose longest side is
_LONGEST = 20.0
_POINTS = 20  # of a stroke, about: the tablet measured more
_KEYS = ("points", "stroke_offsets", "digit_offsets", "labels", "writers")
HOW_TO_GET = f"Pen trajectories are read from {FILE} in the folder that $AECORE_DATA names."


def pen_strokes_path() -> Path | None:
    """Return the path of the trajectories in the folder $AECORE_DATA; None where there is no such file."""
    return data_file(FILE)


@dataclass(frozen=True)
class Trajectories:
    """Strokes of digits, as a tablet measured them: `digits[i]` are the strokes of one, each points (M, 2) int16."""

    digits: list[list[np.ndarray]]
    labels: np.ndarray
    writers: np.ndarray


def trajectories() -> Trajectories:
    """Return all digits' strokes; y grows downwards. Raises ValueError where there is no file."""
    path = pen_strokes_path()
    if path is None:
        raise ValueError(HOW_TO_GET)
    with np.load(path, allow_pickle=False) as file:
        missing = [key for key in _KEYS if key not in file]
        if missing:
            raise ValueError(f"{path} does not hold pen trajectories: it has no {missing[0]}.")
        points, strokes, digits, labels, writers = (file[key] for key in _KEYS)
    lines = np.split(points, strokes[1:-1])
    return Trajectories([lines[a:b] for a, b in pairwise(digits)], labels, writers)


def pen_digits(copies: int, seed: int) -> tuple[Split, Split]:
    """Return drawings (N, 28, 28) uint8 of all digits, `copies` of each with random pens: for training, and held out.

    Other writers are held out. Raises ValueError where there is no file.
    """
    known = trajectories()
    digits = [[line[:: max(1, len(line) // _POINTS)] for line in digit] for digit in known.digits]
    count = len(digits)
    images = np.empty((copies * count, TILE, TILE), np.uint8)

    def draw(i: int) -> None:
        rng = np.random.default_rng([seed, i])
        images[i] = _drawn(digits[i % count], rng)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(draw, range(len(images))))
    split = Split(images, np.tile(known.labels, copies).astype(np.uint8))
    held_out = np.isin(np.tile(known.writers, copies), HELD_OUT)
    return split.take(~held_out), split.take(held_out)


def _drawn(lines: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return strokes, each points (N, 2), as a drawing (28, 28) uint8 with a random pen, slant and stretch."""
    pen = float(np.exp(rng.uniform(*np.log(_PENS))))
    shape = np.array([[1, rng.uniform(-0.25, 0.25)], [rng.uniform(-0.1, 0.1), 1]]) * rng.uniform(0.85, 1.15, (2, 1))
    points = np.concatenate(lines) @ shape.T
    points = (points - points.min(axis=0)) * ((_LONGEST - pen) / max(np.ptp(points, axis=0).max(), 1))
    points += (TILE - np.ptp(points, axis=0)) / 2 + rng.uniform(-0.5, 0.5, 2)
    return render(np.split(points, np.cumsum([len(line) for line in lines])[:-1]), pen, TILE)
