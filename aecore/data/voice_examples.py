"""Noisy voices to train on: pieces of joined recordings, of other speeds and colours, with noise of many kinds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import fft

from aecore.core.spectrum import HOP
from aecore.data.noises import Recordings, coloured, crackle, hum
from aecore.data.sounds import LEVEL, mixed

FRAMES = 128  # of a piece, 2 seconds
SAMPLES = (FRAMES - 1) * HOP
CLIPS = 4  # recordings in a piece, about
_GAPS = (1_000, 3_000)  # samples between recordings, at most: of one half of the pieces, and of the other
_SPEED = 0.14  # faster or slower, at most
_CLEAN = 0.06  # fraction of pieces without noise
_RATIOS = (-8.0, 16.0)  # dB: the power of the voice to that of the noise
_KINDS = ("white", "coloured", "recorded", "hum", "crackle")
_OFTEN = (0.33, 0.25, 0.25, 0.07, 0.10)


@dataclass(frozen=True)
class NoisyVoices:
    """Makes pieces of 2 seconds of clips (N, 8192) with their lengths in samples; noises are recorded, or computed."""

    recordings: Recordings = field(repr=False)

    def pieces(
        self, clips: np.ndarray, lengths: np.ndarray, speakers: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return noisy and clean pieces, both (N // 4, 16256) float32; neighbours in one are mostly of one speaker."""
        order = np.argsort(speakers + rng.random(len(speakers)), kind="stable")
        count = max(1, len(clips) // CLIPS)
        clean = np.zeros((count, SAMPLES), np.float32)
        for i, own in enumerate(np.array_split(order, count)):
            clean[i] = _joined([clips[k, : lengths[k]] for k in own], rng)
        noisy = np.stack([self._noisy(piece, rng) for piece in clean])
        return noisy, clean

    def _noisy(self, piece: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if rng.random() < _CLEAN:
            return piece
        noise = self.noise(len(piece), rng)
        if rng.random() < 0.15:
            noise = mixed(noise, self.noise(len(piece), rng), rng.uniform(-5, 10))
        if rng.random() < 0.2:  # louder and quieter in the course of time
            points = rng.uniform(-9, 9, 5)
            noise = noise * 10 ** (np.interp(np.linspace(0, 4, len(noise)), range(5), points) / 20).astype(np.float32)
        return mixed(piece, noise, rng.uniform(*_RATIOS))

    def noise(self, length: int, rng: np.random.Generator) -> np.ndarray:
        """Return a random noise (length,) float32."""
        kind = rng.choice(_KINDS, p=_OFTEN)
        if kind == "white":
            return rng.standard_normal(length, np.float32)
        if kind == "hum":
            return hum(length, rng)
        if kind == "crackle":
            return crackle(length, rng)
        if kind == "coloured" or not len(self.recordings.sounds):
            return coloured(length, rng.uniform(-0.5, 2.2), rng)
        sound = self.recordings.sounds[rng.integers(len(self.recordings.sounds))]
        start = rng.integers(0, len(sound))
        return np.resize(np.roll(sound, -start), length)


def _joined(parts: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return recordings one after the other, with gaps, from a random place on: (16256,) float32 of the usual level."""
    sounds, gap = [], rng.choice(_GAPS)
    for part in parts:
        sounds += [varied(part, rng), np.zeros(int(rng.triangular(0, 400, gap)), np.float32)]
    whole = np.concatenate(sounds)
    start = int(rng.integers(-1_000, max(1, len(whole) - SAMPLES + 1_000)))
    piece = np.zeros(SAMPLES, np.float32)
    cut = whole[max(start, 0) : start + SAMPLES]
    piece[max(-start, 0) :][: len(cut)] = cut[: SAMPLES - max(-start, 0)]
    loud = np.sqrt(np.mean(np.square(piece)))
    return piece * np.float32(LEVEL / loud) if loud > 1e-4 else piece


def varied(part: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a recording at another speed, with other strengths of low and high frequencies, and another level."""
    size = fft.next_fast_len(len(part), real=True)
    spectrum = fft.rfft(part, size)
    points = rng.normal(0, 3, 6).cumsum() * 0.6  # dB, from low to high
    spectrum *= 10 ** (np.interp(np.linspace(0, 5, len(spectrum)), range(6), points) / 20).astype(np.float32)
    longer = fft.next_fast_len(round(size * rng.uniform(1 - _SPEED, 1 + _SPEED)), real=True)
    made = np.zeros(longer // 2 + 1, np.complex64)
    both = min(len(spectrum), len(made))
    made[:both] = spectrum[:both]
    return (fft.irfft(made, longer) * np.float32(longer / size * 10 ** (rng.normal(0, 2) / 20))).astype(np.float32)
