"""The shipped denoiser of voices: its file, card and figures, and what it does with real recordings."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.core.tensor_file import read_header
from aecore.data.noises import computed_noise
from aecore.data.sounds import mixed
from aecore.data.spoken_digits import HOW_TO_GET, load_spoken_digits, phone_numbers, spoken_digits_path
from aecore.evaluation.sound_measures import si_sdr, wiener
from aecore.evaluation.voices import Figures
from aecore.tasks import VoiceDenoiser
from tests.aecore.voices import tone

FIGURES = pretrained.MODELS.parent / "voices.json"


@pytest.fixture(scope="module")
def model() -> VoiceDenoiser:
    loaded: VoiceDenoiser = aecore.load("voice_denoiser")
    return loaded


@pytest.fixture(scope="module")
def numbers() -> list[np.ndarray]:
    """Return six phone numbers of validation recordings; tests are skipped where $AECORE_DATA has none."""
    if spoken_digits_path() is None:
        pytest.skip(HOW_TO_GET)
    return phone_numbers(load_spoken_digits().validation)[::5]


def test_it_is_listed_apart_from_models_of_digits_and_at_most_a_megabyte() -> None:
    assert aecore.available("voice_denoiser") == ["voice_denoiser"]
    path = pretrained.path("voice_denoiser")
    assert path.stat().st_size <= 1_000_000
    assert read_header(path.read_bytes())["task"] == "voice_denoiser"


def test_the_card_says_where_it_comes_from_and_which_goals_it_misses(model: VoiceDenoiser) -> None:
    card = model.card
    assert {"preset", "command", "data", "seed", "versions", "seconds", "curve", "test", "missed_goals"} <= set(card)
    assert card["command"].startswith("python -m aecore.train voice_denoiser")
    assert "CC BY-SA 4.0" in card["data"]
    written: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    found = Figures(**written)
    assert found.split == "test"
    for row in found.rows():
        assert round(row.sdr["ours"], 2) == card["test"][f"{row.noise} {row.ratio:g} dB: SI-SDR"]
        assert row.sdr["wiener"] < row.sdr["ours"] < row.sdr["best"]
    assert set(card["missed_goals"]) <= set(found.missed())


@pytest.mark.parametrize(("kind", "gain"), [("white", 8.5), ("pink", 9.0)])
def test_noise_is_taken_out_better_than_by_a_wiener_filter(
    model: VoiceDenoiser, numbers: list[np.ndarray], kind: str, gain: float
) -> None:
    ours, filtered = [], []
    for i, clean in enumerate(numbers):
        noisy = mixed(clean, computed_noise(kind, len(clean), np.random.default_rng(i)), 0)
        ours.append(si_sdr(clean, model.clean(noisy)))
        filtered.append(si_sdr(clean, wiener(noisy, noisy - clean)))
    assert np.mean(ours) > max(gain, np.mean(filtered) + 0.5)


def test_a_clean_voice_stays_as_it_is(model: VoiceDenoiser, numbers: list[np.ndarray]) -> None:
    for clean in numbers:
        left = model.clean(clean) - clean
        assert np.square(left).sum() < 10 ** (-25 / 10) * np.square(clean).sum()


def test_noise_alone_is_made_quiet(model: VoiceDenoiser) -> None:
    noise = computed_noise("white", 24_000, np.random.default_rng(0))
    assert np.square(model.clean(noise)).sum() < 0.1 * np.square(noise).sum()


def test_silence_and_gain(model: VoiceDenoiser) -> None:
    assert not model.denoise(np.zeros(5_000), 16_000).any()
    sound = tone(3, 0, 9_000)
    once, louder = model.denoise(sound, 8_000), model.denoise(20 * sound, 8_000)
    np.testing.assert_allclose(louder, 20 * once, rtol=1e-3, atol=1e-3)
