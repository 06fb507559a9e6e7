"""Warp digits the way hands do: small affine and elastic deformations, computed once before training."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import ndimage

_CENTRE = 13.5
_GRID = 7  # the elastic field is drawn on a 7 x 7 grid and enlarged smoothly to 28 x 28


def warp_pool(images: np.ndarray, copies: int, seed: int) -> np.ndarray:
    """Return warped copies of images (N, 28, 28) float in [0, 1] as uint8 (copies, N, 28, 28).

    Each digit is rotated by up to 0.15 rad, scaled by up to 8 %, sheared by up to 0.15 and shifted by up to 0.5 px,
    then bent by a smooth random field of 0.2-0.9 px (elastic distortions: Simard, Steinkraus and Platt, 2003), and
    sampled once with cubic splines: bilinear sampling blurs strokes, and the autoencoder learns the blur.
    """
    pool = np.empty((copies, *images.shape), np.uint8)

    def fill(job: tuple[int, int]) -> None:
        copy, start = job
        rng = np.random.default_rng([seed, copy, start])
        for i in range(start, min(start + 1000, len(images))):
            warped = _warp(images[i], rng)
            pool[copy, i] = np.rint(np.clip(warped, 0, 1) * 255)

    jobs = [(copy, start) for copy in range(copies) for start in range(0, len(images), 1000)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # scipy's interpolation releases the GIL
        list(threads.map(fill, jobs))
    return pool


def _warp(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle, shear = rng.uniform(-0.15, 0.15, 2)
    scale_y, scale_x = rng.uniform(0.92, 1.08, 2)
    shift = rng.uniform(-0.5, 0.5, (2, 1))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ np.array([[scale_y, 0], [shear, scale_x]])
    field = rng.normal(size=(2, _GRID, _GRID)) * rng.uniform(0.2, 0.9)
    bend = np.einsum("yi,cij,xj->cyx", _ENLARGE, field, _ENLARGE).reshape(2, -1)
    coordinates = matrix @ (_PIXELS - _CENTRE) + _CENTRE + shift + bend
    return ndimage.map_coordinates(image, coordinates.reshape(2, 28, 28), order=3, mode="constant")


_PIXELS = np.mgrid[0:28, 0:28].reshape(2, -1).astype(float)
_ENLARGE = np.stack([ndimage.zoom(row, 28 / _GRID, order=3) for row in np.eye(_GRID)], axis=1)  # (28, 7)
