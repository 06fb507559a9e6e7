"""The two trainings of a colorizer: fields of chroma for a luminance, then which latents a luminance makes likely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from aecore.core import color_fields
from aecore.core.chroma import chroma_of, depth_to_space, luminance_of, pictures_of, space_to_depth
from aecore.core.color_fields import LATENT
from aecore.core.conditional import ConditionalMixture, mean_error, negative_log_likelihood
from aecore.tasks.colorize import FIELDS, LUMINANCE, PRIOR
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term


@dataclass(frozen=True)
class DrawFields(Task):
    """Luminance in, fields of chroma out, whose best weights are to leave little of the true chroma unexplained."""

    name: ClassVar[str] = "color_fields"
    model: ClassVar[str] = "colorizer"

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(FIELDS, color_fields.marginal_loss),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {"own_mse": self._own_error}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        mirrored = rng.random((len(images), 1, 1, 1)) < 0.5
        images = np.where(mirrored, images[:, :, ::-1], images)
        return Batch({LUMINANCE: space_to_depth(luminance_of(images))}, {FIELDS: chroma_of(images)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        fields = outputs[FIELDS]
        chroma = color_fields.draw(fields, np.zeros((len(fields), color_fields.LATENT), np.float32))
        return pictures_of(depth_to_space(inputs[LUMINANCE]), chroma)

    def _own_error(self, batch: Batch, outputs: Arrays) -> float:
        """Return the squared error of the pictures that their own latents give."""
        luminance, fields, chroma = depth_to_space(batch.inputs[LUMINANCE]), outputs[FIELDS], batch.targets[FIELDS]
        drawn = color_fields.draw(fields, color_fields.solve(fields, chroma))
        return float(np.mean((pictures_of(luminance, drawn) - pictures_of(luminance, chroma)) ** 2))


@dataclass(frozen=True)
class GuessLatents(Task):
    """Luminance in, a mixture of Gaussians out, in which the latent is to be likely, and whose mean is to be near it.

    Images are luminances (N, 32, 32); the labels (N, 272) are what `labels` makes. `mean_weight` is that of the squared
    error of the mean, as pictures show it.
    """

    name: ClassVar[str] = "color_prior"
    model: ClassVar[str] = "colorizer"
    mean_weight: float = 0.0

    @staticmethod
    def labels(latents: np.ndarray, fields: np.ndarray) -> np.ndarray:
        """Return the labels (N, 272) float32 of pictures: latents (N, 16), and how latents change each picture."""
        grams = color_fields.gram(fields).reshape(len(latents), -1)
        return np.concatenate([latents, grams], axis=1).astype(np.float32)

    @property
    def terms(self) -> tuple[Term, ...]:
        likely = Term(PRIOR, lambda ops, wanted, made: negative_log_likelihood(ops, wanted[:, :LATENT], made))
        return (likely, Term(PRIOR, _error_of_mean, self.mean_weight)) if self.mean_weight else (likely,)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        def error(batch: Batch, outputs: Arrays) -> float:
            mean = ConditionalMixture.from_parameters(outputs[PRIOR]).mean()
            return float(np.mean((mean - batch.targets[PRIOR][:, :LATENT]) ** 2))

        return {"latent_mse": error}

    def settings(self) -> dict[str, float]:
        return {"mean_weight": self.mean_weight}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        if labels is None:
            raise ValueError("wanted the latents of these luminances as labels; got none")
        return Batch({LUMINANCE: space_to_depth(images)}, {PRIOR: labels})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return depth_to_space(inputs[LUMINANCE])


def _error_of_mean(ops, wanted, made):  # type: ignore[no-untyped-def]  # arrays or tensors
    grams = ops.reshape(wanted[:, LATENT:], (-1, LATENT, LATENT))
    return mean_error(ops, wanted[:, :LATENT], grams, made)
