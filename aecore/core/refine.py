"""Search on from the latent that the encoder gave for one that redraws its image better. NumPy only.

Levenberg, "A method for the solution of certain non-linear problems in least squares", 1944; Marquardt, "An algorithm
for least-squares estimation of nonlinear parameters", 1963. `ui/frontend/refine.js` is its twin.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# Chosen on validation digits. Latents are whitened and pixels end at 1, so plain numbers mean the same in every model.
DAMPING = 0.5  # what a move by one standard deviation costs at first, in squared error summed over pixels
SOFTER, STIFFER = 0.3, 3.0  # both are tried, as Marquardt did; the better one is where the next step begins
STIFFEN = 6.0  # what the damping is multiplied by when neither helped
SOFTEST, STIFFEST = 1e-3, 1e6  # never zero: the equations stay solvable where the decoder does not react
SHIFT = 0.02  # standard deviations, to measure slopes: less drowns in rounding, more bends with the decoder
_CHUNK = 64  # images at once: their slopes take 6 MB at 16 numbers per latent

Decode = Callable[[np.ndarray], np.ndarray]


def refine(decode: Decode, images: np.ndarray, latents: np.ndarray, steps: int) -> np.ndarray:
    """Move latents (N, D) float32 in `steps` steps so that `decode` redraws images (N, 28, 28) better; returns them.

    `decode` takes latents (M, D) to images (M, 28, 28). No squared error rises; a step takes D + 3 decodes per image.
    """
    out = latents.copy()
    for start in range(0, len(out), _CHUNK):
        part = slice(start, start + _CHUNK)
        damping = np.full(len(out[part]), DAMPING)
        for _ in range(steps):
            out[part], damping = _step(decode, images[part], out[part], damping)
    return out


def _step(
    decode: Decode, images: np.ndarray, latents: np.ndarray, damping: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve (J^T J + damping I) change = J^T (image - drawn), J the slopes; keep the best change where one helps."""
    n, d = latents.shape
    shifts = SHIFT * np.eye(d + 1, d, -1, dtype=np.float32)  # none, then along each dimension
    drawn = decode((latents[:, None] + shifts).reshape(-1, d)).reshape(n, d + 1, -1).astype(np.float64)
    targets = images.reshape(n, -1)
    missing = targets - drawn[:, 0]  # (n, 784)
    slopes = (drawn[:, 1:] - drawn[:, :1]) / SHIFT  # (n, d, 784)

    curvature = slopes @ slopes.transpose(0, 2, 1)  # (n, d, d)
    pull = slopes @ missing[..., None]  # (n, d, 1)
    least, best, next_damping = np.square(missing).sum(axis=1), latents, damping * STIFFEN
    for factor in (SOFTER, STIFFER):
        tried = damping * factor
        change = np.linalg.solve(curvature + tried[:, None, None] * np.eye(d), pull)[..., 0]
        moved = latents + np.nan_to_num(change).astype(np.float32)  # NaN: the decoder overflowed, so this latent stays
        error = np.square(targets - decode(moved).reshape(n, -1).astype(np.float64)).sum(axis=1)
        better = error < least
        least, next_damping = np.where(better, error, least), np.where(better, tried, next_damping)
        best = np.where(better[:, None], moved, best)
    return best, np.clip(next_damping, SOFTEST, STIFFEST)
