"""The denoiser of voices with a small network that has learned nothing: what holds for every mask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aecore.core.spec import Conv2D, Network, Spec
from aecore.core.spectrum import stft
from aecore.tasks import VoiceDenoiser
from aecore.tasks.voice_denoise import FRAMES, seen, windows
from tests.aecore.voices import small_denoiser, tone
from tests.architectures import random_weights

RNG = np.random.default_rng(0)


def open_mask() -> VoiceDenoiser:
    """Return a denoiser whose mask is one everywhere."""
    model = small_denoiser()
    weights = {**model.weights, "mask.0.bias": np.full(4, 60, np.float32)}
    return replace(model, weights=weights)


@pytest.mark.parametrize("rate", [4_000, 8_000, 22_050, 48_000])
@pytest.mark.parametrize("length", [0, 1, 500, 20_001])
def test_the_length_is_kept_to_the_sample(rate: int, length: int) -> None:
    made = small_denoiser().denoise(RNG.standard_normal(length), rate)
    assert made.shape == (length,)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


def test_silence_stays_silence() -> None:
    assert not small_denoiser().denoise(np.zeros(9_000), 8_000).any()


def test_gain_in_is_gain_out() -> None:
    sound = RNG.standard_normal(9_000)
    once, louder = (small_denoiser().denoise(sound * gain, 8_000) for gain in (1, 40))
    np.testing.assert_allclose(louder, 40 * once, rtol=1e-3, atol=1e-3)


def test_an_open_mask_changes_nothing() -> None:
    sound = tone(4, 1, 12_345)
    made = open_mask().denoise(sound, 8_000)
    assert np.square(made - sound).sum() < 10 ** (-25 / 10) * np.square(sound).sum()
    np.testing.assert_allclose(made[800:-800], sound[800:-800], atol=5e-3)


def test_long_sounds_are_cleaned_in_windows_without_seams() -> None:
    model = small_denoiser()
    spectra = stft(RNG.standard_normal((1, 128 * 303)).astype(np.float32))
    whole = model.run({"sound": seen(spectra, 1.0)}, "mask")[..., 0]
    pieces = model.mask(spectra, 1.0)
    np.testing.assert_allclose(pieces[:, 4:-4, :128], whole[:, 4:-4], atol=1e-4)
    np.testing.assert_array_equal(pieces[..., 128], pieces[..., 127])


@pytest.mark.parametrize("total", [128, 129, 192, 193, 500])
def test_each_frame_belongs_to_one_window_away_from_its_borders(total: int) -> None:
    found = windows(total)
    owned = [frame for _, start, stop in found for frame in range(start, stop)]
    assert owned == list(range(total))
    for first, start, stop in found:
        assert 0 <= first <= start < stop <= first + FRAMES <= total
        assert start == 0 or start - first >= 32
        assert stop == total or first + FRAMES - stop >= 32


def test_a_short_sound_is_heard_again_and_again() -> None:
    model, short = small_denoiser(), RNG.standard_normal((1, 129 * 20)).astype(np.float32)
    spectra = stft(short)
    repeated = np.concatenate([spectra] * 8, axis=1)[:, :128]
    np.testing.assert_allclose(model.mask(spectra, 1.0), model.mask(repeated, 1.0)[:, : spectra.shape[1]], atol=1e-6)


def test_the_mask_only_takes_away() -> None:
    mask = small_denoiser().mask(stft(RNG.standard_normal((2, 5_000)).astype(np.float32)), 1.0)
    assert 0 <= mask.min() <= mask.max() <= 1


BAD: list[tuple[Any, Any]] = [("sound", 8_000), (np.zeros((2, 3)), 8_000), (np.array([np.inf]), 8_000), (np.ones(9), 7)]


@pytest.mark.parametrize(("sound", "rate"), BAD)
def test_what_is_no_sound_gets_a_sentence(sound: Any, rate: Any) -> None:
    with pytest.raises(ValueError, match=r"^wanted a "):
        small_denoiser().denoise(sound, rate)


def test_networks_of_another_kind_are_refused() -> None:
    spec = Spec({"sound": (None, None, 1)}, {"mask": Network(("sound",), (Conv2D(1, 3, 2),))})
    with pytest.raises(ValueError, match="do not make a mask"):
        VoiceDenoiser(spec, random_weights(spec), None, {})
