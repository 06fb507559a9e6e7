from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aecore.data import spoken_digits
from aecore.data.sounds import LEVEL, loudness
from aecore.data.spoken_digits import FILE, GAP, LENGTH, WORDS, load_spoken_digits, phone_numbers, spoken_words
from tests.aecore.voices import write_spoken_digits, write_spoken_words


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_spoken_digits(tmp_path / FILE)
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_recordings_are_split_by_their_number() -> None:
    data = load_spoken_digits()
    for split, numbers in ((data.test, range(5)), (data.validation, range(5, 10)), (data.train, range(10, 12))):
        assert split.images.shape[1:] == (LENGTH,)
        assert set(split.known_labels()[:, 2].tolist()) == set(numbers)
        assert len(split) == 20 * len(numbers)
    assert "CC BY-SA 4.0" in data.summary


@pytest.mark.usefixtures("folder")
def test_clips_begin_where_they_sound_and_have_one_level() -> None:
    data = load_spoken_digits()
    for clip, row in zip(data.train.as_float(), data.train.known_labels(), strict=True):
        part = clip[: row[3]]
        assert loudness(part) == pytest.approx(LEVEL, rel=0.01)
        assert not clip[row[3] :].any()
        assert loudness(part[:160]) > LEVEL / 20


@pytest.mark.usefixtures("folder")
def test_a_phone_number_has_ten_digits_of_one_speaker_with_gaps() -> None:
    test = load_spoken_digits().test
    numbers = phone_numbers(test)
    assert len(numbers) == 2 * 5
    rows, clips = test.known_labels(), test.as_float()
    own = (rows[:, 1] == 0) & (rows[:, 2] == 0)
    assert len(numbers[0]) == rows[own, 3].sum() + 11 * GAP
    assert not numbers[0][:GAP].any()
    assert np.square(numbers[0]).sum() == pytest.approx(np.square(clips[own]).sum(), rel=1e-3)
    np.testing.assert_array_equal(numbers[0], phone_numbers(test)[0])


def test_only_words_without_noise_are_taken(folder: Path) -> None:
    assert len(spoken_words()) == 0
    write_spoken_words(folder / WORDS)
    words = spoken_words()
    assert len(words) == 2
    assert words.known_labels()[:, 1].min() >= 100  # no speaker of digits


def test_without_the_file_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=spoken_digits.HOW_TO_GET[:30]):
        load_spoken_digits()
    np.savez(tmp_path / FILE, audio=np.zeros(4))
    with pytest.raises(ValueError, match="has no offsets"):
        load_spoken_digits()
