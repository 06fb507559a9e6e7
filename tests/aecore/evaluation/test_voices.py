"""The measures of the models of voices, on tones instead of voices and with networks that have learned nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aecore.core import manifest, pretrained
from aecore.core.model_file import save_model
from aecore.data import noises, spoken_digits
from aecore.data.dataset import Dataset
from aecore.data.spoken_digits import load_spoken_digits
from aecore.evaluation import voices
from aecore.evaluation.voices import Cleaned, Figures, Share
from aecore.tasks import load_model
from tests.aecore.voices import small_denoiser, small_voice, write_noises, write_spoken_digits


def quiet(text: str) -> None:
    """Say nothing."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    write_spoken_digits(tmp_path / spoken_digits.FILE)
    write_noises(tmp_path / noises.FILE)
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    monkeypatch.setattr(voices, "CONDITIONS", (("white", 0, 9.5, 0.82), ("recorded", 5, None, None)))
    monkeypatch.setattr(voices.classifier, "fetch", lambda *_: {})
    # A judge that knows the digit by the pitch of the tone, which is where the picture is brightest.
    monkeypatch.setattr(voices.classifier, "probabilities", lambda _, pictures: by_pitch(pictures))
    return load_spoken_digits()


def by_pitch(pictures: np.ndarray) -> np.ndarray:
    bands = pictures.mean(axis=1)[:, :20].argmax(axis=1)
    digits = np.rint(((bands + 1) * 31.25 - 120) / 40).clip(0, 9).astype(int)
    one_hot: np.ndarray = np.eye(10)[digits]
    return one_hot


def test_numbers_are_cleaned_in_every_way(data: Dataset) -> None:
    white, recorded = voices.clean_numbers(
        small_denoiser(), data.validation.take(slice(0, 200, 5)), "validation", quiet
    )
    assert white.sdr["noisy"] == pytest.approx(0, abs=0.3)
    assert white.sdr["noisy"] < white.sdr["wiener"] < white.sdr["best"]
    assert recorded.sdr["noisy"] == pytest.approx(5, abs=0.3)
    assert recorded.goal_sdr == pytest.approx(recorded.sdr["wiener"] + 1.5)
    assert white.goal_stoi == 0.82


def test_what_noise_costs_is_seen_by_the_judge(data: Dataset) -> None:
    before, after, back = voices.recognised_in_noise(small_denoiser(), by_pitch, data.validation, 1)
    clear = voices.Share("", float(np.mean(by_pitch(voices.spectrograms(data.validation)).argmax(axis=1) == 0)), None)
    assert 0 <= before.value <= 1
    assert back.goal == voices.RECOVERED
    assert clear.is_reached
    assert back.value <= 1 or after.value > before.value


def test_latents_that_say_nothing_are_recognised_by_chance(data: Dataset) -> None:
    redrawn, midpoints, heard = voices.recognised_redrawn(small_voice(), by_pitch, data.validation, 1)
    assert {redrawn.goal, midpoints.goal, heard.goal} == {0.97, 0.95}
    assert max(redrawn.value, midpoints.value) < 0.4


def test_missed_goals_are_named_and_marked() -> None:
    ways = {"noisy": 0.0, "wiener": 8.0, "ours": 9.0, "best": 12.0}
    rows = [
        Cleaned("white", 0, ways, dict.fromkeys(ways, 0.8), 9.5, 0.82),
        Cleaned("pink", 0, ways, dict.fromkeys(ways), 8.5, 0.82),
    ]
    shares = [Share("redrawn", 0.96, 0.97), Share("as recorded", 0.99, None)]
    found = Figures("test", [vars(row) for row in rows], [vars(share) for share in shares])
    assert found.missed() == {"redrawn": 0.97, "white 0 dB: SI-SDR": 9.5, "white 0 dB: STOI": 0.82}
    cleaned, recognised = found.tables()
    assert [line[-1] for line in cleaned.lines] == ["9.5 / 0.82 (missed)", "8.5 / 0.82"]
    assert cleaned.lines[1][1] == "0.0 / -"
    assert [line[1:] for line in recognised.lines] == [("96.0%", "97% (missed)"), ("99.0%", "-")]


def test_the_report_is_written_kept_and_carded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Dataset) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", models)
        monkeypatch.setattr(module, "MANIFEST", models / "manifest.json")
    save_model(small_denoiser(), models / "voice_denoiser.safetensors")
    save_model(small_voice(), models / "voice.safetensors")
    manifest.write()
    kept, judge = tmp_path / "kept.json", tmp_path / "judge.safetensors"
    tables = voices.report(tmp_path, quiet, kept, judge, card=True)
    assert [table.title for table in tables] == ["Cleaned voices", "Recognised digits"]
    assert (tmp_path / "voices.md").read_text().startswith("# Voices\n")
    written = json.loads((tmp_path / "voices.json").read_text())
    assert len(written["cleaned"]) == 2
    assert len(written["shares"]) == 7
    card = load_model(models / "voice_denoiser.safetensors").card
    assert set(card["test"]) >= {"white 0 dB: SI-SDR", "in white noise, 0 dB"}
    assert set(load_model(models / "voice.safetensors").card["test"]) >= {"redrawn from sixteen numbers"}
    monkeypatch.setattr(voices, "measure", None)  # kept: not measured again
    assert [table.lines for table in voices.report(None, quiet, kept, judge)] == [table.lines for table in tables]
    monkeypatch.delenv("AECORE_DATA")
    assert voices.report(None, quiet, kept, judge) == []


def test_what_was_measured_by_hand_is_shown_for_the_very_model_it_is_of() -> None:
    figures = Figures("test", [], [])
    for checksum, (date, means) in voices.PESQ_BY_HAND.items():
        (table,) = figures.tables(checksum)
        assert date in table.note
        assert [line[0] for line in table.lines] == list(means)
    assert figures.tables("another") == []
