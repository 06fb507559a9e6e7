"""The examples of a visitor's model: the pictures that it was trained or tested on, and, for others, its own drawings.

A model's file has their latents. Their pixels are in the folder of the training, and only those who have its secret see
them; all others see what the decoder makes of the latents.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np

from aecore.core.latents import quantise
from aecore.data.strokes import sample_image
from aecore.training.job import EXAMPLES
from ui.services import model_store, training_queue
from ui.services.frontend_assets import noun_of

_SAMPLES = 10


def count(model: str) -> int:
    """Return how many examples a model has; 0 for a model of digits."""
    found = model_store.load(model).examples
    return 0 if found is None else len(found)


def latent(model: str, index: int) -> np.ndarray:
    """Return the latent (D,) of an example, in steps of 0.01."""
    found = model_store.load(model).examples
    if found is None:
        raise IndexError("this model has no examples")
    one: np.ndarray = quantise(found.latents[index])
    return one


def class_of(model: str, index: int) -> str:
    """Return the name of an example's class, "" where it has none."""
    found = model_store.load(model).examples
    return found.classes[found.labels[index]] if found is not None and found.classes else ""


def secret_of(model: str, secrets: Collection[str]) -> str:
    """Return the secret of the training that has the pixels of a model's examples, "" unless it is among `secrets`."""
    secret = model_store.training_of(model)
    folder = training_queue.find(secret) if secret in secrets else None
    return secret if folder is not None and (folder / EXAMPLES).is_file() else ""


def picture(model: str, index: int, secrets: Collection[str]) -> np.ndarray | None:
    """Return an example's image float32 in [0, 1], of the model's shape; None where only its latent is to be had."""
    secret = secret_of(model, secrets)
    pixels = read(secret, [index]) if secret else None
    shape = model_store.load(model).image_shape
    if pixels is None or pixels.shape[1:] != shape:
        return None
    image: np.ndarray = (pixels[0] / 255).astype(np.float32)
    return image


def read(secret: str, which: Sequence[int]) -> np.ndarray | None:
    """Return the pixels (n, ...) uint8 of examples of a training; None where there are no such ones."""
    folder = training_queue.find(secret)
    try:
        pixels = np.load(folder / EXAMPLES, mmap_mode="r", allow_pickle=False) if folder else None
        return None if pixels is None or not all(0 <= i < len(pixels) for i in which) else np.array(pixels[list(which)])
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=32)
def samples(model: str) -> tuple[int, ...]:
    """Return at most ten examples of a model: the first one of each class, then others; none for a model of digits."""
    found = model_store.load(model).examples
    if found is None:
        return ()
    first = np.unique(found.labels, return_index=True)[1]
    others = np.setdiff1d(np.arange(len(found)), first)
    return tuple(int(i) for i in (*first, *others)[:_SAMPLES])


def has_own_pictures(model: str) -> bool:
    """Return whether a model's images are no digits."""
    return noun_of(model_store.load(model)) != "digit"


def is_drawable(model: str) -> bool:
    """Return whether a person can draw images for a model: digits, and pictures that look like them."""
    found = model_store.load(model)
    return found.image_shape == (28, 28) and (found.examples is None or found.examples.drawn)


@lru_cache(maxsize=32)
def sample_latents(name: str) -> np.ndarray:
    """Return a model's latents (10, D) of the ten sample digits, or of examples of its own, (N, D), at most ten."""
    if has_own_pictures(name):
        few = [latent(name, number) for number in samples(name)]
        return np.stack(few) if few else np.zeros((1, model_store.load(name).latent_dim), np.float32)
    images = np.stack([sample_image(digit) for digit in range(10)])
    found: np.ndarray = quantise(model_store.load(name).encode(images))
    return found
