"""Pictures as luminance and chroma: luminance at every pixel, chroma at every second, as television and JPEG have it.

Luminance Y and chroma Cb, Cr are those of ITU-R BT.601 at full range: Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402.
`ui/frontend/engine` mirrors these formulas.
"""

from __future__ import annotations

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue
BLUE, RED = 1.772, 1.402
SCALE = 4.0  # networks see and draw chroma times this: its standard deviation is then about a third


def luminance_of(pictures: np.ndarray) -> np.ndarray:
    """Return the luminance (N, H, W) float32 in [0, 1] of pictures (N, H, W, 3) in [0, 1]."""
    return (pictures @ LUMA).clip(0, 1)


def chroma_of(pictures: np.ndarray) -> np.ndarray:
    """Return the chroma (N, H / 2, W / 2, 2) float32 of pictures (N, H, W, 3), Cb and Cr times SCALE.

    Each is the mean of four pixels.
    """
    n, h, w, _ = pictures.shape
    difference = pictures[..., [2, 0]] - (pictures @ LUMA)[..., None]
    mean = difference.reshape(n, h // 2, 2, w // 2, 2, 2).mean(axis=(2, 4))
    return (mean * (np.array([SCALE / BLUE, SCALE / RED], np.float32))).astype(np.float32)


def space_to_depth(luminance: np.ndarray) -> np.ndarray:
    """Return luminance (N, H, W) as a network reads it, (N, H / 2, W / 2, 4): 2 x 2 pixels, row by row."""
    n, h, w = luminance.shape
    blocks = luminance.reshape(n, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(blocks.reshape(n, h // 2, w // 2, 4))


def depth_to_space(fine: np.ndarray) -> np.ndarray:
    """Return the luminance (N, H, W) that `space_to_depth` rearranged."""
    n, h, w, _ = fine.shape
    return fine.reshape(n, h, w, 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, 2 * h, 2 * w)


def upsample(maps: np.ndarray) -> np.ndarray:
    """Return maps (N, h, w, C) at twice the size, (N, 2 h, 2 w, C): bilinear between the centres of pixels.

    A pixel is three quarters of the one it lies in and one quarter of the nearest neighbour, along each axis.
    """
    for axis in (1, 2):
        first, last = np.take(maps, [0], axis), np.take(maps, [-1], axis)
        padded = np.concatenate([first, maps, last], axis)
        length = maps.shape[axis]
        before, after = (np.take(padded, range(start, start + length), axis) for start in (0, 2))
        pairs = np.stack([0.75 * maps + 0.25 * before, 0.75 * maps + 0.25 * after], axis + 1)
        shape = (*maps.shape[:axis], 2 * length, *maps.shape[axis + 1 :])
        maps = pairs.reshape(shape)
    return maps


def pictures_of(luminance: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """Return pictures (N, H, W, 3) float32, clipped to [0, 1], of luminance (N, H, W) and chroma (N, H / 2, W / 2, 2).

    Where nothing is clipped, the luminance of the picture is the luminance given.
    """
    blue, red = np.moveaxis(upsample(chroma) * np.array([BLUE / SCALE, RED / SCALE], np.float32), -1, 0)
    green = -(LUMA[2] * blue + LUMA[0] * red) / LUMA[1]
    return (luminance[..., None] + np.stack([red, green, blue], axis=-1)).clip(0, 1).astype(np.float32)
