"""What a network in the browser learns from, besides digits that the page draws: MNIST's, and visitors' pictures."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import safetensors.numpy

from aecore.core.model_file import write_atomically
from aecore.data.mnist import DIGITS, load_mnist, mnist_path
from aecore.data.own.examples import look_drawn
from aecore.data.own.pictures import Pictures
from aecore.data.own.raw import DataError
from aecore.data.own.stored import read_pictures
from aecore.training.job import PICTURES
from ui.services import own_data

MOST = 6_000  # pictures: 1.3 MB of digits on their way
TESTED = 1_000  # test digits
_LARGEST = 6_000_000  # bytes of all pictures
_SEED = 0
_KEPT = "lesson.safetensors"  # beside the pictures that they were taken from
_mutex = threading.Lock()  # all of a visitor's pictures, up to 300 MB, are in memory for one visitor at a time


@lru_cache(maxsize=2)
def mnist(test: bool = False) -> bytes | None:
    """Return some of MNIST's training or test digits as a safetensors file, None where the server has no MNIST."""
    if mnist_path() is None:
        return None
    try:
        data = load_mnist()
    except ValueError:  # the file is damaged
        return None
    split, most = (data.test, TESTED) if test else (data.train, MOST)
    some = np.random.default_rng(_SEED).permutation(len(split))[:most]
    return _file(split.images[some], split.known_labels()[some], DIGITS, False)


def own(secret: str) -> bytes | None:
    """Return a visitor's pictures, or some of many, as a safetensors file; None where there are none any more."""
    folder = own_data.find(secret)
    if folder is None or own_data.about(secret) is None:
        return None
    kept = folder / _KEPT
    with _mutex:
        with contextlib.suppress(OSError):
            return kept.read_bytes()
        try:
            data = _some(read_pictures(folder / PICTURES))
        except DataError:
            return None
        with contextlib.suppress(OSError):  # made once more next time
            write_atomically(kept, data)
    return data


def _some(pictures: Pictures) -> bytes:
    images, labels = pictures.images, pictures.labels
    count = min(MOST, _LARGEST // max(images[0].size, 1), len(images))
    some = np.random.default_rng(_SEED).permutation(len(images))[:count]
    return _file(images[some], None if labels is None else labels[some], pictures.classes, look_drawn(images[some]))


def _file(images: np.ndarray, labels: np.ndarray | None, classes: Sequence[str], drawn: bool) -> bytes:
    tensors = {"images": np.ascontiguousarray(images, np.uint8)}
    if labels is not None:
        tensors["labels"] = labels.astype(np.uint16)
    about = {"shape": list(images.shape), "classes": list(classes), "drawn": bool(drawn)}
    return safetensors.numpy.save(tensors, {name: json.dumps(value) for name, value in about.items()})


def has_mnist() -> bool:
    """Return whether the server has MNIST."""
    return mnist_path() is not None
