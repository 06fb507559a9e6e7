"""Augmentation: small affine and elastic deformations of images, and digits drawn with other pens."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize

from aecore.core.checks import check_some, check_whole
from aecore.data.dataset import to_bytes, to_float
from aecore.data.drawing import normalize_drawing
from aecore.data.strokes import CANVAS, commands, flatten, render

_AT_ONCE = 5_000  # photos that are shifted together
_JOB = 1_000  # images that are warped one after the other, by one generator
_GRID = 7  # the elastic field is drawn on a 7 x 7 grid and enlarged smoothly to the image
_DIGIT = 28  # pixels: the lengths below are for images of this side; for other images they are scaled in proportion


class WarpPool:
    """Warped copies of images, made in the background: the first of each at once, the others from `go_on` on."""

    def __init__(self, images: np.ndarray, copies: int, seed: int) -> None:
        check_whole(copies, "copies", 0)
        if images.ndim not in (3, 4):
            raise ValueError(f"wanted images (N, H, W) or (N, H, W, channels); got shape {images.shape}")
        self._images, self._seed = images, seed
        self._pool = np.empty((copies, *images.shape), np.uint8)
        self._threads = ThreadPoolExecutor(os.cpu_count())  # scipy's interpolation releases the GIL
        self._jobs: list[list[Future[None]]] = []  # by copy
        self._make(1)

    def __len__(self) -> int:
        return len(self._pool)

    def first(self, copies: int) -> np.ndarray:
        """Return the first copies, (copies, N, ...) uint8, once they are made."""
        self._make(copies)
        for jobs in self._jobs[:copies]:
            for job in jobs:
                job.result()
        return self._pool[:copies]

    def go_on(self) -> None:
        """Make the other copies, too."""
        self._make(len(self))

    def stop(self) -> None:
        """Make no more copies: nobody asks for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make(self, copies: int) -> None:
        for copy in range(len(self._jobs), min(copies, len(self))):
            starts = range(0, len(self._images), _JOB)
            self._jobs.append([self._threads.submit(self.fill, copy, start) for start in starts])

    def fill(self, copy: int, start: int) -> None:
        """Make the images of a job: those of a copy from one on."""
        rng = np.random.default_rng([self._seed, copy, start])
        for i in range(start, min(start + _JOB, len(self._images))):
            self._pool[copy, i] = to_bytes(_warp(to_float(self._images[i]), rng))


def warp_pool(images: np.ndarray, copies: int, seed: int) -> np.ndarray:
    """Return warped copies of images (N, H, W[, channels]), uint8 or float in [0, 1]: uint8 (copies, N, ...).

    Each image is rotated by up to 0.15 rad, scaled by up to 8 %, sheared by up to 0.15 and shifted by up to 0.5 px,
    then deformed by a smooth random field of 0.2-0.9 px (elastic distortions: Simard, Steinkraus and Platt, 2003), and
    sampled once with cubic splines: bilinear sampling blurs strokes, and the autoencoder learns the blur. Lengths are
    those of an image of 28 x 28; beyond its edge an image is black.
    """
    pool = WarpPool(images, copies, seed)
    try:
        return pool.first(copies)
    finally:
        pool.stop()


