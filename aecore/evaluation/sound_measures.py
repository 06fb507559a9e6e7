"""Measures of cleaned sounds, and the ways to clean them that ours is compared with. Sounds are (samples,) at 8 kHz."""

from __future__ import annotations

import warnings

import numpy as np

from aecore.core.spectrum import RATE, istft, stft

_SMOOTHING = 0.92  # of the ratio of powers from frame to frame; 0.98, which is usual, is 1.3 dB worse on these voices
_LEAST_RATIO = 10 ** (-25 / 10)
_TINY = 1e-12


def si_sdr(wanted: np.ndarray, made: np.ndarray) -> float:
    """Return the scale-invariant signal-to-distortion ratio in dB; the wanted sound is not silent.

    Le Roux et al., "SDR - half-baked or well done?", 2019.
    """
    wanted, made = wanted.astype(np.float64), made.astype(np.float64)
    target = wanted * (wanted @ made) / (wanted @ wanted)
    return float(10 * np.log10(((target @ target) + _TINY) / (np.square(made - target).sum() + _TINY)))


def intelligibility(wanted: np.ndarray, made: np.ndarray) -> float | None:
    """Return the short-time objective intelligibility, at most 1, None where pystoi is not installed.

    Taal et al., "An algorithm for intelligibility prediction of time-frequency weighted noisy speech", 2011.
    """
    try:
        from pystoi import stoi
    except ModuleNotFoundError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # too short a sound is no 0.00001
        return float(stoi(wanted, made, RATE))


def wiener(noisy: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return a noisy sound cleaned by the Wiener filter that knows the noise's mean power at each frequency.

    The ratio of powers is "decision-directed": Ephraim and Malah, 1984; Scalart and Vieira Filho, 1996.
    """
    spectra = stft(noisy[None])[0]
    power = np.square(np.abs(stft(noise[None])[0])).mean(axis=0) + _TINY
    gains, before = np.empty(spectra.shape, np.float32), np.zeros(spectra.shape[1])
    for i, frame in enumerate(np.square(np.abs(spectra))):
        ratio = _SMOOTHING * before / power + (1 - _SMOOTHING) * np.maximum(frame / power - 1, 0)
        gains[i] = np.maximum(ratio, _LEAST_RATIO) / (1 + np.maximum(ratio, _LEAST_RATIO))
        before = np.square(gains[i]) * frame
    return istft((spectra * gains)[None], len(noisy))[0]


def best_mask(noisy: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """Return a noisy sound cleaned by the best real mask from 0 to 1, which knows the clean sound."""
    spectra, wanted = stft(noisy[None]), stft(clean[None])
    mask = (wanted * spectra.conj()).real / (np.square(np.abs(spectra)) + _TINY)
    return istft(spectra * mask.clip(0, 1), len(noisy))[0]
