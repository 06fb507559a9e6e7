from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aecore.core.spectrum import stft
from aecore.data import noises
from aecore.data.noises import COMPUTED, FILE, computed_noise, recorded_noises
from aecore.data.sounds import LEVEL, loudness


def power(sound: np.ndarray) -> np.ndarray:
    """Return the mean power (129,) of a sound at each frequency."""
    power: np.ndarray = np.square(np.abs(stft(sound[None]))).mean(axis=(0, 1))
    return power


@pytest.mark.parametrize("kind", COMPUTED)
def test_the_seed_makes_the_noise(kind: str) -> None:
    first, again, other = (computed_noise(kind, 4_001, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (4_001,)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert computed_noise(kind, 0, np.random.default_rng(0)).shape == (0,)


def test_the_power_of_pink_noise_halves_from_octave_to_octave_and_that_of_white_stays() -> None:
    for kind, wanted in (("pink", 0.5), ("white", 1.0)):
        found = power(computed_noise(kind, 160_000, np.random.default_rng(0)))
        low, high = found[15:18].mean(), found[30:36].mean()
        assert high / low == pytest.approx(wanted, rel=0.12)


def test_hum_is_low_and_crackle_is_short() -> None:
    rng = np.random.default_rng(0)
    found = power(computed_noise("hum", 16_000, rng))
    assert found[:26].sum() > 0.95 * found.sum()
    clicks = computed_noise("crackle", 16_000, rng)
    assert np.mean(np.abs(clicks) > 3 * loudness(clicks)) < 0.02
    assert np.abs(clicks).max() > 8 * loudness(clicks)


def test_an_unknown_noise_gets_a_sentence() -> None:
    with pytest.raises(ValueError, match="there is no noise 'rain'; known: white, pink, hum, crackle"):
        computed_noise("rain", 10, np.random.default_rng(0))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three clips of noise, of another loudness each."""
    audio = np.random.default_rng(0).normal(size=(3, 4_000)) * np.array([[300], [3_000], [0]])
    np.savez(
        tmp_path / FILE,
        audio=audio.astype(np.int16),
        labels=np.array([0, 1, 1], np.uint8),
        classes=np.array(["Rain", "Helicopter"]),
        fold=np.array([1, 3, 4], np.uint8),
        licence=np.array(["CC0", "CC BY", "CC0"]),
    )
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_recordings_have_one_loudness_and_stay_in_their_folds() -> None:
    found = recorded_noises()
    assert found.kinds == ("Rain", "Helicopter", "Helicopter")
    assert [loudness(sound) for sound in found.sounds] == pytest.approx([LEVEL, LEVEL, 0], rel=1e-4)
    held_out = found.of(noises.VALIDATION)
    assert held_out.kinds == ("Helicopter",)
    assert held_out.licences == ("CC BY",)
    assert len(found.of(noises.TRAINING).sounds) == 1


def test_the_folds_are_apart() -> None:
    folds = [*noises.TRAINING, *noises.VALIDATION, *noises.TEST]
    assert len(set(folds)) == len(folds)


def test_without_the_file_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=noises.HOW_TO_GET[:30]):
        recorded_noises()
    np.savez(tmp_path / FILE, audio=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="has no labels"):
        recorded_noises()
