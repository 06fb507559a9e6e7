"""Rounding of latents to the steps of pages and links, and latents as text."""

from __future__ import annotations

import base64
import binascii

import numpy as np

STEP = 0.01  # latents on pages and in links are multiples of this
_LIMIT = 32767  # steps; a latent in a link is one int16 per number


def quantise(latent: np.ndarray) -> np.ndarray:
    """Return latents rounded to multiples of 0.01 in [-327.67, 327.67], float32: a link can hold these exactly."""
    steps = np.rint(latent.astype(np.float64) / STEP)  # in double precision, as in a browser
    return (np.clip(steps, -_LIMIT, _LIMIT) * STEP).astype(np.float32)


def latent_to_text(latent: np.ndarray) -> str:
    """Return one latent (D,) as base64url text: one little-endian int16 per number, in steps of 0.01.

    Raises ValueError.
    """
    latent = np.asarray(latent, np.float64)
    if latent.ndim != 1 or not np.isfinite(latent).all():
        raise ValueError(f"wanted one latent (D,) of finite numbers; got {latent!r:.40}")
    steps = np.clip(np.rint(latent / STEP), -_LIMIT, _LIMIT).astype("<i2")
    return base64.urlsafe_b64encode(steps.tobytes()).decode().rstrip("=")


def latent_from_text(text: str, latent_dim: int) -> np.ndarray:
    """Return the latent (latent_dim,) float32 that `latent_to_text` wrote; raises ValueError for any other text."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is not a latent") from None
    if len(data) != 2 * latent_dim:
        raise ValueError(f"a latent of {latent_dim} numbers takes {2 * latent_dim} bytes, got {len(data)}")
    return (np.frombuffer(data, "<i2") * STEP).astype(np.float32)
