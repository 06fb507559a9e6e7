"""The shipped sounds, and the map of spoken digits: what `python -m aecore.recordings` writes."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from aecore.core.spectrum import RATE
from aecore.data.spoken_digits import load_spoken_digits
from aecore.export.recordings import numbers, wav
from aecore.latent.voice_map import model_of, voice_map, weights_sha256
from tests.aecore.voices import small_voice, write_spoken_digits


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("digits") / "spoken_digits.npz"
    write_spoken_digits(path)
    return path


def test_numbers_are_of_test_recordings_short_and_the_same_each_time(digits: Path) -> None:
    split = load_spoken_digits(digits).test
    found, again = numbers(split), numbers(split)
    assert list(found)[:3] == ["george-1", "george-2", "jackson-1"]
    for name in list(found)[:4]:  # of the two speakers there are
        sound, said = found[name]
        assert len({digit for digit, _ in said}) == len(said) >= 3
        assert {number for _, number in said} == {int(name[-1]) - 1}
        assert len(sound) <= 2.04 * RATE
        np.testing.assert_array_equal(sound, again[name][0])


def test_a_wav_file_holds_the_sound() -> None:
    sound = np.array([0, 0.5, -1, 2], np.float32)
    with wave.open(io.BytesIO(wav(sound))) as file:
        assert file.getparams()[:4] == (1, 2, RATE, 4)
        np.testing.assert_allclose(np.frombuffer(file.readframes(4), "<i2") / 32767, sound.clip(-1, 1), atol=1e-4)


def test_a_map_has_every_recording_and_knows_its_model(digits: Path) -> None:
    data, model = load_spoken_digits(digits), small_voice()
    file = voice_map(model, "abc", data, ("ada", "bob"), lambda latents: latents[:, :2])
    found = safetensors.numpy.load(file)
    assert len(found["digits"]) == len(data.test) + len(data.validation) + len(data.train)
    np.testing.assert_array_equal(found["digits"][: len(data.test)], data.test.known_labels()[:, 0])
    latents = found["latents"] * found["latents.scale"]
    np.testing.assert_allclose(latents[:3], model.encode(data.test.as_float()[:3]), atol=0.02 * np.abs(latents).max())
    assert np.abs(found["points"]).max() == 32767
    assert model_of(file) == "abc"
    assert model_of(file[:50]) == model_of(b"") == ""
    other = safetensors.numpy.save({"a": np.zeros(3)}, {"card": "one"})
    assert weights_sha256(other) == weights_sha256(safetensors.numpy.save({"a": np.zeros(3)}, {"card": "another"}))
