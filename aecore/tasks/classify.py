"""A head, a small network that reads a latent and tells which digit it is of; it may be trained with an autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aecore.core.checks import check_latents
from aecore.core.model import Model
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term

LATENT, HEAD = "latent", "head"  # what a head reads where it stands alone, and its network
CLASSES = 10


@dataclass(frozen=True)
class Head(Model):
    """A network from a latent to the probabilities of ten digits; raises ValueError where the Spec is of another kind.

    `card["of"]` is the name of the model whose latents it reads, `card["model_sha256"]` the SHA-256 of that file.
    """

    def __post_init__(self) -> None:
        shapes = self.spec.shapes
        if list(self.spec.inputs) != [LATENT] or len(shapes[LATENT]) != 1 or shapes.get(HEAD) != (CLASSES,):
            raise ValueError("its networks do not read a latent and tell ten digits apart")

    def classify(self, latents: np.ndarray) -> np.ndarray:
        """Return the probabilities of the ten digits (N, 10) float32 for latents (N, latent_dim); raises ValueError."""
        (size,) = self.spec.shapes[LATENT]
        return self.run({LATENT: check_latents(latents, size or 0)}, HEAD)


@dataclass(frozen=True)
class Classify(Task):
    """A latent in, its digit out: the "images" of the data set are latents (N, latent_dim)."""

    name: ClassVar[str] = "classify"
    model: ClassVar[str] = "head"

    @property
    def terms(self) -> tuple[Term, ...]:
        return (_term(),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"accuracy": accuracy}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return Batch({LATENT: images}, {HEAD: classes_of(labels)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return outputs[HEAD]


@dataclass(frozen=True)
class WithHead(Task):
    """A task, while a head that reads the same latent is trained with it; `weight` is the head's in the loss.

    `smoothing` is the probability that is wanted for all ten digits together, in equal parts; the rest is the label's.
    A label is the index of a class, or numbers of which the first one is.
    """

    name: ClassVar[str] = "with a head"
    model: ClassVar[str] = ""

    task: Task
    weight: float
    smoothing: float = 0.0

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*self.task.terms, _term(self.weight, self.smoothing))

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {**self.task.metrics, "accuracy": accuracy}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        return _labelled(self.task.examples(images, labels, rng), labels)

    def batch_examples(
        self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator, number: int
    ) -> Batch:
        return _labelled(self.task.batch_examples(images, labels, rng, number), labels)

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return self.task.pixels(inputs, outputs)

    def settings(self) -> dict[str, Any]:
        return self.task.settings()


def accuracy(batch: Batch, outputs: Arrays) -> float:
    """Return the fraction of examples whose most likely class is theirs."""
    return float(np.mean(outputs[HEAD].argmax(axis=1) == batch.targets[HEAD]))


def classes_of(labels: np.ndarray | None) -> np.ndarray:
    """Return the class of each label, (N,); raises ValueError where there are no labels."""
    if labels is None:
        raise ValueError("A head learns from labelled images only.")
    return labels if labels.ndim == 1 else labels[:, 0]


def _term(weight: float = 1.0, smoothing: float = 0.0) -> Term:
    def smoothed(ops: Any, wanted: Any, made: Any) -> Any:
        probabilities = ops.clip(made, 1e-7, 1.0)
        of_label = ops.take_along_axis(probabilities, ops.reshape(ops.cast(wanted, "int32"), (-1, 1)), axis=-1)[:, 0]
        return -(1 - smoothing) * ops.log(of_label) - smoothing * ops.mean(ops.log(probabilities), axis=-1)

    return Term(HEAD, smoothed if smoothing else "sparse_categorical_crossentropy", weight)


def _labelled(batch: Batch, labels: np.ndarray | None) -> Batch:
    return Batch(batch.inputs, {**batch.targets, HEAD: classes_of(labels)})
