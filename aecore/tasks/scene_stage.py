"""The training of a scene model: digits go in, scenes are composed of them, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from aecore.data.dataset import to_bytes, to_float, with_channels, without_channel
from aecore.data.scene_examples import FIRST, USUAL, random_size, training_scenes
from aecore.tasks.scene import CLASSES, SCENE, SPOTS
from aecore.tasks.scene_targets import class_loss, class_targets, spot_loss, spot_targets
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term


@dataclass(frozen=True)
class ReadScenes(Task):
    """Images are digits (N, 28, 28) with their labels; the examples are scenes composed of them, fewer than N.

    Logits of classes out, for each pixel; and maps of centres and boxes.
    """

    name: ClassVar[str] = "scene"
    model: ClassVar[str] = "scene"
    composes: ClassVar[bool] = True
    spots: float = 0.25  # weight of the maps of centres

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(CLASSES, class_loss), Term(SPOTS, spot_loss, self.spots))

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"pixels_wrong": _pixels_wrong}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return self._of_size(images, labels, rng, USUAL)

    def batch_examples(
        self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator, number: int
    ) -> Batch:
        # Keras takes as open what differs between the first two batches.
        return self._of_size(images, labels, rng, FIRST[number] if number < len(FIRST) else random_size(rng))

    def _of_size(
        self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator, size: tuple[int, int]
    ) -> Batch:
        if labels is None:
            raise ValueError("wanted the classes of these digits as labels; got none")
        scenes = training_scenes(to_bytes(images), labels, size, rng)
        pictures = to_float(np.stack([scene.image for scene in scenes]))
        targets = {CLASSES: class_targets(scenes), SPOTS: spot_targets(scenes)}
        return Batch({SCENE: with_channels(pictures)}, targets)

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return without_channel(inputs[SCENE])


def _pixels_wrong(batch: Batch, outputs: Arrays) -> float:
    """Return the fraction of ink that is given to a wrong class."""
    wanted = batch.targets[CLASSES][..., 0]
    return float(np.mean((outputs[CLASSES].argmax(axis=-1) + 1 != wanted)[wanted > 0]))
