from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from aecore.core.spectrum import BINS, HOP, RATE, WINDOW, frames, istft, stft, synthesis, window

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 1_000, 8_192])
def test_the_inverse_returns_the_sound(length: int) -> None:
    sounds = RNG.standard_normal((3, length)).astype(np.float32)
    spectra = stft(sounds)
    assert spectra.shape == (3, frames(length), BINS)
    np.testing.assert_allclose(istft(spectra, length), sounds, atol=1e-5)


def test_it_is_scipys_transform() -> None:
    sounds = RNG.standard_normal((2, 1_280)).astype(np.float32)
    _, _, theirs = signal.stft(
        sounds, RATE, np.sqrt(signal.get_window("hann", WINDOW)), WINDOW, WINDOW - HOP, boundary="zeros", padded=False
    )
    ours = stft(sounds).transpose(0, 2, 1)
    np.testing.assert_allclose(ours, theirs * window().sum() / np.sqrt(WINDOW / 2), atol=1e-5)


def test_neighbouring_windows_add_up_to_one() -> None:
    squares = window() ** 2
    np.testing.assert_allclose(squares[:HOP] + squares[HOP:], 1, atol=1e-6)


def test_white_noise_of_unit_variance_has_a_mean_squared_magnitude_of_one() -> None:
    spectra = stft(RNG.standard_normal((1, 80_000)).astype(np.float32))[:, 1:-1]
    assert np.mean(np.abs(spectra) ** 2) == pytest.approx(1, abs=0.03)


def test_a_tone_is_at_its_frequency() -> None:
    tone = np.sin(2 * np.pi * 1_000 * np.arange(4_000) / RATE).astype(np.float32)
    assert (np.abs(stft(tone[None]))[0, 3:-3].argmax(axis=1) == 1_000 * WINDOW / RATE).all()


def test_the_matrices_are_the_inverse_but_for_the_highest_frequency() -> None:
    spectra = stft(RNG.standard_normal((1, 1_024)).astype(np.float32))
    spectra[..., -1] = 0
    cosines, sines = synthesis()
    cut = spectra[..., :-1].real @ cosines + spectra[..., :-1].imag @ sines
    made = (cut[:, :-1, HOP:] + cut[:, 1:, :HOP]).reshape(1, -1)
    np.testing.assert_allclose(made, istft(spectra, 1_024), atol=1e-5)
