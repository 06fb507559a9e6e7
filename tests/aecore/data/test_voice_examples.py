from __future__ import annotations

import numpy as np
import pytest

from aecore.core.spectrum import frames
from aecore.data.noises import Recordings
from aecore.data.sounds import LEVEL, loudness
from aecore.data.voice_examples import FRAMES, SAMPLES, NoisyVoices, varied
from tests.aecore.voices import tone

NONE = Recordings(np.zeros((0, 10), np.float32), (), np.zeros(0, int), ())
LENGTHS = np.array([2_400, 3_200, 4_000, 2_000] * 4)
CLIPS = np.zeros((16, 8_192), np.float32)
for i, length in enumerate(LENGTHS):
    CLIPS[i, :length] = tone(i % 10, 0, length)
SPEAKERS = np.repeat([0, 1, 2, 3], 4)


def pieces(seed: int, recordings: Recordings = NONE) -> tuple[np.ndarray, np.ndarray]:
    return NoisyVoices(recordings).pieces(CLIPS, LENGTHS, SPEAKERS, np.random.default_rng(seed))


def test_four_recordings_become_a_piece_of_128_frames() -> None:
    noisy, clean = pieces(0)
    assert noisy.shape == clean.shape == (4, SAMPLES)
    assert frames(SAMPLES) == FRAMES
    assert [loudness(piece) for piece in clean] == pytest.approx([LEVEL] * 4, rel=1e-4)


def test_the_noise_is_between_minus_8_and_16_decibels_below() -> None:
    ratios = []
    for seed in range(12):
        for noisy, clean in zip(*pieces(seed), strict=True):
            if not np.array_equal(noisy, clean):
                ratios.append(20 * np.log10(loudness(clean) / loudness(noisy - clean)))
    assert len(ratios) > 40
    assert -8.01 < min(ratios) < -3 < 12 < max(ratios) < 16.01


def test_the_seed_makes_the_pieces() -> None:
    for first, again, other in zip(pieces(1), pieces(1), pieces(2), strict=True):
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)


def test_recorded_noises_are_used_where_there_are_any() -> None:
    hiss = Recordings(np.full((1, 5_000), 0.5, np.float32), ("constant",), np.array([1]), ("CC0",))
    found = [NoisyVoices(hiss).noise(7_000, np.random.default_rng(seed)) for seed in range(30)]
    assert all(noise.shape == (7_000,) for noise in found)
    assert 2 < sum(bool(np.all(noise == 0.5)) for noise in found) < 18


def test_a_varied_recording_has_another_length_and_nearly_its_pitch() -> None:
    sound = tone(5, 1, 4_000).astype(np.float32)
    made = [varied(sound, np.random.default_rng(seed)) for seed in range(20)]
    lengths = np.array([len(one) for one in made]) / 4_000
    assert 0.84 < lengths.min() < 0.95 < 1.05 < lengths.max() < 1.18
    for one in made:
        pitch = np.abs(np.fft.rfft(one, 32_000))[:3_000].argmax() / 4
        assert 320 * 0.85 < pitch < 320 * 2 * 1.18  # or that of its first overtone
        assert 0.2 < loudness(one) / loudness(sound) < 5
