"""Paths through latent space, straight or along a sphere. `ui/frontend/lib/interpolation.js` mirrors them."""

from __future__ import annotations

import numpy as np

_STRAIGHT = 1e-4  # sine of the angle between two latents, below which the path is straight


def interpolate(stops: np.ndarray, places: np.ndarray, spherical: bool = False) -> np.ndarray:
    """Return the latents (N, D) float32 at `places` (N,) of the path through `stops` (K, D), K >= 1.

    Place 0 is the first stop, 1 the second, K - 1 the last. Straight: z = (1 - t) a + t b. Spherical (Shoemake,
    "Animating rotation with quaternion curves", 1985): z = (sin((1 - t) w) a + sin(t w) b) / sin w, with w the angle
    between a and b; where a and b are on one line through zero, that is undefined, and the path is straight. Raises
    ValueError for places beyond the ends, or when there is no stop.
    """
    stops, places = np.asarray(stops, np.float64), np.asarray(places, np.float64)
    if stops.ndim != 2 or not len(stops) or not np.isfinite(stops).all():
        raise ValueError(f"wanted finite latents (K, D), K at least 1; got {stops.shape}")
    if places.ndim != 1 or not np.all((places >= 0) & (places <= len(stops) - 1)):
        raise ValueError(f"wanted places from 0 to {len(stops) - 1}; got {places!r:.80}")
    start = np.minimum(places.astype(int), max(len(stops) - 2, 0))
    a, b = stops[start], stops[np.minimum(start + 1, len(stops) - 1)]
    t = (places - start)[:, None]
    weights = 1 - t, t
    if spherical:
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        cosine = np.einsum("nd,nd->n", a, b)[:, None] / np.maximum(lengths, 1e-12)[:, None]
        angle = np.arccos(np.clip(cosine, -1, 1))
        sine = np.sin(angle)
        curved = (sine > _STRAIGHT) & (lengths[:, None] > 1e-12)
        safe = np.where(curved, sine, 1)
        weights = (
            np.where(curved, np.sin((1 - t) * angle) / safe, 1 - t),
            np.where(curved, np.sin(t * angle) / safe, t),
        )
    return (weights[0] * a + weights[1] * b).astype(np.float32)
