"""Trains the model of scenes, for `python -m aecore.train scene`."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from aecore.core.model import Model
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import load_mnist
from aecore.data.pen_strokes import pen_digits
from aecore.tasks.scene import SPOTS
from aecore.tasks.scene_targets import CHANNELS, DIGITS
from aecore.training.checkpoint import Progress
from aecore.training.finish import finish
from aecore.training.presets import Preset
from aecore.training.scene_presets import PEN_COPIES, SCENE_STAGES
from aecore.training.stages import Stages, Weights, stage_checkpoint

_HELD_OUT = 1_000  # validation digits, in 444 scenes, whose loss is in the learning curve
_RARE = -3.5  # the first logit of a centre: few cells have one
_HALF = 1.2  # the first extent, of a digit of usual size


def make(options: argparse.Namespace, checkpoint: Path) -> Model:
    """Train the model of scenes with the options of `aecore.train`; raises ValueError, and KeyboardInterrupt."""
    stages = Stages(SCENE_STAGES, checkpoint, options.seed, options.resume, options.epochs, _report)
    data = digits_for_scenes(load_mnist(options.data), options.seed)
    weights: Weights = _first_biases(stages.presets["first"])
    for stage in stages.presets:
        weights = stages.train(stage, data, weights)
    card = stages.card(options.preset, data, "first")
    return finish(stages.presets["first"], weights, data, card, options.seed)


def checkpoints(checkpoint: Path) -> list[Path]:
    """Return the files from which an interrupted training goes on."""
    return [checkpoint, *(stage_checkpoint(checkpoint, stage) for stage in SCENE_STAGES)]


def digits_for_scenes(mnist: Dataset, seed: int) -> Dataset:
    """Return MNIST with drawings of real pen trajectories among its training digits; raises ValueError without them."""
    drawn, _ = pen_digits(PEN_COPIES, seed)
    both = Split(
        np.concatenate([mnist.train.as_bytes(), drawn.images]),
        np.concatenate([mnist.train.known_labels(), drawn.known_labels()]),
    )
    remark = f"{mnist.remark}; {len(drawn):,} of the training digits are drawn along pen trajectories (UCI, CC BY 4.0)"
    return dataclasses.replace(mnist, train=both, validation=mnist.validation.take(slice(_HELD_OUT)), remark=remark)


def _first_biases(preset: Preset) -> dict[str, np.ndarray]:
    last = len(preset.spec.networks[SPOTS].layers) - 1
    biases = np.full(CHANNELS, _HALF, np.float32)
    biases[:DIGITS] = _RARE
    return {f"{SPOTS}.{last}.bias": biases}


def _report(stage: str, epochs: int, progress: Progress) -> None:
    left = progress.seconds / progress.epoch * (epochs - progress.epoch)
    training, validation = progress.curve[-1]
    print(
        f"{stage}: epoch {progress.epoch}/{epochs}  training loss {training:.5f}  validation loss {validation:.5f}  "
        f"{left / 60:.1f} min left",
        flush=True,
    )
