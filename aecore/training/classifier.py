"""A classifier of images, which measures whether decoded images still belong to their class, or to any class.

One judges models in `aecore.evaluate`, another one is the critic in the second stage of training. Like an autoencoder
it is a list of layers with weights: Keras trains it, NumPy runs it. It is not among the pretrained files.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from aecore.core.forward import forward, in_chunks
from aecore.core.model_file import write_atomically
from aecore.core.spec import Conv2D, Dense, Flatten, Layer
from aecore.data.augment import warp_pool
from aecore.data.dataset import Dataset, with_channels

_NAME = "classifier"
_LAYERS = (
    Conv2D(24, 5, 2, "relu"),
    Conv2D(48, 5, 2, "relu"),
    Conv2D(64, 3, 2, "relu"),
    Flatten(),
    Dense(128, "relu"),
)  # followed by a layer with one number per class

if TYPE_CHECKING:
    import keras

Weights = Mapping[str, np.ndarray]
Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Hyperparameters: Adam, a learning rate that falls to 1 % along a cosine, cross entropy."""

    epochs: int = 6
    warped_copies: int = 2  # every image of an epoch is the original or one of these, equally likely
    batch: int = 128
    learning_rate: float = 3e-3
    seed: int = 0


def layers(classes: int) -> tuple[Layer, ...]:
    """Return the layers of a classifier of `classes` classes."""
    return (*_LAYERS, Dense(classes))


def probabilities(weights: Weights, images: np.ndarray) -> np.ndarray:
    """Return the class probabilities (N, classes) float32 of images (N, H, W) or (N, H, W, channels) float."""
    classes = len(weights[f"{_NAME}.{len(_LAYERS)}.bias"])

    def run(part: np.ndarray) -> np.ndarray:
        scores = forward(layers(classes), weights, _NAME, with_channels(part).astype(np.float32, copy=False))
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    return in_chunks(run, images, (classes,))


def fetch(data: Dataset, cache: Path, say: Say, recipe: Recipe | None = None) -> Weights:
    """Return a classifier's weights, from the file `cache` if they are for this data and recipe, else newly trained.

    New weights replace the file. Training takes two minutes on two cores.
    """
    recipe = recipe or Recipe()
    wanted = fingerprint(data, recipe)
    try:
        with safetensors.safe_open(cache, "numpy") as file:
            if (file.metadata() or {}).get("fingerprint") == wanted:
                return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, it is not a dict
    except (OSError, SafetensorError):
        pass  # missing or damaged: train
    weights = train(data, recipe, say)
    try:
        write_atomically(cache, safetensors.numpy.save(dict(weights), {"fingerprint": wanted}))
    except OSError as error:
        say(f"classifier: not kept for the next time, {error}")
    return weights


def network(weights: Weights, data: Dataset) -> keras.Model:
    """Return a classifier trained on this data as a Keras model: images (N, H, W, channels) to logits (N, classes)."""
    from aecore.core.keras_model import sequential, set_weights

    built = sequential(_NAME, layers(len(data.classes)), data.shape)
    set_weights(weights, built)
    return built


def fingerprint(data: Dataset, recipe: Recipe) -> str:
    """Return a checksum of everything that a classifier's weights depend on."""
    digest = hashlib.sha256(repr((layers(len(data.classes)), recipe)).encode())
    for array in (data.train.images, data.train.class_labels(len(data.classes))):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def train(data: Dataset, recipe: Recipe, say: Say) -> Weights:
    """Train a classifier on the training images and warped copies of them; returns its weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras  # here, because a cached classifier does not need it

    from aecore.core.keras_model import get_weights, sequential

    say(f"classifier: warping {recipe.warped_copies} copies of {len(data.train):,} {data.noun}")
    originals, labels = data.train.as_bytes(), data.train.class_labels(len(data.classes))
    pool = np.concatenate([originals[None], warp_pool(data.train.images, recipe.warped_copies, recipe.seed)])
    count, held_out = len(originals), with_channels(data.validation.as_float())

    keras.utils.set_random_seed(recipe.seed)
    network = sequential(_NAME, layers(len(data.classes)), data.shape)
    steps = -(-count // recipe.batch) * recipe.epochs
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps, alpha=0.01)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    for epoch in range(recipe.epochs):
        rng = np.random.default_rng([recipe.seed, epoch])
        order = rng.permutation(count)
        images = pool[rng.integers(len(pool), size=count), order].astype(np.float32) / 255
        network.fit(with_channels(images), labels[order], batch_size=recipe.batch, shuffle=False, verbose=0)
        right = network.evaluate(held_out, data.validation.known_labels(), 500, verbose=0)[1]
        say(f"classifier: epoch {epoch + 1}/{recipe.epochs}, {right:.2%} of the validation {data.noun}")
    return get_weights(network)
