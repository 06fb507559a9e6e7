"""Noises at 8 kHz: white, coloured, hum and crackle, which are computed, and recordings of rain, engines and others.

The recordings are those of ESC-10 (Piczak, "ESC: Dataset for Environmental Sound Classification", 2015; each clip CC0
or CC BY), in a file in the folder that $AECORE_DATA names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import fft

from aecore.core.spectrum import RATE
from aecore.data.dataset import data_file
from aecore.data.sounds import gain_to

FILE = "noises.npz"
TRAINING, VALIDATION, TEST = (1, 2), (3,), (4,)  # folds: clips of one recording are in one fold
COMPUTED = ("white", "pink", "hum", "crackle")
_LOWEST = 40.0  # Hz: coloured noise has no more power below
_FIRST = 0.1  # Hz: the same for pink noise, which a mask for the lowest frequencies makes half as loud
_MAINS = (50.0, 60.0)  # Hz
_KEYS = ("audio", "labels", "classes", "fold", "licence")
HOW_TO_GET = f"Recordings of noises are read from {FILE} in the folder that $AECORE_DATA names."


@dataclass(frozen=True)
class Recordings:
    """Recorded noises: sounds (N, samples) float32 of one loudness, and for each a class, a fold and a licence."""

    sounds: np.ndarray
    kinds: tuple[str, ...]
    folds: np.ndarray
    licences: tuple[str, ...]

    def of(self, folds: Sequence[int]) -> Recordings:
        """Return the recordings of some folds."""
        which = np.flatnonzero(np.isin(self.folds, folds))
        return Recordings(
            self.sounds[which],
            tuple(self.kinds[i] for i in which),
            self.folds[which],
            tuple(self.licences[i] for i in which),
        )


def noises_path() -> Path | None:
    """Return the path of the recordings in the folder $AECORE_DATA; None where there is no such file."""
    return data_file(FILE)


def recorded_noises() -> Recordings:
    """Return all recordings; raises ValueError where there is no file, or it holds something else."""
    path = noises_path()
    if path is None:
        raise ValueError(HOW_TO_GET)
    with np.load(path, allow_pickle=False) as file:
        missing = [key for key in _KEYS if key not in file]
        if missing:
            raise ValueError(f"{path} does not hold noises: it has no {missing[0]}.")
        audio, labels, classes, folds, licences = (file[key] for key in _KEYS)
    sounds = audio.astype(np.float32) / np.float32(32768)
    sounds *= np.array([gain_to(sound) for sound in sounds], np.float32)[:, None]
    return Recordings(sounds, tuple(str(classes[label]) for label in labels), folds, tuple(map(str, licences)))


def computed_noise(kind: str, length: int, rng: np.random.Generator) -> np.ndarray:
    """Return noise (length,) float32 of a kind in COMPUTED, at no particular level; raises ValueError."""
    if kind == "white":
        return rng.standard_normal(length, np.float32)
    if kind == "pink":
        return coloured(length, 1.0, rng, _FIRST)
    if kind == "hum":
        return hum(length, rng)
    if kind == "crackle":
        return crackle(length, rng)
    raise ValueError(f"there is no noise {kind!r:.40}; known: {', '.join(COMPUTED)}")


def coloured(length: int, slope: float, rng: np.random.Generator, lowest: float = _LOWEST) -> np.ndarray:
    """Return noise (length,) float32 whose power falls with frequency to the power of `slope`: 0 is white, 1 pink.

    Below `lowest`, in Hz, it does not grow any more.
    """
    size = fft.next_fast_len(max(length, 1), real=True)
    spectrum = fft.rfft(rng.standard_normal(size, np.float32))
    frequencies = np.maximum(fft.rfftfreq(size, 1 / RATE), lowest)
    made: np.ndarray = fft.irfft(spectrum * (frequencies / RATE) ** (-slope / 2), size)
    return made[:length].astype(np.float32)


def hum(length: int, rng: np.random.Generator) -> np.ndarray:
    """Return the hum of mains (length,) float32: 50 or 60 Hz with its harmonics, over a little noise."""
    time = np.arange(length) / RATE
    base = float(rng.choice(_MAINS)) * rng.uniform(0.98, 1.02)
    made = 0.02 * rng.standard_normal(length)
    for harmonic in range(1, 13):
        strength = rng.uniform(0.2, 1) / harmonic ** rng.uniform(0.3, 1.0)
        made += strength * np.sin(2 * np.pi * base * harmonic * time + rng.uniform(0, 2 * np.pi))
    return made.astype(np.float32)


def crackle(length: int, rng: np.random.Generator) -> np.ndarray:
    """Return the crackle of an old record (length,) float32: short clicks at random times, over a little noise."""
    clicks = np.zeros(max(length, 1), np.float32)
    places = rng.integers(0, len(clicks), rng.poisson(length * rng.uniform(10, 80) / RATE))
    clicks[places] = rng.standard_normal(len(places)) * rng.exponential(1.0, len(places))
    decay = np.exp(-np.arange(24) / rng.uniform(1.0, 6.0)) * np.cos(np.arange(24) * rng.uniform(0.5, 2.5))
    made = np.convolve(clicks, decay)[:length]
    return (made + 0.01 * rng.standard_normal(length)).astype(np.float32)
