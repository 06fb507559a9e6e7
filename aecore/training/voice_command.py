"""Trains a model of voices, for `python -m aecore.train voice_denoiser` and `voice`."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from aecore.core.model import Model
from aecore.data import noises
from aecore.data.dataset import Dataset, Split
from aecore.data.spoken_digits import load_spoken_digits, spoken_words
from aecore.tasks.voice_stage import CleanVoices
from aecore.training.card import model_card
from aecore.training.checkpoint import Progress
from aecore.training.finish import finish
from aecore.training.fit import train
from aecore.training.presets import Preset
from aecore.training.voice_presets import DIGITS_TIMES, VOICE, VOICE_DENOISER


def make(options: argparse.Namespace, checkpoint: Path) -> Model:
    """Train the model that the options of `aecore.train` name; raises ValueError, and KeyboardInterrupt."""
    data = load_spoken_digits(options.data)
    preset = VOICE
    if options.preset == "voice_denoiser":
        preset = dataclasses.replace(VOICE_DENOISER, task=CleanVoices(noises.recorded_noises().of(noises.TRAINING)))
        data = with_words(data)
    preset = dataclasses.replace(preset, epochs=options.epochs or preset.epochs)
    trained = train(preset, data, checkpoint, options.seed, options.resume, lambda progress: _report(preset, progress))
    if trained.progress.epoch < preset.epochs:
        raise KeyboardInterrupt
    card = model_card(preset, options.preset, data, trained.progress, options.seed)
    return finish(preset, trained.weights, data, card, options.seed)


def checkpoints(checkpoint: Path) -> list[Path]:
    """Return the files from which an interrupted training goes on."""
    return [checkpoint]


def with_words(digits: Dataset) -> Dataset:
    """Return the digits with spoken words, where there are any, among the training recordings."""
    words = spoken_words()
    if not len(words):
        return digits
    splits = [digits.train] * DIGITS_TIMES + [words]
    images = np.concatenate([split.images for split in splits])
    labels = np.concatenate([split.known_labels() for split in splits])
    remark = (
        f"{digits.remark}; each of the training digits {DIGITS_TIMES} times, and {len(words):,} words "
        "(Speech Commands v0.02, CC BY 4.0); noises: folds 1 and 2 of ESC-10 (CC0 and CC BY)"
    )
    return dataclasses.replace(digits, train=Split(images, labels), remark=remark)


def _report(preset: Preset, progress: Progress) -> None:
    left = progress.seconds / progress.epoch * (preset.epochs - progress.epoch)
    training, validation = progress.curve[-1]
    print(
        f"epoch {progress.epoch}/{preset.epochs}  training loss {training:.4f}  validation loss {validation:.4f}  "
        f"{left / 60:.1f} min left",
        flush=True,
    )
