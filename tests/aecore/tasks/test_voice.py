"""Sixteen numbers of a spoken digit, with small networks that have learned nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aecore.core.bands import LENGTH
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.tasks import Voice
from aecore.tasks.voice import centred
from aecore.tasks.voice_redraw import RedrawVoices
from tests.aecore.voices import small_voice, tone
from tests.architectures import random_weights


def clip(start: int, gain: float = 1.0) -> np.ndarray:
    """Return a second with a tone that begins at a multiple of 160."""
    sound = np.zeros((1, LENGTH), np.float32)
    sound[0, start : start + 3_200] = gain * tone(4, 1, 3_200)
    return sound


def test_place_and_loudness_are_not_encoded() -> None:
    model = small_voice()
    first = model.encode(clip(320))
    assert first.shape == (1, 16)
    np.testing.assert_allclose(model.encode(clip(4_000)), first, atol=1e-4)
    np.testing.assert_allclose(model.encode(clip(320, 0.1)), first, atol=1e-4)
    other = np.zeros((1, LENGTH), np.float32)
    other[0, 320:3_520] = tone(9, 1, 3_200)
    assert np.abs(model.encode(other) - first).max() > 1e-3


def test_numbers_become_sounds() -> None:
    model, latents = small_voice(), np.random.default_rng(0).normal(size=(3, 16))
    sounds = model.decode(latents)
    assert sounds.shape == (3, LENGTH)
    assert sounds.dtype == np.float32
    np.testing.assert_array_equal(sounds, model.decode(latents))
    shown = model.decode_pictures(latents)
    assert shown.shape == (3, 64, 64)
    assert 0 <= shown.min() <= shown.max() <= 1


def test_no_sounds_and_silence() -> None:
    model = small_voice()
    assert model.encode(np.zeros((0, LENGTH))).shape == (0, 16)
    assert model.decode(np.zeros((0, 16))).shape == (0, LENGTH)
    assert np.isfinite(model.encode(np.zeros((2, LENGTH)))).all()


@pytest.mark.parametrize("length", [0, 1, 3_200, LENGTH, LENGTH + 500])
@pytest.mark.parametrize("shift", [-9_000, 0, 250])
def test_recordings_are_placed_inside_the_clip(length: int, shift: int) -> None:
    made = centred(np.ones(length, np.float32), shift)
    assert made.shape == (LENGTH,)
    assert made.sum() == pytest.approx(min(length, LENGTH))


def test_training_varies_recordings_and_evaluation_does_not() -> None:
    clips, rows = np.concatenate([clip(0)] * 4), np.tile([4, 1, 0, 3_200], (4, 1))
    task = RedrawVoices()
    still, varied = (
        make(clips, rows, np.random.default_rng(1))
        for make in (task.examples, lambda *given: task.batch_examples(*given, 0))
    )
    assert (still.inputs["image"] == still.inputs["image"][0]).all()
    for i in range(3):
        assert np.abs(varied.inputs["image"][i] - varied.inputs["image"][i + 1]).max() > 0.05
    np.testing.assert_array_equal(varied.inputs["image"], varied.targets["decoder"])
    with pytest.raises(ValueError, match="got none"):
        task.examples(clips, None, np.random.default_rng(1))


BAD: list[Any] = [np.zeros((1, 100)), np.zeros(LENGTH), [0.0], np.full((1, LENGTH), np.nan), np.zeros((1, LENGTH), int)]


@pytest.mark.parametrize("sounds", BAD)
def test_what_is_no_second_of_sound_gets_a_sentence(sounds: Any) -> None:
    with pytest.raises(ValueError, match="wanted sounds"):
        small_voice().encode(sounds)


def test_wrong_latents_and_networks_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="wanted latents"):
        small_voice().decode(np.zeros((1, 3)))
    dense = (Flatten(), Dense(16)), (Dense(784), Reshape((28, 28, 1)))
    spec = Spec.autoencoder(*dense)
    with pytest.raises(ValueError, match="spectrogram of 64 x 64"):
        Voice(spec, random_weights(spec), small_voice().statistics, {})
