from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aecore.data.sounds import LEVEL, at_eight_kilohertz, gain_to, loudness, mixed, resampled, sounding, without_rumble

RNG = np.random.default_rng(0)


def tone(frequency: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_a_tone_keeps_its_frequency_at_another_rate_and_returns(rate: int) -> None:
    sound = tone(440, rate)
    there = at_eight_kilohertz(sound, rate)
    assert len(there) == -(-len(sound) * 8_000 // rate)
    middle = slice(1_000, 3_000)
    np.testing.assert_allclose(there[middle], tone(440, 8_000)[middle], atol=0.01)
    back = resampled(there, 8_000, rate)
    inner = slice(len(sound) // 4, len(sound) // 2)
    np.testing.assert_allclose(back[inner], sound[inner], atol=0.02)


@pytest.mark.parametrize("ratio", [-10.0, 0.0, 20.0])
def test_noise_is_mixed_at_the_wanted_ratio(ratio: float) -> None:
    sound, noise = tone(300, 8_000), RNG.standard_normal(4_000).astype(np.float32) * 7
    added = mixed(sound, noise, ratio) - sound
    assert 20 * np.log10(loudness(sound) / loudness(added)) == pytest.approx(ratio, abs=1e-3)


def test_silence_stays_silence() -> None:
    silence = np.zeros(100, np.float32)
    assert not mixed(silence, RNG.standard_normal(100).astype(np.float32), 0).any()
    np.testing.assert_array_equal(mixed(tone(300, 8_000), np.zeros(4_000, np.float32), 0), tone(300, 8_000))
    assert gain_to(silence) == 1
    assert loudness(silence[:0]) == 0


def test_the_gain_brings_a_sound_to_the_level() -> None:
    sound = 0.003 * tone(300, 8_000)
    assert loudness(sound * gain_to(sound)) == pytest.approx(LEVEL, rel=1e-5)


def test_rumble_is_taken_out_and_voices_stay_in_their_place() -> None:
    voice, rumble = tone(150, 8_000, 2), tone(8, 8_000, 2) + 1
    middle = slice(4_000, 12_000)
    np.testing.assert_allclose(without_rumble(voice)[middle], voice[middle], atol=0.02)
    assert loudness(without_rumble(rumble)[middle]) < 0.01
    assert without_rumble(voice[:0]).shape == (0,)


def test_what_sounds_is_found() -> None:
    sound = np.concatenate([np.zeros(800), tone(300, 8_000, 0.1), np.zeros(1_600)])
    assert sounding(sound) == slice(800, 1_600)
    assert sounding(np.zeros(500)) == slice(0, 500)
    assert sounding(np.zeros(0)) == slice(0, 0)


BAD: list[tuple[Any, Any, str]] = [
    ([0.0], 8_000, "got list"),
    (np.zeros((2, 5)), 8_000, r"got shape \(2, 5\)"),
    (np.zeros(5, int), 8_000, "dtype int"),
    (np.full(5, np.nan), 8_000, "NaN"),
    (np.zeros(5), 100, "wanted a rate"),
    (np.zeros(5), 8_000.0, "wanted a rate"),
    (np.zeros(5), True, "wanted a rate"),
    (np.zeros(601 * 4_000, np.float32), 4_000, "at most 600 seconds; got 601"),
]


@pytest.mark.parametrize(("sound", "rate", "sentence"), BAD)
def test_what_is_no_sound_gets_a_sentence(sound: Any, rate: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        at_eight_kilohertz(sound, rate)
