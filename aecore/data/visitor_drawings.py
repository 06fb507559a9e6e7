"""Draws real pen trajectories on the canvas as visitors of the Draw page do, and normalises them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import ndimage

from aecore.core.checks import check_whole
from aecore.data.dataset import Split, to_bytes
from aecore.data.drawing import normalize_drawing
from aecore.data.pen_strokes import Trajectories, trajectories
from aecore.data.strokes import CANVAS, render

CHOSEN_ON = tuple(range(25, 31))  # writers for validation; the others are for training
PENS, EXTENTS = (6.0, 36.0), (0.25, 0.9)  # pixels of the canvas; fraction of it that a digit's longer side takes
_THICKEST = 0.3  # of a digit's longer side: a thicker pen leaves a blot, which teaches nothing
_POINTS = (6, 30)  # that a browser reports of a stroke: a fast pen leaves few
_TREMOR = 2.5  # pixels of the canvas, standard deviation at most
_STEADY = 9  # points: a hand trembles faster than this, but does not drift away
_LIFTED = 0.1  # fraction of the drawings in which the pen loses contact for a moment
_GAP = (0.04, 0.12)  # fraction of the stroke that is lost then
_CURVE = np.linspace(0, 1, 4)[1:, None]  # places on a curve between two reports


def visitor_drawings(copies: int, seed: int) -> tuple[Split, Split]:
    """Return normalised drawings (N, 28, 28) uint8 of all trajectories, `copies` of each: for training, and to choose.

    The second are of other writers. Pens of 6 to 36 px, digits that take 25 to 90 % of the canvas anywhere on it, with
    slant, fast and slow pens, tremor, and pens that lose contact. Raises ValueError where there is no file.
    """
    known, count = trajectories(), check_whole(copies, "copies", 0)
    size = len(known.labels)
    images = np.empty((count * size, 28, 28), np.uint8)

    def fill(i: int) -> None:
        rng = np.random.default_rng([seed, i])
        extent = rng.uniform(*EXTENTS)
        pen = rng.uniform(PENS[0], min(PENS[1], _THICKEST * extent * CANVAS))
        images[i] = to_bytes(drawn(known.digits[i % size], pen, extent, rng))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(fill, range(len(images))))
    split = Split(images, np.tile(known.labels, count).astype(np.uint8))
    chosen_on = np.isin(np.tile(known.writers, count), CHOSEN_ON)
    return split.take(~chosen_on), split.take(chosen_on)


def drawn_with(known: Trajectories, which: np.ndarray, pen: float, extent: float, seed: int) -> np.ndarray:
    """Return digits `which` of the trajectories, drawn with one pen at one size: (N, 28, 28) float32 in [0, 1]."""

    def draw(i: int) -> np.ndarray:
        return drawn(known.digits[i], pen, extent, np.random.default_rng([seed, i]))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.stack(list(threads.map(draw, which)))


def drawn(strokes: Sequence[np.ndarray], pen: float, extent: float, rng: np.random.Generator) -> np.ndarray:
    """Return strokes, each points (M, 2), drawn by a visitor and normalised: (28, 28) float32 in [0, 1].

    `pen` is its width in pixels of the canvas, `extent` the fraction of the canvas that the longer side takes.
    """
    shape = np.array([[1, rng.uniform(-0.15, 0.15)], [rng.uniform(-0.08, 0.08), 1]]) * rng.uniform(0.9, 1.1, (2, 1))
    most, tremor = int(rng.integers(_POINTS[0], _POINTS[1] + 1)), _TREMOR * extent * rng.random() ** 2
    scale = (extent * CANVAS - pen) / max(np.ptp(np.concatenate(strokes) @ shape.T, axis=0).max(), 1)
    lines = [_trembling(_sampled(line, most) @ shape.T * scale, tremor, rng) for line in strokes]
    if rng.random() < _LIFTED:
        lines = _lifted(lines, rng)
    points = np.concatenate(lines)
    room = CANVAS - pen - np.ptp(points, axis=0)
    place = pen / 2 + rng.random(2) * np.maximum(room, 0) - points.min(axis=0)
    image = normalize_drawing(render([_smooth(line + place) for line in lines], pen))
    return np.zeros((28, 28), np.float32) if image is None else image


def _sampled(line: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many points of a line, its ends among them."""
    return line[np.unique(np.linspace(0, len(line) - 1, min(most, len(line))).round().astype(int))]


def _trembling(line: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    shake = rng.normal(size=line.shape)
    out: np.ndarray = line + deviation * (shake - ndimage.uniform_filter1d(shake, _STEADY, axis=0))
    return out


def _lifted(lines: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Return the lines without a short piece of the longest one."""
    longest = max(range(len(lines)), key=lambda i: len(lines[i]))
    line = lines[longest]
    along = np.concatenate([[0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    start, length = rng.random(), rng.uniform(*_GAP)
    ends = [line[along <= start * along[-1]], line[along >= (start + length) * along[-1]]]
    return [*lines[:longest], *(end for end in ends if len(end)), *lines[longest + 1 :]]


def _smooth(line: np.ndarray) -> np.ndarray:
    """Return a line as the canvas draws it: curves through the middles between points, which are their controls."""
    if len(line) < 3:
        return line
    middles = (line[1:] + line[:-1]) / 2
    start, end, control = middles[:-1, None], middles[1:, None], line[1:-1, None]
    curves = (1 - _CURVE) ** 2 * start + 2 * _CURVE * (1 - _CURVE) * control + _CURVE**2 * end
    return np.concatenate([line[:1], middles[:1], curves.reshape(-1, 2), line[-1:]])
