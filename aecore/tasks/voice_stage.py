"""The training of a denoiser of voices: recordings go in, pieces with noise are made of them, and cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from aecore.core.spectrum import HOP, stft, synthesis
from aecore.data.noises import Recordings
from aecore.data.voice_examples import NoisyVoices
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term
from aecore.tasks.voice_denoise import FREQUENCIES, LEVEL, MASK, SOUND, seen

NO_RECORDINGS = Recordings(np.zeros((0, 8000), np.float32), (), np.zeros(0, int), ())
_LEAST = 1e-3  # of a sound's energy: less remaining noise than this is as good as none
_POWER, _FAINT = 0.3, 1e-3  # magnitudes to this power are as loud as they sound
_TINY = 1e-6


@dataclass(frozen=True)
class CleanVoices(Task):
    """Images are clips (N, 8192) with labels (digit, speaker, number, samples); examples are pieces made of them.

    The target holds, for each frame and frequency, the noisy sound's spectrum and the clean one's: (128, 128, 4).
    """

    name: ClassVar[str] = "voice_denoiser"
    model: ClassVar[str] = "voice_denoiser"
    composes: ClassVar[bool] = True
    recordings: Recordings = field(default=NO_RECORDINGS, repr=False, compare=False)
    loudness: float = 1.0  # weight of the difference in loudness

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(MASK, wave_loss), Term(MASK, loudness_loss, self.loudness))

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"db": _decibels}

    def settings(self) -> dict[str, Any]:
        return {"loudness": self.loudness, "recorded_noises": len(self.recordings.sounds)}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        if labels is None:
            raise ValueError("wanted digit, speaker, number and samples of these recordings as labels; got none")
        noisy, clean = NoisyVoices(self.recordings).pieces(images, labels[:, 3], labels[:, 1], rng)
        loud = np.sqrt(np.mean(np.square(noisy), axis=1)) + _TINY
        gain = (LEVEL / loud)[:, None, None].astype(np.float32)
        spectra, wanted = (stft(sounds) * gain for sounds in (noisy, clean))
        heard = spectra * (10 ** (rng.normal(0, 1.5, gain.shape) / 20)).astype(np.float32)
        parts = [part[..., :FREQUENCIES] for whole in (spectra, wanted) for part in (whole.real, whole.imag)]
        return Batch({SOUND: seen(heard, 1.0)}, {MASK: np.stack(parts, axis=-1)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return outputs[MASK][..., 0]


def wave_loss(ops: Any, wanted: Any, made: Any) -> Any:
    """Return the logarithm of the remaining error's energy in the sound, relative to the clean sound's: (N,)."""
    clean = _waves(ops, wanted[..., 2], wanted[..., 3])
    cleaned = _waves(ops, wanted[..., 0] * made[..., 0], wanted[..., 1] * made[..., 0])
    energy = ops.sum(ops.square(clean), axis=-1) + _TINY
    return ops.log10((ops.sum(ops.square(cleaned - clean), axis=-1) + _LEAST * energy) / energy)


def loudness_loss(ops: Any, wanted: Any, made: Any) -> Any:
    """Return the squared difference of magnitudes, as loud as they sound, relative to the clean sound's: (N,)."""
    noisy, clean = (ops.square(wanted[..., i]) + ops.square(wanted[..., i + 1]) for i in (0, 2))
    loud = ops.power(clean + _FAINT, _POWER / 2)
    cleaned = ops.power(ops.square(made[..., 0]) * noisy + _FAINT, _POWER / 2)
    return ops.sum(ops.square(cleaned - loud), axis=(1, 2)) / (ops.sum(ops.square(loud), axis=(1, 2)) + _TINY)


def _waves(ops: Any, real: Any, imaginary: Any) -> Any:
    """Return the sounds (N, samples) of spectra, whose real and imaginary parts are (N, frames, 128)."""
    cosines, sines = _synthesis()
    cut = ops.matmul(real, cosines) + ops.matmul(imaginary, sines)
    waves = cut[:, :-1, HOP:] + cut[:, 1:, :HOP]
    return ops.reshape(waves, (-1, waves.shape[1] * HOP))


@lru_cache(maxsize=1)
def _synthesis() -> tuple[np.ndarray, np.ndarray]:
    return synthesis()


def _decibels(batch: Batch, outputs: Arrays) -> float:
    """Return the mean ratio of the clean sound's energy to the remaining error's, in dB, at most 30."""
    return float(-10 * np.mean(wave_loss(np, batch.targets[MASK], outputs[MASK])))
