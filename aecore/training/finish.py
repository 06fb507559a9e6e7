"""Make a model of trained weights: whitened, rounded as a file holds them, described and measured. NumPy only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from aecore.core.mixture import fit_mixture
from aecore.core.model import Model
from aecore.core.model_file import round_weights
from aecore.core.statistics import measure
from aecore.core.whitening import SAMPLES, centre, some_rows, whiten
from aecore.data.dataset import Dataset, Split, to_float
from aecore.tasks.task import Arrays, Task
from aecore.training.presets import Preset

_AT_ONCE = 4096  # images that are encoded at once: inputs are floats, and take four times the memory of the data set


def finish(
    preset: Preset,
    weights: Mapping[str, np.ndarray],
    data: Dataset,
    card: Mapping[str, Any],
    seed: int = 0,
    samples: int = SAMPLES,
) -> Model:
    """Make a model of trained weights; where it has a latent, its dimensions are white, ordered and measured.

    `samples` latents say which way the dimensions are turned: fewer are faster, and less exact.
    """
    model = Model(preset.spec, weights, None, card, task=preset.task.model)
    if preset.spec.latent is None:
        model = dataclasses.replace(model, weights=round_weights(weights))
    else:
        model = _whitened(model, preset.task, data.train, seed, samples)
    return dataclasses.replace(model, card={**card, "metrics": metrics(model, preset.task, data, seed)})


def metrics(model: Model, task: Task, data: Dataset, seed: int = 0) -> dict[str, float]:
    """Measure a model on the validation and the test split, by the task's metrics."""
    out: dict[str, float] = {}
    for name, split in (("validation", data.validation), ("test", data.test)):
        batch = task.examples(split.as_float(), split.labels, np.random.default_rng(seed))
        outputs = {output: model.run(batch.inputs, output) for output in task.outputs}
        out |= {f"{name}_{metric}": round(measure(batch, outputs), 6) for metric, measure in task.metrics.items()}
    return out


def _whitened(model: Model, task: Task, split: Split, seed: int, samples: int) -> Model:
    for _ in range(2):  # rounding moves the latents a little, so what is rounded is whitened once more
        decode = _Decoder(model, task, split.take(some_rows(len(split), samples)))
        new, effect = whiten(model.spec, model.weights, _encoded(model, task, split), decode, samples)
        model = dataclasses.replace(model, weights=round_weights(new))
    # What the second rounding left of the mean goes into the biases, which stay exact.
    mean = _encoded(model, task, split).mean(axis=0, dtype=np.float64)
    model = dataclasses.replace(model, weights=centre(model.spec, model.weights, mean))
    latents = _encoded(model, task, split)
    return dataclasses.replace(model, statistics=measure(latents, effect), mixture=fit_mixture(latents, seed))


def _encoded(model: Model, task: Task, split: Split) -> np.ndarray:
    """Return the latents of a split, (N, latent_dim)."""
    parts = [split.take(slice(start, start + _AT_ONCE)) for start in range(0, len(split), _AT_ONCE)]
    return np.concatenate([model.run(_inputs(task, part), model.spec.latent or "") for part in parts])


def _inputs(task: Task, split: Split) -> Arrays:
    return task.clean_inputs(to_float(split.images), split.labels)


class _Decoder:
    """Draw latents, one per image of a split, with what else the networks are given of these images."""

    def __init__(self, model: Model, task: Task, split: Split) -> None:
        self._model, self._task, self._inputs = model, task, _inputs(task, split)

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        given = {**self._inputs, self._model.spec.latent or "": latents}
        outputs = {output: self._model.run(given, output) for output in self._task.outputs}
        return self._task.pixels(self._inputs, outputs)