def _warp(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = image.shape[:2]
    unit = min(size) / _DIGIT
    angle, shear = rng.uniform(-0.15, 0.15, 2)
    scale_y, scale_x = rng.uniform(0.92, 1.08, 2)
    shift = unit * rng.uniform(-0.5, 0.5, (2, 1))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ np.array([[scale_y, 0], [shear, scale_x]])
    field = unit * (rng.normal(size=(2, _GRID, _GRID)) * rng.uniform(0.2, 0.9))
    bend = np.einsum("yi,cij,xj->cyx", _enlarge(size[0]), field, _enlarge(size[1])).reshape(2, -1)
    centre = (np.array(size).reshape(2, 1) - 1) / 2
    coordinates = (matrix @ (_pixels(size) - centre) + centre + shift + bend).reshape(2, *size)
    planes = image.reshape(*size, -1).transpose(2, 0, 1)
    warped = [ndimage.map_coordinates(plane, coordinates, order=3, mode="constant") for plane in planes]
    return np.stack(warped, axis=-1).reshape(image.shape)


@lru_cache(maxsize=8)
def _pixels(size: tuple[int, int]) -> np.ndarray:
    return np.mgrid[: size[0], : size[1]].reshape(2, -1).astype(float)


@lru_cache(maxsize=8)
def _enlarge(side: int) -> np.ndarray:
    return np.stack([ndimage.zoom(row, side / _GRID, order=3) for row in np.eye(_GRID)], axis=1)  # (side, 7)


def ink_pool(images: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return `count` normalised drawings like those of visitors: (count, 28, 28) float32 in [0, 1].

    Four in five are digits of images (N, 28, 28), uint8 or float in [0, 1], redrawn with another pen; the others are
    the project's own strokes with random distortions. Pens of 6-36 px, digits that fill 25-90 % of the canvas.
    """
    check_some(images, "images")
    pool = np.empty((check_whole(count, "count", 0), 28, 28), np.float32)

    def fill(i: int) -> None:
        rng = np.random.default_rng([seed, i])
        extent = rng.uniform(0.25, 0.9)
        pen = rng.uniform(6, min(36, 0.2 * extent * CANVAS))  # a thicker pen fills the loops, which teaches nothing
        if i % 5:
            canvas = redraw(to_float(images[rng.integers(len(images))]), pen, extent)
        else:
            canvas = scribble(int(rng.integers(10)), pen, extent, rng)
        drawn = normalize_drawing(canvas)
        pool[i] = 0 if drawn is None else drawn  # a black image stays black

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(fill, range(count)))
    return pool


def redraw(image: np.ndarray, pen: float, extent: float) -> np.ndarray:
    """Return the skeleton of a digit (28, 28) float in [0, 1], drawn with a round pen on a canvas (280, 280) uint8.

    `extent` is the fraction of the canvas that a digit of MNIST's size fills, `pen` the pen's width in canvas pixels.
    """
    if not image.any():
        return np.zeros((CANVAS, CANVAS), np.uint8)
    large = ndimage.zoom(image, extent * CANVAS / 20, order=1)
    line = skeletonize(large > 0.5 * large.max())
    edge = int(pen) + 1
    distance = ndimage.distance_transform_edt(~np.pad(line, edge))
    ink = np.rint(np.clip(pen / 2 + 0.5 - distance, 0, 1) * 255).astype(np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][:CANVAS, :CANVAS]
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    top, left = (CANVAS - ink.shape[0]) // 2, (CANVAS - ink.shape[1]) // 2
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return canvas


def scribble(digit: int, pen: float, extent: float, rng: np.random.Generator) -> np.ndarray:
    """Return the project's own digit 0-9 with a random slant and tremor, on a canvas (280, 280) uint8."""
    lines = [flatten(stroke) for stroke in commands(digit)]
    points = np.concatenate(lines)
    shape = np.array([[1, rng.uniform(-0.35, 0.35)], [rng.uniform(-0.15, 0.15), 1]]) * rng.uniform(0.8, 1.2, (2, 1))
    shake = np.cumsum(rng.normal(size=(len(points), 2)), axis=0)
    shake -= ndimage.uniform_filter1d(shake, 15, axis=0)  # a hand trembles, but does not drift away
    points = (points - CANVAS / 2) @ shape.T + shake * rng.uniform(0, 3)
    points = (points - points.min(axis=0)) * (extent * CANVAS - pen) / max(np.ptp(points, axis=0).max(), 1)
    points += (CANVAS - np.ptp(points, axis=0)) / 2
    return render(np.split(points, np.cumsum([len(line) for line in lines])[:-1]), pen)


def shifted(photos: np.ndarray, reach: int, rng: np.random.Generator) -> np.ndarray:
    """Return copies of photos (N, H, W, channels), each shifted by up to `reach` pixels, and half of them mirrored.

    What comes in at an edge is a reflection of the photo.
    """
    count, height, width, _ = photos.shape
    out = np.empty_like(photos)
    for start in range(0, count, _AT_ONCE):
        some = photos[start : start + _AT_ONCE]
        padded = np.pad(some, ((0, 0), (reach, reach), (reach, reach), (0, 0)), "reflect")
        down, across = rng.integers(0, 2 * reach + 1, (2, len(some), 1))
        rows, columns = down + np.arange(height), across + np.arange(width)
        columns = np.where(rng.random((len(some), 1)) < 0.5, columns[:, ::-1], columns)  # mirrored
        out[start : start + _AT_ONCE] = padded[np.arange(len(some))[:, None, None], rows[:, :, None], columns[:, None]]
    return out


def nudged(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return copies of images (N, H, W[, channels]), each shifted by up to one pixel; edges are repeated."""
    height, width = images.shape[1:3]
    down, across = rng.integers(-1, 2, (2, len(images), 1))
    rows = (down + np.arange(height)).clip(0, height - 1)
    columns = (across + np.arange(width)).clip(0, width - 1)
    out: np.ndarray = images[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None]]
    return out
