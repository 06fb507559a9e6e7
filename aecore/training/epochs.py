"""The examples of each epoch: a task's examples of a data set's images and of warped copies of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from aecore.data.augment import WarpPool, ink_pool, nudged, shifted
from aecore.data.dataset import Split, to_bytes, to_float
from aecore.data.visitor_drawings import visitor_drawings
from aecore.tasks.task import Arrays, Batch
from aecore.training.presets import Preset

AT_ONCE = 1 << 26  # numbers in the images of one piece: 256 MB as float32; MNIST's training digits have 43 million
POOL = 1 << 30  # bytes of all warped copies: 20 copies of MNIST's training digits, and fewer of people's large pictures
_REACH = 2  # pixels by which photos are shifted


class Epochs:
    """The training examples of a preset. The seed is the epoch's number, so a resumed run sees the same examples.

    The examples of an epoch are made in pieces that fit into memory. The first epoch has no warped copies: nobody waits
    for them then.
    """

    def __init__(self, preset: Preset, split: Split, seed: int) -> None:
        self._preset, self._seed = preset, seed
        self._images, self._labels = split.images, split.labels
        if preset.drawings:
            self._images = np.concatenate([split.as_float(), ink_pool(split.images, preset.drawings, seed)])
            self._labels = None
        if preset.visitors:
            drawn, _ = visitor_drawings(preset.visitors, seed)
            self._images, self._labels = np.concatenate([to_bytes(self._images), drawn.images]), None

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        every = -(-len(self._images) // self._preset.batch)
        return min(self._preset.steps or every, every)

    @cached_property
    def pool(self) -> WarpPool | None:
        """Warped copies of the images, which are made in the background: that can take minutes."""
        copies = min(self._preset.warped_copies, POOL // self._images.size)
        return WarpPool(self._images, copies, self._seed) if copies else None

    def go_on(self) -> None:
        """Make in the background what later epochs need: before the first batch that would hold up TensorFlow."""
        if self._preset.all_epochs > 1 and self.pool:
            self.pool.go_on()

    def stop(self) -> None:
        """End what is made in the background."""
        if pool := self.__dict__.get("pool"):  # else it was never used
            pool.stop()

    def batches(self, epoch: int) -> Iterator[tuple[Arrays, Arrays]]:
        """Yield the inputs and targets of each batch."""
        size = self._preset.batch
        for piece in self._pieces(epoch):
            for start in range(0, len(next(iter(piece.inputs.values()))), size):
                inputs, targets = (
                    {name: array[start : start + size] for name, array in arrays.items()}
                    for arrays in (piece.inputs, piece.targets)
                )
                yield inputs, targets

    def _pieces(self, epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng([self._seed, epoch])
        batch = self._preset.batch
        order = rng.permutation(len(self._images))[: self.steps * batch]
        size = batch
        if not self._preset.task.composes:
            size *= max(1, AT_ONCE // (batch * math.prod(self._images.shape[1:])))
        for number, start in enumerate(range(0, len(order), size)):
            yield self._examples(order[start : start + size], epoch, rng, number)

    def _examples(self, which: np.ndarray, epoch: int, rng: np.random.Generator, number: int) -> Batch:
        preset, done = self._preset, epoch / self._preset.epochs
        images = to_float(self._images[which])
        share = 0.5 if done >= 0.7 else 1.0
        if preset.shifted_fraction:
            photos = images.ndim == 4
            fraction = preset.shifted_fraction * (1.0 if photos else share)
            moved = np.flatnonzero(rng.random(len(images)) < fraction)
            images[moved] = shifted(images[moved], _REACH, rng) if photos else nudged(images[moved], rng)
        if epoch and self.pool is not None:
            pool = self.pool.first(min(epoch, len(self.pool)))  # one copy more in each epoch, while others are made
            warped = np.flatnonzero(rng.random(len(images)) < share * preset.warped_fraction)
            copies = rng.integers(len(pool), size=len(warped))
            images[warped] = to_float(pool[copies, which[warped]])
        batch = preset.task.batch_examples(images, None if self._labels is None else self._labels[which], rng, number)
        if not preset.input_noise or done >= 0.75:
            return batch
        noisy = {
            name: array + preset.input_noise * rng.standard_normal(array.shape, np.float32)
            for name, array in batch.inputs.items()
        }
        return Batch(noisy, batch.targets)
