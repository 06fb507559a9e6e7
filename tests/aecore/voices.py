"""Recordings of tones instead of voices, and small models of voices with random weights, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aecore.core.model_file import round_weights
from aecore.core.spec import Conv2D, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.core.spectrum import RATE
from aecore.core.statistics import measure
from aecore.tasks import Voice, VoiceDenoiser
from tests.architectures import random_weights

SPEC = Spec(
    {"sound": (None, None, 1)},
    {
        "look": Network(("sound",), (Conv2D(6, 3, 2, "tanh"), Conv2D(8, 3, 2, "tanh"), DepthToSpace(2))),
        "mask": Network(("look",), (Conv2D(4, 3, 1, "sigmoid"), DepthToSpace(2))),
    },
)


def small_denoiser(seed: int = 0) -> VoiceDenoiser:
    """Return a denoiser that has learned nothing, but does always the same."""
    weights = round_weights(random_weights(SPEC, seed))
    return VoiceDenoiser(SPEC, weights, None, {"seed": seed}, None, "voice_denoiser")


def tone(digit: int, speaker: int, length: int) -> np.ndarray:
    """Return a sound (length,) for a digit: a chord whose pitch is the digit's, with the speaker's loudness."""
    time = np.arange(length) / RATE
    waves = [np.sin(2 * np.pi * (120 + 40 * digit) * k * time) / k for k in (1, 2, 5)]
    return (0.1 + 0.3 * speaker) * np.sum(waves, axis=0) / 3


def write_spoken_digits(path: Path) -> None:
    """Write a file of two speakers, each of whom says every digit twelve times."""
    rng, recordings, rows = np.random.default_rng(0), [], []
    for digit in range(10):
        for speaker in range(2):
            for index in range(12):
                silence = np.zeros(160 * int(rng.integers(1, 4)))
                recordings.append(np.concatenate([silence, tone(digit, speaker, 1_600 + 160 * index), silence]))
                rows.append((digit, speaker, index))
    labels, speakers, index = np.array(rows, np.uint8).T
    np.savez(
        path,
        audio=np.rint(np.concatenate(recordings) * 32767).astype(np.int16),
        offsets=np.cumsum([0, *map(len, recordings)]),
        labels=labels,
        speakers=speakers,
        speaker_names=np.array(["ada", "bob"]),
        index=index,
        test=index < 5,
        rate=np.int32(RATE),
    )


def write_spoken_words(path: Path) -> None:
    """Write a file of three words, the last of which has noise in its pauses."""
    sounds = np.zeros((3, RATE))
    sounds[:, 2_400:5_600] = tone(3, 1, 3_200)
    sounds[2] += 0.01 * np.random.default_rng(0).standard_normal(RATE)
    np.savez(
        path,
        audio=np.rint(sounds * 32767).astype(np.int16),
        labels=np.arange(3, dtype=np.uint8),
        classes=np.array(["up", "on", "off"]),
        speakers=np.array(["x1", "x2", "x3"]),
        rate=np.int32(RATE),
    )


def write_noises(path: Path) -> None:
    """Write a file of eight clips of noise, two of each fold."""
    audio = 3_000 * np.random.default_rng(0).standard_normal((8, 2 * RATE))
    np.savez(
        path,
        audio=audio.clip(-32767, 32767).astype(np.int16),
        labels=np.tile([0, 1], 4).astype(np.uint8),
        classes=np.array(["Rain", "Helicopter"]),
        fold=np.repeat([1, 2, 3, 4], 2).astype(np.uint8),
        licence=np.array(["CC0"] * 8),
    )


VOICE_SPEC = Spec.autoencoder(
    (Conv2D(2, 3, 8, "tanh"), Flatten(), Dense(16)),
    (Dense(128, "tanh"), Reshape((8, 8, 2)), Conv2D(64, 1), DepthToSpace(8)),
    (64, 64, 1),
)


def small_voice(seed: int = 0) -> Voice:
    """Return a model of sixteen numbers of a voice that has learned nothing."""
    weights = round_weights(random_weights(VOICE_SPEC, seed))
    latents = np.random.default_rng(0).normal(size=(99, 16))
    return Voice(VOICE_SPEC, weights, measure(latents, np.ones(16)), {"seed": seed}, None, "voice")
