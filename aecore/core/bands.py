"""Spectrograms of 64 bands as pictures, from sounds and back: narrow bands up to 1 kHz, wider ones above, as ears hear.

A picture holds log(1 + 20 magnitude) / 6. The way back finds the phases by the fast algorithm of Griffin and Lim
(Perraudin, Balazs and Sondergaard, "A fast Griffin-Lim algorithm", 2013).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aecore.core.spectrum import BINS, HOP, istft, stft

BANDS, FRAMES = 64, 64
LENGTH = FRAMES * HOP  # samples, 1.024 s
_NARROW = 32  # bands of one frequency each
_GAIN, _UNIT = 20.0, 6.0
_MOMENTUM = 0.99
STEPS = 16  # of the search for phases: 20 dB; 32 gain 3 dB more, and take twice as long


@lru_cache(maxsize=1)
def centres() -> np.ndarray:
    """Return the centre of each band (64,) float64, as the number of a frequency of the transform, from 1 to 127."""
    steps = np.arange(BANDS - _NARROW + 1)
    low, high = 1.0, 1.2  # the factor from one wide band's width to the next, found so that the last is at 127
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _NARROW + (middle ** steps[1:]).sum() < BINS - 2 else (low, middle)
    wide = _NARROW + np.cumsum(low ** steps[1:])
    return np.concatenate([np.arange(1, _NARROW + 1), wide])


@lru_cache(maxsize=1)
def pooling() -> np.ndarray:
    """Return the matrix (129, 64) float32 from power at each frequency to mean power in each band: triangles."""
    middle = centres()
    edges = np.concatenate([[0.0], middle, [BINS - 1.0]])
    at = np.arange(BINS)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    triangles = np.minimum(rising, falling).clip(0)
    return (triangles / triangles.sum(axis=0)).astype(np.float32)


@lru_cache(maxsize=1)
def spreading() -> np.ndarray:
    """Return the matrix (64, 129) float32 from magnitudes in bands to those at frequencies: linear between them."""
    columns = [np.interp(np.arange(BINS), centres(), row, left=0.0) for row in np.eye(BANDS)]
    made = np.stack(columns)
    made[:, 0] = 0  # a constant is not heard
    return made.astype(np.float32)


def pictures(sounds: np.ndarray) -> np.ndarray:
    """Return the pictures (N, 64 frames, 64 bands) float32 of sounds (N, 8192) float."""
    power = np.square(np.abs(stft(sounds)[:, :FRAMES]))
    return (np.log1p(_GAIN * np.sqrt(power @ pooling())) / _UNIT).astype(np.float32)


def magnitudes(shown: np.ndarray) -> np.ndarray:
    """Return the magnitudes (N, 65 frames, 129) float32 that pictures (N, 64, 64) show; the last frame is silent."""
    loud = np.expm1(_UNIT * shown.clip(0, 1.5).astype(np.float64)) / _GAIN
    return np.pad(loud @ spreading(), ((0, 0), (0, 1), (0, 0))).astype(np.float32)


def heard(wanted: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Return sounds (N, 8192) float32 whose spectra have nearly the magnitudes (N, 65, 129): the phases are searched.

    The first phases advance as those of steady tones do, so the same magnitudes give the same sound.
    """
    turns = np.arange(wanted.shape[1])[:, None] * np.arange(BINS) * HOP / (2 * HOP)
    spectra = wanted * np.exp(2j * np.pi * (turns + _scattered())).astype(np.complex64)
    before = spectra
    for _ in range(steps):
        found = stft(istft(spectra, LENGTH))
        pushed = found + _MOMENTUM * (found - before)
        before = found
        spectra = wanted * np.exp(1j * np.angle(pushed)).astype(np.complex64)
    return istft(spectra, LENGTH)


def _scattered() -> np.ndarray:
    """Return a phase for each frequency (129,), in turns: far apart for neighbours, so that no click adds up."""
    return (np.arange(BINS) ** 2 * 0.6180339887) % 1
