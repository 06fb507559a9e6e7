"""Writes the recordings that the Sound page shows: `python -m aecore.recordings` writes assets/sounds.

Two numbers of a few digits of each speaker, of the test recordings, and a clip of rain and one of an engine, which no
model was trained on. They are read from the folder that $AECORE_DATA names. Where `aecore.load("voice")` is there, also
the map of its latents.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core import pretrained
from aecore.core.model_file import WriteError, write_atomically
from aecore.core.spectrum import HOP, RATE
from aecore.data.dataset import Dataset, Split
from aecore.data.noises import TEST, noises_path, recorded_noises
from aecore.data.sounds import LEVEL, gain_to
from aecore.data.spoken_digits import GAP, load_spoken_digits
from aecore.latent.atlas_build import umap_layout
from aecore.latent.voice_map import voice_map, weights_sha256
from aecore.tasks import Voice, load
from aecore.tasks.voice_denoise import FRAMES

SOUNDS = pretrained.MODELS.parent / "sounds"
MAP = "map.safetensors"
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")  # in the order of the data set
_NUMBERS = 2  # of each speaker
_DIGITS = (3, 5)  # of a number
_LONGEST = (FRAMES - 1) * HOP  # samples, 2 s: what the denoiser sees at once
_NOISES = {"rain": "4-164206-A.ogg", "engine": "4-125929-A.ogg"}
_DATASET = "https://github.com/Jakobovski/free-spoken-digit-dataset"
_ESC = "https://github.com/karolpiczak/ESC-50"


def numbers(split: Split) -> dict[str, tuple[np.ndarray, list[tuple[int, int]]]]:
    """Return a sound (samples,) float32 for each name, such as "george-1", and (digit, number) of its recordings.

    No number has a digit twice, and none is longer than two seconds. A split as `load_spoken_digits` gives it.
    """
    rows, clips = split.known_labels(), split.as_float()
    found = {}
    for speaker, name in enumerate(SPEAKERS):
        for i in range(_NUMBERS):
            which = np.flatnonzero((rows[:, 1] == speaker) & (rows[:, 2] == i))
            rng = np.random.default_rng([speaker, i])
            found[f"{name}-{i + 1}"] = _number([int(k) for k in rng.permutation(which)], rows, clips)
    return found


def _number(which: list[int], rows: np.ndarray, clips: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    gap = np.zeros(GAP, np.float32)
    parts, length = [gap], GAP
    said: list[tuple[int, int]] = []
    for k in which:
        part = clips[k, : rows[k, 3]]
        if length + len(part) + GAP > _LONGEST and len(said) >= _DIGITS[0]:
            break
        parts += [part - part.mean(), gap]
        said.append((int(rows[k, 0]), int(rows[k, 2])))
        length += len(part) + GAP
        if len(said) == _DIGITS[1]:
            break
    sound = np.concatenate(parts)
    return sound * np.float32(gain_to(sound, LEVEL)), said


def wav(sound: np.ndarray) -> bytes:
    """Return a sound (samples,) in [-1, 1] at 8 kHz as the bytes of a WAV file of 16 bits; what is louder is cut."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, len(sound), "NONE", ""))
        file.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def write(folder: Path) -> dict[str, Any]:
    """Write the files and their manifest into a folder; returns the manifest. Raises ValueError, WriteError."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}

    def add(name: str, sound: np.ndarray, **said: Any) -> None:
        data = wav(sound)
        write_atomically(folder / f"{name}.wav", data)
        entries[f"{name}.wav"] = {**said, "seconds": round(len(sound) / RATE, 2), "sha256": _hash(data)}

    digits = load_spoken_digits()
    for name, (sound, said) in numbers(digits.test).items():
        speaker = name.split("-")[0]
        add(
            name,
            sound,
            speaker=speaker.capitalize(),
            digits="".join(str(digit) for digit, _ in said),
            author="Jakobovski et al., Free Spoken Digit Dataset",
            licence="CC BY-SA 4.0",
            source=_DATASET,
            taken_from=[f"{digit}_{speaker}_{number}.wav" for digit, number in said],
        )
    for name, file in _NOISES.items():
        add(name, _noise(file), author="ESC-10 (Piczak, 2015)", licence="CC0", source=_ESC, taken_from=[file])
    if "voice" in pretrained.available("voice"):
        data = _map(digits)
        write_atomically(folder / MAP, data)
        entries[MAP] = {"of": "voice", "sha256": _hash(data)}
    text = json.dumps(entries, indent=2) + "\n"
    write_atomically(folder / "manifest.json", text.encode())
    return entries


def _map(digits: Dataset) -> bytes:
    model = load("voice")
    if not isinstance(model, Voice):
        raise ValueError("voice.safetensors holds another model.")
    checksum = weights_sha256(pretrained.path("voice").read_bytes())
    return voice_map(model, checksum, digits, SPEAKERS, umap_layout)


def _noise(file: str) -> np.ndarray:
    recordings = recorded_noises()
    with np.load(str(noises_path()), allow_pickle=False) as found:
        place = [str(name) for name in found["files"]].index(file)
    if recordings.licences[place] != "CC0" or recordings.folds[place] not in TEST:
        raise ValueError(f"{file} is not CC0, or models were trained on it.")
    return recordings.sounds[place]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.recordings", description="Write the Sound page's sounds.")
    parser.add_argument("--out", type=Path, default=SOUNDS, metavar="FOLDER", help="default: assets/sounds")
    options = parser.parse_args(arguments)
    try:
        entries = write(options.out)
    except (ValueError, WriteError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    size = sum((options.out / name).stat().st_size for name in entries)
    print(f"{options.out}: {len(entries)} files, {size:,} bytes")
    return 0
