from __future__ import annotations

import numpy as np
import pytest

from aecore.core.bands import BANDS, FRAMES, LENGTH, centres, heard, magnitudes, pictures, pooling, spreading
from aecore.core.spectrum import BINS, stft


def chirp() -> np.ndarray:
    time = np.arange(LENGTH) / 8_000
    sound = np.sin(2 * np.pi * (200 + 300 * time) * time) * np.sin(np.pi * np.arange(LENGTH) / LENGTH) ** 2
    return sound[None].astype(np.float32)


def test_bands_are_narrow_below_1_kilohertz_and_grow_above() -> None:
    steps = np.diff(centres())
    np.testing.assert_allclose(steps[:31], 1)
    assert (np.diff(steps[31:]) > 0).all()
    assert centres()[-1] == pytest.approx(BINS - 2)


def test_a_flat_spectrum_has_flat_bands_and_comes_back_flat() -> None:
    np.testing.assert_allclose(pooling().sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(spreading()[:, 1:].sum(axis=0), 1, rtol=1e-5)
    assert not spreading()[:, 0].any()


def test_pictures_show_a_tone_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(LENGTH) / 8_000)[None].astype(np.float32)
    shown = pictures(tone)
    assert shown.shape == (1, FRAMES, BANDS)
    assert (shown[0, 2:-2].argmax(axis=1) == np.abs(centres() - 16).argmin()).all()


def test_what_is_heard_has_the_wanted_magnitudes() -> None:
    wanted = magnitudes(pictures(chirp()))
    sounds = heard(wanted)
    assert sounds.shape == (1, LENGTH)
    found = [np.abs(stft(one)) for one in (sounds, heard(wanted, 1))]
    errors = [np.square(one - wanted).sum() / np.square(wanted).sum() for one in found]
    assert errors[0] < 0.02
    assert errors[0] < errors[1] / 2
    np.testing.assert_array_equal(sounds, heard(wanted))


def test_silence_is_heard_as_silence() -> None:
    nothing = np.zeros((2, FRAMES, BANDS), np.float32)
    assert not pictures(np.zeros((2, LENGTH), np.float32)).any()
    assert not heard(magnitudes(nothing)).any()
