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

# Of decoded images as rows (n, pixels) float64: what is made small (n,), and its first and second derivative by each
# pixel (n, pixels); the second is at least 0.
Loss = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def refine(decode: Decode, images: np.ndarray, latents: np.ndarray, steps: int) -> np.ndarray:
    """Return latents (N, D) float32 after `steps` steps that reduce the squared error to images (N, 28, 28).

    `decode` maps latents (M, D) to images (M, 28, 28). No image's squared error grows; a step takes D + 3 decodes per
    image.
    """

    def loss_of(part: slice) -> Loss:
        targets = images[part].reshape(len(images[part]), -1)

        def loss(decoded: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            away = decoded - targets
            return np.square(away).sum(axis=1) / 2, away, np.ones_like(away)

        return loss

    return search(decode, loss_of, latents, steps, DAMPING)


def search(
    decode: Decode,
    loss_of: Callable[[slice], Loss],
    latents: np.ndarray,
    steps: int,
    damping: float,
    hold: float = 0.0,
) -> np.ndarray:
    """Return latents (N, D) float32 after `steps` steps that reduce a loss of their images.

    `loss_of` returns the loss of the images of some latents. `hold` is added for each: times half the squared distance
    from where the latent was. `damping` is the one to begin with. No latent's loss grows.
    """
    out = latents.astype(np.float32)
    for start in range(0, len(out), _CHUNK):
        part = slice(start, start + _CHUNK)
        loss, dampings = loss_of(part), np.full(len(out[part]), damping)
        for _ in range(steps):
            out[part], dampings = _step(decode, loss, out[part], latents[part], dampings, hold)
    return out


def _step(
    decode: Decode, loss: Loss, latents: np.ndarray, held: np.ndarray, damping: np.ndarray, hold: float
) -> tuple[np.ndarray, np.ndarray]:
    """Solve (JᵀHJ + (hold + damping) I) change = -gradient for each latent, and keep the better change, if any.

    J is the Jacobian of the decoder by finite differences, H the loss' second derivatives: for a squared error, this is
    the method of Gauss and Newton. Returns latents (n, D) and dampings (n,).
    """
    n, d = latents.shape
    shifts = SHIFT * np.eye(d + 1, d, -1, dtype=np.float32)  # none, then along each dimension
    decoded = decode((latents[:, None] + shifts).reshape(-1, d)).reshape(n, d + 1, -1).astype(np.float64)
    jacobian_t = (decoded[:, 1:] - decoded[:, :1]) / SHIFT  # Jᵀ: (n, d, 784)
    value, slope, curvature = loss(decoded[:, 0])

    def held_back(moved: np.ndarray) -> np.ndarray:
        return hold / 2 * np.square(moved - held, dtype=np.float64).sum(axis=1)

    jthj = (jacobian_t * curvature[:, None]) @ jacobian_t.transpose(0, 2, 1)  # (n, d, d)
    gradient = jacobian_t @ slope[..., None] + hold * (latents - held)[..., None]  # (n, d, 1)
    least, best, next_damping = value + held_back(latents), latents, damping * STIFFEN
    for factor in (SOFTER, STIFFER):
        tried = damping * factor
        change = np.linalg.solve(jthj + (hold + tried)[:, None, None] * np.eye(d), -gradient)[..., 0]
        moved = latents + np.nan_to_num(change).astype(np.float32)  # NaN: the decoder overflowed; the latent stays
        reached = loss(decode(moved).reshape(n, -1).astype(np.float64))[0] + held_back(moved)
        better = reached < least
        least, next_damping = np.where(better, reached, least), np.where(better, tried, next_damping)
        best = np.where(better[:, None], moved, best)
    return best, np.clip(next_damping, SOFTEST, STIFFEST)
