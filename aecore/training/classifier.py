"""A digit classifier, the judge of `aecore.evaluate`: is what a decoder draws still that digit, or a digit at all?

Like an autoencoder it is a list of layers and their weights: Keras trains it, NumPy runs it. It is never shipped.
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
from aecore.core.spec import IMAGE_SHAPE, Conv2D, Dense, Flatten, Layer
from aecore.data.augment import warp_pool
from aecore.data.mnist import Mnist

LAYERS: tuple[Layer, ...] = (
    Conv2D(24, 5, 2, "relu"),
    Conv2D(48, 5, 2, "relu"),
    Conv2D(64, 3, 2, "relu"),
    Flatten(),
    Dense(128, "relu"),
    Dense(10),
)
_SIDE = "classifier"

if TYPE_CHECKING:
    import keras

Weights = Mapping[str, np.ndarray]
Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How it is trained: Adam, a learning rate that falls to 1 % along a cosine, cross entropy."""

    epochs: int = 6
    warped_copies: int = 2  # every digit of an epoch is the original or one of these, equally likely
    batch: int = 128
    learning_rate: float = 3e-3
    seed: int = 0


def probabilities(weights: Weights, images: np.ndarray) -> np.ndarray:
    """Return how likely images (N, 28, 28) float are each of the ten digits: (N, 10) float32, rows sum to 1."""

    def run(part: np.ndarray) -> np.ndarray:
        scores = forward(LAYERS, weights, _SIDE, part[..., None].astype(np.float32, copy=False))
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    return in_chunks(run, images, (10,))


def fetch(data: Mnist, cache: Path, say: Say, recipe: Recipe | None = None) -> Weights:
    """Return a classifier's weights: from the file `cache` if it was trained on these data in this way, else anew.

    A new one replaces the file. Training takes two minutes on two cores.
    """
    recipe = recipe or Recipe()
    fingerprint = _fingerprint(data, recipe)
    try:
        with safetensors.safe_open(cache, "numpy") as file:
            if (file.metadata() or {}).get("fingerprint") == fingerprint:
                return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, it is not a dict
    except (OSError, SafetensorError):
        pass  # missing or damaged: to be made
    weights = train(data, recipe, say)
    try:
        write_atomically(cache, safetensors.numpy.save(dict(weights), {"fingerprint": fingerprint}))
    except OSError as error:
        say(f"classifier: not kept for the next time, {error}")
    return weights


def network(weights: Weights) -> keras.Model:
    """Build a trained classifier in Keras: images (N, 28, 28, 1) to logits (N, 10)."""
    from aecore.core.keras_model import sequential, set_weights

    built = sequential(_SIDE, LAYERS, IMAGE_SHAPE)
    set_weights(weights, built)
    return built


def _fingerprint(data: Mnist, recipe: Recipe) -> str:
    digest = hashlib.sha256(repr((LAYERS, recipe)).encode())
    for array in (data.train_images, data.train_labels):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def train(data: Mnist, recipe: Recipe, say: Say) -> Weights:
    """Train a classifier on the training digits and warped copies of them; returns its weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras  # imported late: whoever finds a trained classifier does not need it

    from aecore.core.keras_model import get_weights, sequential

    say(f"classifier: warping {recipe.warped_copies} copies of {len(data.train_images):,} digits")
    originals = np.rint(data.train_images * 255).astype(np.uint8)
    pool = np.concatenate([originals[None], warp_pool(data.train_images, recipe.warped_copies, recipe.seed)])
    count = len(originals)

    keras.utils.set_random_seed(recipe.seed)
    network = sequential(_SIDE, LAYERS, IMAGE_SHAPE)
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
        network.fit(images[..., None], data.train_labels[order], batch_size=recipe.batch, shuffle=False, verbose=0)
        right = network.evaluate(data.validation_images[..., None], data.validation_labels, 500, verbose=0)[1]
        say(f"classifier: epoch {epoch + 1}/{recipe.epochs}, {right:.2%} of the validation digits")
    return get_weights(network)
