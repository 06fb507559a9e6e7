"""What a model is for: what goes in, what is to come out, how the difference is measured, how it becomes a picture.

A Task is NumPy only, so that the process that serves pages can import it. Every operation has a file of its own here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

Arrays = Mapping[str, np.ndarray]  # by the names of a Spec's inputs, or of its networks

# Returns the loss of each example, (N, ...), from what was wanted and what a network made, both (N, ...). The first
# argument is `keras.ops` in training and `numpy` in measuring: only what both know under one name may be used.
LossFunction = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Batch:
    """Examples: what a network is given, by the names of the Spec's inputs, and what each of its outputs is to be."""

    inputs: Arrays
    targets: Arrays


@dataclass(frozen=True)
class Term:
    """A part of the loss: `weight` times what `loss`, Keras' name of one or a function, says of the network `output`.

    Several terms may look at one output. What layers add to the loss, such as a divergence of the latent, is a matter
    of the preset.
    """

    output: str
    loss: str | LossFunction = "mse"
    weight: float = 1.0


Metric = Callable[[Batch, Arrays], float]  # from examples, and what the networks made of their inputs


class Task(ABC):
    """An operation, with its settings. Images are a data set's: (N, H, W) or (N, H, W, channels) float32 in [0, 1].

    `name` is what it is called in model cards, `model` the class of models it trains, as model files name it;
    `terms` are the loss, `metrics` the figures of a model card.
    """

    name: ClassVar[str]
    model: ClassVar[str]

    @property
    @abstractmethod
    def terms(self) -> tuple[Term, ...]:
        """The loss."""

    @property
    @abstractmethod
    def metrics(self) -> Mapping[str, Metric]:
        """How good a model is, by the name of the figure."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the networks that are trained for what they put out."""
        return tuple(dict.fromkeys(term.output for term in self.terms))

    @abstractmethod
    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        """Make an example of every image: for training, and, with a seed, for measuring."""

    def clean_inputs(self, images: np.ndarray, labels: np.ndarray | None) -> Arrays:
        """Return what is encoded to measure the latents: the inputs, without what is done to them on purpose."""
        return self.examples(images, labels, np.random.default_rng(0)).inputs

    @abstractmethod
    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        """Return what the networks drew as images, like those of a data set."""

    def given_pixels(self, inputs: Arrays) -> np.ndarray | None:
        """Return what the networks were given as images; None where that is what they are to draw."""
        return None

    def settings(self) -> dict[str, Any]:
        """Return what model cards say of this task, among the hyperparameters."""
        return {}
