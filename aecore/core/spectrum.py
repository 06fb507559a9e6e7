"""The short-time Fourier transform of sounds, and its inverse: square-root Hann windows of 256 samples, 128 apart.

The transform returns exactly, because the squares of neighbouring windows add up to one. A spectrum is divided by the
square root of the window's energy: white noise of unit variance has a mean squared magnitude of one.
"""

from __future__ import annotations

import numpy as np

RATE = 8_000  # samples a second
WINDOW, HOP = 256, 128  # samples
BINS = WINDOW // 2 + 1  # frequencies, 31.25 Hz apart, from 0 to 4,000 Hz
_SCALE = float(np.sqrt(WINDOW / 2))  # of the window's energy


def window() -> np.ndarray:
    """Return the window (256,) float32: the square root of a periodic Hann window."""
    return np.sin(np.pi * np.arange(WINDOW) / WINDOW).astype(np.float32)


def frames(length: int) -> int:
    """Return the number of frames of a sound of so many samples: the first is centred on sample 0."""
    return -(-length // HOP) + 1


def stft(sounds: np.ndarray) -> np.ndarray:
    """Return the spectra (N, frames, 129) complex64 of sounds (N, samples) float."""
    count, length = sounds.shape
    total = frames(length)
    padded = np.zeros((count, (total + 1) * HOP), np.float32)
    padded[:, HOP : HOP + length] = sounds
    halves = padded.reshape(count, total + 1, HOP)
    cut = np.concatenate([halves[:, :-1], halves[:, 1:]], axis=2) * window()
    spectra: np.ndarray = np.fft.rfft(cut, axis=2).astype(np.complex64) / np.float32(_SCALE)
    return spectra


def istft(spectra: np.ndarray, length: int) -> np.ndarray:
    """Return the sounds (N, length) float32 of spectra (N, frames, 129); `length` is at most that of their frames."""
    cut = np.fft.irfft(spectra, WINDOW, axis=2).astype(np.float32) * (window() * np.float32(_SCALE))
    sounds = cut[:, :-1, HOP:] + cut[:, 1:, :HOP]
    return sounds.reshape(len(sounds), (spectra.shape[1] - 1) * HOP)[:, :length]


def synthesis() -> tuple[np.ndarray, np.ndarray]:
    """Return the inverse transform of a frame as two matrices (128, 256) float32, of the real and imaginary parts.

    The highest frequency is left out, so that there are as many frequencies as samples from frame to frame.
    """
    angles = 2 * np.pi * np.outer(np.arange(BINS - 1), np.arange(WINDOW)) / WINDOW
    factors = np.where(np.arange(BINS - 1) == 0, 1, 2)[:, None] * _SCALE / WINDOW * window()
    return (factors * np.cos(angles)).astype(np.float32), (-factors * np.sin(angles)).astype(np.float32)
