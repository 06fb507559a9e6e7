"""Reads spoken digits and words at 8 kHz from $AECORE_DATA, and makes phone numbers of them.

Digits: Free Spoken Digit Dataset, Jakobovski et al., CC BY-SA 4.0: six speakers, fifty recordings of each digit of
each, of which 0 to 4 are the test's. Words, which only training uses: Speech Commands v0.02, Warden, 2018, CC BY 4.0.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aecore.core.spectrum import RATE
from aecore.data.dataset import Dataset, Split, data_file
from aecore.data.sounds import LEVEL, gain_to, sounding

FILE, WORDS = "spoken_digits.npz", "spoken_words.npz"
LENGTH = 8_192  # samples of a clip, 1.024 s; six recordings in a thousand are longer, and cut
VALIDATION = range(5, 10)  # recordings of each digit of each speaker
GAP = 480  # samples between the digits of a phone number, 60 ms
_WORD = 255  # the label of what is no digit
_QUIET = 3e-4  # of a word's loudest 20 ms: its background's power is at most this
_KEYS = ("audio", "offsets", "labels", "speakers", "speaker_names", "index", "test", "rate")
HOW_TO_GET = f"Spoken digits are read from {FILE} in the folder that $AECORE_DATA names."


def spoken_digits_path() -> Path | None:
    """Return the path of the digits in the folder $AECORE_DATA; None where there is no such file."""
    return data_file(FILE)


def load_spoken_digits(path: str | Path | None = None) -> Dataset:
    """Return the digits as clips (N, 8192) int16 of one level, from `path`, else $AECORE_DATA; raises ValueError.

    Labels are (N, 4): digit, speaker, number of the recording, samples. A clip begins where its recording sounds.
    """
    path = Path(path) if path else spoken_digits_path()
    if path is None or not path.is_file():
        raise ValueError(HOW_TO_GET)
    with np.load(path, allow_pickle=False) as file:
        missing = [key for key in _KEYS if key not in file]
        if missing:
            raise ValueError(f"{path} does not hold spoken digits: it has no {missing[0]}.")
        audio, offsets, labels, speakers, _, index, test, rate = (file[key] for key in _KEYS)
    if int(rate) != RATE or len(offsets) != len(labels) + 1:
        raise ValueError(f"{path} does not hold spoken digits at {RATE:,} Hz.")
    recordings = np.split(audio.astype(np.float32) / np.float32(32768), offsets[1:-1])
    clips = [level_clip(recording) for recording in recordings]
    lengths = [sound.stop - sound.start for sound in map(sounding, recordings)]
    rows = np.stack([labels, speakers, index, np.minimum(lengths, LENGTH)], axis=1).astype(np.int32)
    both = Split(_whole_numbers(np.stack(clips)), rows)
    held_out = np.isin(index, VALIDATION) & ~test
    return Dataset(
        name="spoken_digits",
        title="Free Spoken Digit Dataset (CC BY-SA 4.0)",
        train=both.take(~held_out & ~test),
        validation=both.take(held_out),
        test=both.take(test),
        noun="recordings",
        classes=tuple("0123456789"),
        remark="recordings 5 to 9 of each digit of each speaker; 0 to 4 are the test's",
    )


def spoken_words() -> Split:
    """Return the words with little background noise, as clips like those of digits; none where there is no file."""
    path = data_file(WORDS)
    if path is None:
        return Split(np.zeros((0, LENGTH), np.int16), np.zeros((0, 4), np.int32))
    with np.load(path, allow_pickle=False) as file:
        audio, names = file["audio"], file["speakers"]
    sounds = audio.astype(np.float32) / np.float32(32768)
    power = np.sort(np.square(sounds).reshape(len(sounds), -1, 160).mean(axis=2), axis=1)
    quiet = np.flatnonzero(power[:, 5] < _QUIET * power[:, -5])
    speakers = np.unique(names, return_inverse=True)[1] + 100
    parts = [sounding(sounds[i]) for i in quiet]
    rows = [(_WORD, speakers[i], 0, part.stop - part.start) for i, part in zip(quiet, parts, strict=True)]
    return Split(_whole_numbers(np.stack([level_clip(sounds[i]) for i in quiet])), np.array(rows, np.int32))


def level_clip(recording: np.ndarray) -> np.ndarray:
    """Return the sounding part of a recording (samples,) as a clip (8192,) float32, its root mean square the usual."""
    part = recording[sounding(recording)][:LENGTH]
    clip = np.zeros(LENGTH, np.float32)
    clip[: len(part)] = part * np.float32(gain_to(part, LEVEL))
    return clip


def phone_numbers(split: Split) -> list[np.ndarray]:
    """Return a sound (samples,) float32 for each speaker and number of a recording: ten digits with gaps of 60 ms.

    The order of the digits is random, the same each time. The constant that one speaker's recordings hold is taken out.
    A split (N, 8192) with labels as `load_spoken_digits` gives.
    """
    rows, clips = split.known_labels(), split.as_float()
    out = []
    for speaker, number in sorted({(int(row[1]), int(row[2])) for row in rows}):
        which = np.flatnonzero((rows[:, 1] == speaker) & (rows[:, 2] == number))
        rng = np.random.default_rng([speaker, number])
        gap = np.zeros(GAP, np.float32)
        parts = [clips[i, : rows[i, 3]] for i in rng.permutation(which)]
        joined = [piece for part in parts for piece in (part - part.mean(), gap)]
        out.append(np.concatenate([gap, *joined]))
    return out


def _whole_numbers(clips: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(clips, -1, 1) * 32767).astype(np.int16)
