"""The Levenberg-Marquardt method, which improves the encoder's latent of an image. NumPy only.

Levenberg, "A method for the solution of certain non-linear problems in least squares", 1944; Marquardt, "An algorithm
for least-squares estimation of nonlinear parameters", 1963. `ui/frontend/engine/refine.js` mirrors it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# Chosen on validation digits. Latents are whitened and pixels end at 1, so the same values suit every model.
DAMPING = 0.5  # at the start: the cost of a move by one standard deviation, in squared error summed over pixels
SOFTER, STIFFER = 0.3, 3.0  # factors of the damping that each step tries, as Marquardt did; the better one is kept
STIFFEN = 6.0  # the factor of the damping when neither reduced the error
SOFTEST, STIFFEST = 1e-3, 1e6  # bounds of the damping; above zero, so the equations stay solvable if J is zero
SHIFT = 0.02  # standard deviations, for J: smaller is lost in rounding, larger meets the decoder's nonlinearity
_CHUNK = 64  # images at once: their Jacobians take 6 MB at 16 numbers per latent

Decode = Callable[[np.ndarray], np.ndarray]


def refine(decode: Decode, images: np.ndarray, latents: np.ndarray, steps: int) -> np.ndarray:
    """Return latents (N, D) float32 after `steps` steps that reduce the squared error to images (N, 28, 28).

    `decode` maps latents (M, D) to images (M, 28, 28). No image's squared error grows; a step takes D + 3 decodes per
    image.
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
    """Solve (JᵀJ + damping I) change = Jᵀr for each image, and keep the change that reduces the error most, if any.

    J is the Jacobian of the decoder by finite differences, r = image - decoded the residual. Returns latents (n, D) and
    dampings (n,).
    """
    n, d = latents.shape
    shifts = SHIFT * np.eye(d + 1, d, -1, dtype=np.float32)  # none, then along each dimension
    decoded = decode((latents[:, None] + shifts).reshape(-1, d)).reshape(n, d + 1, -1).astype(np.float64)
    targets = images.reshape(n, -1)
    residual = targets - decoded[:, 0]  # (n, 784)
    jacobian_t = (decoded[:, 1:] - decoded[:, :1]) / SHIFT  # Jᵀ: (n, d, 784)

    jtj = jacobian_t @ jacobian_t.transpose(0, 2, 1)  # JᵀJ: (n, d, d)
    jtr = jacobian_t @ residual[..., None]  # Jᵀr: (n, d, 1)
    least, best, next_damping = np.square(residual).sum(axis=1), latents, damping * STIFFEN
    for factor in (SOFTER, STIFFER):
        tried = damping * factor
        change = np.linalg.solve(jtj + tried[:, None, None] * np.eye(d), jtr)[..., 0]
        moved = latents + np.nan_to_num(change).astype(np.float32)  # NaN: the decoder overflowed; the latent stays
        error = np.square(targets - decode(moved).reshape(n, -1).astype(np.float64)).sum(axis=1)
        better = error < least
        least, next_damping = np.where(better, error, least), np.where(better, tried, next_damping)
        best = np.where(better[:, None], moved, best)
    return best, np.clip(next_damping, SOFTEST, STIFFEST)
