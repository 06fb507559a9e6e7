"""Trains a model of colour, for `python -m aecore.train colorizer` and `book_colorizer`."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from aecore.core.model import Model
from aecore.data.cifar10 import load_cifar10
from aecore.data.dataset import Dataset
from aecore.training.card import model_card
from aecore.training.checkpoint import Progress
from aecore.training.color_presets import BOOK_COLORIZER, COLOR_STAGES
from aecore.training.colorizer import train_colorizer
from aecore.training.finish import finish
from aecore.training.fit import train
from aecore.training.stages import stage_checkpoint


def make(options: argparse.Namespace, checkpoint: Path) -> Model:
    """Train the model that the options of `aecore.train` name; raises ValueError, and KeyboardInterrupt."""
    return (_colorizer if options.preset == "colorizer" else _book)(options, load_cifar10(options.data), checkpoint)


def checkpoints(checkpoint: Path) -> list[Path]:
    """Return the files from which an interrupted training goes on."""
    return [checkpoint, *(stage_checkpoint(checkpoint, stage) for stage in COLOR_STAGES)]


def _colorizer(options: argparse.Namespace, data: Dataset, checkpoint: Path) -> Model:
    return train_colorizer(data, checkpoint, options.seed, options.resume, options.epochs, _report)


def _book(options: argparse.Namespace, data: Dataset, checkpoint: Path) -> Model:
    preset = dataclasses.replace(BOOK_COLORIZER, epochs=options.epochs or BOOK_COLORIZER.epochs)
    trained = train(
        preset, data, checkpoint, options.seed, options.resume, lambda p: _report("photos", preset.epochs, p)
    )
    if trained.progress.epoch < preset.epochs:
        raise KeyboardInterrupt
    card = {
        **model_card(preset, options.preset, data, trained.progress, options.seed),
        "remark": f"The book's recipe, of whose thirty epochs this is {trained.progress.epoch}.",
    }
    return finish(preset, trained.weights, data, card, options.seed)


def _report(stage: str, epochs: int, progress: Progress) -> None:
    training, validation = progress.curve[-1]
    print(
        f"{stage}: epoch {progress.epoch}/{epochs}  training loss {training:.5f}  validation loss {validation:.5f}",
        flush=True,
    )
