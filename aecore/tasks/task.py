"""The base class of tasks: a model's inputs and targets, loss and metrics, and how its outputs become images.

Tasks use NumPy only, so that the serving process can import them. Every operation has a file of its own here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

Arrays = Mapping[str, np.ndarray]  # by the names of a Spec's inputs, or of its networks

# Returns the loss of each example, (N, ...), from target and output, both (N, ...). The first argument is `keras.ops`
# in training and `numpy` in evaluation: only functions that both have under the same name may be used.
LossFunction = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Batch:
    """Examples: inputs by the names of the Spec's inputs, and targets by the names of the networks."""

    inputs: Arrays
    targets: Arrays


@dataclass(frozen=True)
class Term:
    """A term of the loss: `weight` times `loss` (the name of a Keras loss, or a function) of the network `output`.

    Several terms may use one output. Losses that layers add, such as a divergence of the latent, are in the preset.
    """

    output: str
    loss: str | LossFunction = "mse"
    weight: float = 1.0


Metric = Callable[[Batch, Arrays], float]  # from examples, and the networks' outputs for them


class Task(ABC):
    """An operation, with its settings. Images are a data set's: (N, H, W) or (N, H, W, channels) float32 in [0, 1].

    `name` is its name in model cards, `model` the name of its class of models in model files; `terms` are the loss,
    `metrics` the figures in a model card. A task that `composes` makes fewer examples than it gets images, by each
    batch of images, and of shapes that may differ between batches.
    """

    name: ClassVar[str]
    model: ClassVar[str]
    composes: ClassVar[bool] = False

    @property
    @abstractmethod
    def terms(self) -> tuple[Term, ...]:
        """The terms of the loss."""

    @property
    @abstractmethod
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics of a model, by name."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the networks whose outputs are in the loss."""
        return tuple(dict.fromkeys(term.output for term in self.terms))

    @abstractmethod
    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        """Return an example for every image: for training, and, with a seed, for evaluation."""

    def batch_examples(
        self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator, number: int
    ) -> Batch:
        """Return the examples of a piece of an epoch, the one with this number: of a batch, where the task composes."""
        return self.examples(images, labels, rng)

    def clean_inputs(self, images: np.ndarray, labels: np.ndarray | None) -> Arrays:
        """Return the inputs without corruption, from which the latents are measured."""
        return self.examples(images, labels, np.random.default_rng(0)).inputs

    @abstractmethod
    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        """Return the networks' outputs as images, like those of a data set."""

    def given_pixels(self, inputs: Arrays) -> np.ndarray | None:
        """Return the inputs as images, None where they equal the targets."""
        return None

    def settings(self) -> dict[str, Any]:
        """Return this task's settings, which a model card lists among the hyperparameters."""
        return {}
