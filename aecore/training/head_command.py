"""Trains a head on the latents of a pretrained model, for `python -m aecore.train default_head` and `joint_head`."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from aecore.core import pretrained
from aecore.core.model import Model
from aecore.data.augment import warp_pool
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import load_mnist
from aecore.tasks import Autoencoder, load
from aecore.training.card import model_card
from aecore.training.finish import AT_ONCE, finish
from aecore.training.fit import train
from aecore.training.presets import HEAD_RECIPES, HEADS


def make(options: argparse.Namespace, checkpoint: Path) -> Model:
    """Train the head that the options of `aecore.train` name; raises ValueError, and KeyboardInterrupt."""
    of, recipe = HEADS[options.preset], HEAD_RECIPES[options.preset]
    recipe = dataclasses.replace(recipe, epochs=options.epochs or recipe.epochs)
    seed = options.seed + 1  # other copies than those that the model has learned from
    data = latents_of(load(of), load_mnist(options.data), recipe.warped_copies, seed)
    learning = dataclasses.replace(recipe, warped_copies=0)
    trained = train(learning, data, checkpoint, options.seed, options.resume)
    if trained.progress.epoch < recipe.epochs:
        raise KeyboardInterrupt
    card = {
        **model_card(recipe, options.preset, data, trained.progress, options.seed),
        "of": of,
        "model_sha256": pretrained.sha256(of),
    }
    return finish(learning, trained.weights, data, card, options.seed)


def checkpoints(checkpoint: Path) -> list[Path]:
    """Return the files from which an interrupted training goes on."""
    return [checkpoint]


def latents_of(model: Autoencoder, data: Dataset, copies: int, seed: int) -> Dataset:
    """Return a data set of the latents (N, latent_dim) of another; those for training are also of warped copies."""
    pool = warp_pool(data.train.images, copies, seed)
    images = [data.train.images, *pool]
    latents = np.concatenate([_encoded(model, Split(some)) for some in images])
    labels = np.tile(data.train.known_labels(), len(images))
    return dataclasses.replace(
        data,
        train=Split(latents, labels),
        validation=Split(_encoded(model, data.validation), data.validation.labels),
        test=Split(_encoded(model, data.test), data.test.labels),
        noun="latents of digits",
        remark=f"those of the training digits and {copies} warped copies of each; {data.remark}",
    )


def _encoded(model: Autoencoder, split: Split) -> np.ndarray:
    starts = range(0, len(split), AT_ONCE)
    return np.concatenate([model.encode(split.as_float(slice(start, start + AT_ONCE))) for start in starts])
