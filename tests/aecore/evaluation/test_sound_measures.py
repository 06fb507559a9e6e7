from __future__ import annotations

import sys

import numpy as np
import pytest

from aecore.data.noises import computed_noise
from aecore.data.sounds import mixed
from aecore.evaluation.sound_measures import best_mask, intelligibility, si_sdr, wiener
from tests.aecore.voices import tone

RNG = np.random.default_rng(0)


def voice() -> np.ndarray:
    """Return two seconds of tones that come and go."""
    sound = tone(3, 1, 16_000) * np.sin(np.arange(16_000) / 900) ** 2
    return sound.astype(np.float32)


def test_the_ratio_does_not_depend_on_the_level() -> None:
    clean = voice()
    noisy = mixed(clean, RNG.standard_normal(16_000).astype(np.float32), 7)
    assert si_sdr(clean, noisy) == pytest.approx(7, abs=0.1)
    assert si_sdr(clean, 5 * noisy) == pytest.approx(si_sdr(clean, noisy))
    assert si_sdr(clean, -3 * clean) > 80


def test_orthogonal_sounds_have_no_target() -> None:
    time = np.arange(8_000) / 8_000
    assert si_sdr(np.sin(2 * np.pi * 100 * time), np.sin(2 * np.pi * 300 * time)) < -60


@pytest.mark.parametrize("kind", ["white", "pink"])
def test_the_wiener_filter_helps_and_the_best_mask_helps_more(kind: str) -> None:
    clean = voice()
    noisy = mixed(clean, computed_noise(kind, len(clean), np.random.default_rng(1)), 3)
    before, filtered, best = (
        si_sdr(clean, made) for made in (noisy, wiener(noisy, noisy - clean), best_mask(noisy, clean))
    )
    assert before + 3 < filtered < best


def test_without_noise_the_best_mask_changes_nothing() -> None:
    np.testing.assert_allclose(best_mask(voice(), voice()), voice(), atol=1e-4)


def test_intelligibility_falls_with_noise() -> None:
    pytest.importorskip("pystoi")
    clean = (voice() + 0.05 * RNG.standard_normal(16_000)).astype(np.float32)
    found = [
        intelligibility(clean, mixed(clean, RNG.standard_normal(16_000).astype(np.float32), ratio))
        for ratio in (20, 0, -10)
    ]
    assert all(value is not None for value in found)
    assert found == sorted(found, key=lambda value: -(value or 0))
    assert intelligibility(clean, clean) == pytest.approx(1)


def test_intelligibility_is_unknown_where_its_package_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pystoi", None)
    assert intelligibility(voice(), voice()) is None
