"""The denoiser of voices: a mask for the spectrogram, between 0 and 1, takes the noise out of a sound."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from aecore.core.model import Model
from aecore.core.spectrum import BINS, RATE, istft, stft
from aecore.data.sounds import at_eight_kilohertz, check_rate, gain_to, resampled, without_rumble

SOUND, MASK = "sound", "mask"  # the input and the output of the networks
LEVEL = 1.0  # root mean square of what the network hears
FREQUENCIES = BINS - 1  # the highest one has the mask of its neighbour
_GAIN, _UNIT = 20.0, 3.0  # of the logarithm that the network sees
FRAMES, _STEP = 128, 64  # of a window, as in training, and from window to window


@dataclass(frozen=True)
class VoiceDenoiser(Model):
    """Takes noise out of voices; raises ValueError where the Spec is of another kind.

    Sounds are (samples,) float. What is cleaned is the sound at 8 kHz: frequencies above 4 kHz are lost, and what is
    below 45 Hz, where no voice is.
    """

    def __post_init__(self) -> None:
        shapes = {name: self.spec.shapes.get(name) for name in (SOUND, MASK)}
        fits = shapes == {SOUND: (None, None, 1), MASK: (None, None, 1)} and list(self.spec.inputs) == [SOUND]
        if not fits or self.spec.scales[MASK] != Fraction(1):
            raise ValueError("its networks do not make a mask of a spectrogram")

    def denoise(self, sound: np.ndarray, rate: int) -> np.ndarray:
        """Return a sound (samples,) float of so many samples a second without its noise, as long, float32.

        Rates are 4,000 to 192,000 Hz. Raises ValueError.
        """
        heard = at_eight_kilohertz(sound, rate)
        cleaned = resampled(self.clean(heard), RATE, check_rate(rate))
        out = np.zeros(len(sound), np.float32)
        out[: len(cleaned)] = cleaned[: len(out)]
        return out

    def clean(self, sound: np.ndarray) -> np.ndarray:
        """Return a sound at 8 kHz, (samples,) float32, without its noise."""
        if not len(sound):
            return sound
        sound = without_rumble(sound)
        spectra = stft(sound[None])
        return istft(spectra * self.mask(spectra, gain_to(sound, LEVEL)), len(sound))[0]

    def mask(self, spectra: np.ndarray, gain: float) -> np.ndarray:
        """Return the mask (N, frames, 129) float32 in [0, 1] of spectra, `gain` times which is of the usual level."""
        given, total = seen(spectra, gain), spectra.shape[1]
        given = np.pad(given, ((0, 0), (0, max(0, FRAMES - total)), (0, 0), (0, 0)), "wrap")
        out = np.empty((*given.shape[:2], BINS), np.float32)
        for first, start, stop in windows(given.shape[1]):
            made = self.run({SOUND: given[:, first : first + FRAMES]}, MASK)[..., 0]
            out[:, start:stop, :FREQUENCIES] = made[:, start - first : stop - first]
        out[..., FREQUENCIES] = out[..., FREQUENCIES - 1]
        return out[:, :total]


def windows(total: int) -> list[tuple[int, int, int]]:
    """Return, for a sound of 128 frames or more, where each window of 128 begins, and the frames that are its own.

    The network knows only windows of this size, full of sound. A frame belongs to the window whose middle is nearest.
    """
    starts = [*range(0, total - FRAMES, _STEP), total - FRAMES]
    borders = [0, *((a + b + FRAMES) // 2 for a, b in itertools.pairwise(starts)), total]
    return [(first, borders[i], borders[i + 1]) for i, first in enumerate(starts)]


def seen(spectra: np.ndarray, gain: float | np.ndarray) -> np.ndarray:
    """Return what the network sees of `gain`, one or (N, 1, 1), times spectra (N, frames, 129): (N, frames, 128, 1)."""
    magnitudes = np.abs(spectra[..., :FREQUENCIES]) * np.float32(_GAIN * gain)
    return (np.log1p(magnitudes) / _UNIT).astype(np.float32)[..., None]
