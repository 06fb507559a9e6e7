"""The autoencoder of spoken digits: a second of sound becomes sixteen numbers, and the numbers a sound again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from aecore.core import bands
from aecore.core.bands import BANDS, FRAMES, LENGTH
from aecore.core.checks import check_floats, check_latents
from aecore.core.forward import run
from aecore.core.model import Model
from aecore.core.statistics import LatentStatistics
from aecore.data.dataset import with_channels
from aecore.data.sounds import LEVEL, gain_to, sounding
from aecore.tasks.autoencoder import DECODER, IMAGE

HEARD = 1.0  # root mean square, of what sounds of a recording, that pictures are made of
_CHUNK = 64  # sounds whose phases are searched at once


@dataclass(frozen=True)
class Voice(Model):
    """Encodes and decodes spoken digits; raises ValueError where the Spec is of another kind.

    Sounds are (N, 8192) float at 8 kHz, 1.024 s. Where in it a digit is said, and how loud, is not encoded.
    """

    statistics: LatentStatistics = field(repr=False)

    def __post_init__(self) -> None:
        if not self.spec.is_autoencoder or self.spec.shapes[IMAGE] != (FRAMES, BANDS, 1):
            raise ValueError("its networks are not an encoder of a spectrogram of 64 x 64 and a decoder back to it")

    def encode(self, sounds: np.ndarray) -> np.ndarray:
        """Return the latents (N, latent_dim) float32 of sounds (N, 8192) float; raises ValueError."""
        shown = self.pictures(sounds)
        return run(self.spec, self.weights, {IMAGE: with_channels(shown)}, "encoder")

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Return sounds (N, 8192) float32 of latents (N, latent_dim) float: digits in their middle; raises ValueError.

        What sounds of each has a root mean square of about 0.1.
        """
        return _in_chunks(lambda some: bands.heard(bands.magnitudes(self.decode_pictures(some))) * LEVEL, latents)

    def decode_pictures(self, latents: np.ndarray) -> np.ndarray:
        """Return spectrograms (N, 64 frames, 64 bands) float32 of latents (N, latent_dim) float; raises ValueError."""
        latents = check_latents(latents, self.latent_dim)
        return run(self.spec, self.weights, {"encoder": latents}, DECODER)[..., 0].clip(0, 1)

    def pictures(self, sounds: np.ndarray) -> np.ndarray:
        """Return the spectrograms (N, 64 frames, 64 bands) float32 that the encoder sees of sounds (N, 8192).

        Raises ValueError.
        """
        sounds = check_floats(sounds, (LENGTH,), "sounds")
        placed = [centred(sound[sounding(sound)]) for sound in sounds]
        return bands.pictures(np.stack(placed) if placed else sounds)


def centred(part: np.ndarray, shift: int = 0) -> np.ndarray:
    """Return what sounds of a recording (samples,) in the middle of a clip (8192,), at one level, moved by `shift`."""
    part = part[:LENGTH]
    start = min(max((LENGTH - len(part)) // 2 + shift, 0), LENGTH - len(part))
    clip = np.zeros(LENGTH, np.float32)
    clip[start : start + len(part)] = part * np.float32(gain_to(part, HEARD))
    return clip


def _in_chunks(make: Callable[[np.ndarray], np.ndarray], latents: np.ndarray) -> np.ndarray:
    if not len(latents):
        make(latents)  # raises where their shape is wrong
        return np.zeros((0, LENGTH), np.float32)
    return np.concatenate([make(latents[start : start + _CHUNK]) for start in range(0, len(latents), _CHUNK)])
