"""The data sets that models are trained and evaluated on: splits of images with labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aecore.core.layers import Shape


@dataclass(frozen=True)
class Split:
    """Images (N, H, W), or (N, H, W, channels) in colour, and their labels (N, ...), or None where they have none.

    Integers are fractions of the largest value of their type: uint8 takes a quarter of the memory of float32. Floats
    are used unchanged. A label is the index of a class, unless the Task gives it another meaning.
    """

    images: np.ndarray
    labels: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.labels is not None and len(self.labels) != len(self.images):
            raise ValueError(f"wanted a label per image; got {len(self.labels)} labels, {len(self.images)} images")

    def __len__(self) -> int:
        return len(self.images)

    def as_float(self, which: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Return these images as float32; integers are scaled to [0, 1]."""
        return to_float(self.images[which])

    def as_bytes(self) -> np.ndarray:
        """Return the images as uint8, white is 255."""
        return self.images if self.images.dtype == np.uint8 else to_bytes(self.as_float())

    def take(self, which: slice | np.ndarray) -> Split:
        """Return the split of these images only."""
        return Split(self.images[which], None if self.labels is None else self.labels[which])

    def hold_out(self, count: int) -> tuple[Split, Split]:
        """Return the split without so many images, chosen with seed 0, and the split of these; both in their order."""
        order = np.random.default_rng(0).permutation(len(self))
        return self.take(np.sort(order[count:])), self.take(np.sort(order[:count]))

    def known_labels(self) -> np.ndarray:
        """Return the labels; raises ValueError where there are none."""
        if self.labels is None:
            raise ValueError("These images have no labels.")
        return self.labels

    def class_labels(self, classes: int) -> np.ndarray:
        """Return the labels (N,), each the index of one of so many classes; raises ValueError for any others."""
        return check_labels(self.known_labels(), len(self), classes)


@dataclass(frozen=True)
class Dataset:
    """Three splits of images of one shape, and names for them.

    `name` is for commands and jobs; `title` and `noun` are for sentences ("MNIST", "digits"); `classes` are the names
    of the labels 0, 1, ...; `remark` says how the splits were made.
    """

    name: str
    title: str
    train: Split
    validation: Split
    test: Split
    noun: str = "images"
    classes: Sequence[str] = ()
    remark: str = ""

    def __post_init__(self) -> None:
        shapes = {split.images.shape[1:] for split in (self.train, self.validation, self.test)}
        if len(shapes) != 1:
            raise ValueError(f"wanted images of one shape; got {', '.join(map(str, sorted(shapes)))}")

    @property
    def shape(self) -> Shape:
        """Height, width and channels of an image as a network's input: grey images have one channel."""
        return with_channels(self.train.images[:0]).shape[1:]

    @property
    def shows_digits(self) -> bool:
        """Whether its images are digits, photographed or drawn, as those of the pretrained models are."""
        return self.noun.endswith("digits")

    @property
    def summary(self) -> str:
        """The description of the data in a model card."""
        counts = f"{self.title}: {len(self.train):,} training {self.noun}, {len(self.validation):,} for validation"
        return f"{counts}, {self.remark}" if self.remark else counts

    def first(self, count: int) -> Dataset:
        """Return the data set of the first images of each split."""
        train, validation, test = (split.take(slice(count)) for split in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)


def data_file(name: str) -> Path | None:
    """Return the path of a file in the folder $AECORE_DATA; None where there is no such file."""
    folder = os.environ.get("AECORE_DATA")
    path = Path(folder) / name if folder else None
    return path if path and path.is_file() else None


def check_labels(labels: np.ndarray, images: int, classes: int, name: str = "labels") -> np.ndarray:
    """Return labels unchanged; raises ValueError unless they are the index of a class for each of so many images."""
    wanted = f"wanted {name} ({images},), a whole number from 0 to {classes - 1} per image"
    if labels.shape != (images,):
        hint = {
            (images, classes): "; labels.argmax(axis=1) makes such numbers of one-hot rows",
            (images, 1): "; labels[:, 0] makes such numbers of a single column",
        }
        raise ValueError(f"{wanted}, got {labels.shape}{hint.get(labels.shape, '')}")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{wanted}, got {labels.dtype}")
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"{wanted}, got numbers from {labels.min()} to {labels.max()}")
    return labels


def to_float(images: np.ndarray) -> np.ndarray:
    """Return images as float32: integers divided by the largest value of their type, floats unchanged."""
    if images.dtype.kind in "iu":
        return images.astype(np.float32) / np.float32(np.iinfo(images.dtype).max)
    return images.astype(np.float32, copy=False)


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Return float images in [0, 1] as uint8; values outside are clipped."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def with_channels(images: np.ndarray) -> np.ndarray:
    """Return images as networks' inputs, (N, H, W, channels): grey ones, (N, H, W), get one channel."""
    return images[..., None] if images.ndim == 3 else images


def without_channel(images: np.ndarray) -> np.ndarray:
    """Return a network's output (N, H, W, channels) as images: with one channel as (N, H, W)."""
    return images[..., 0] if images.ndim == 4 and images.shape[-1] == 1 else images
