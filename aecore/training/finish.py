"""Makes a model from trained weights: whitened, rounded as in a file, with card and metrics. NumPy only."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aecore.core.examples import Examples
from aecore.core.mixture import fit_mixture
from aecore.core.model import Model
from aecore.core.model_file import round_weights
from aecore.core.statistics import measure
from aecore.core.whitening import SAMPLES, centre, some_rows, whiten
from aecore.data.dataset import Dataset, Split, to_float
from aecore.data.own.examples import look_drawn
from aecore.tasks.task import Arrays, Task
from aecore.training.presets import Preset

AT_ONCE = 4096  # images encoded at once: as floats they need four times the memory of the data set
SLOPES = 1 << 26  # numbers in all slopes that whitening measures together, 512 MB; 25 million for 64 numbers and MNIST


def finish(
    preset: Preset,
    weights: Mapping[str, np.ndarray],
    data: Dataset,
    card: Mapping[str, Any],
    seed: int = 0,
    samples: int = SAMPLES,
    shown: tuple[Split, Sequence[str]] | None = None,
    before: Model | None = None,
) -> Model:
    """Return the model of trained weights, with metrics; a latent is whitened, and its dimensions are ordered.

    Where networks are frozen, which are then those of the model `before`, the latent stays as it is, and so does the
    image of each latent. The rotation of the latent is measured at `samples` latents: fewer are faster, and less exact.
    `shown` are pictures and their classes' names, whose latents go into the model's file (`aecore.data.own.examples`).
    """
    model = Model(preset.spec, weights, None, card, task=preset.task.model)
    if preset.spec.latent is None:
        model = dataclasses.replace(model, weights=round_weights(weights))
    elif preset.frozen and before is not None:
        model = _with_frozen(model, before, preset, data.train, seed)
    else:
        model = _whitened(model, preset.task, data.train, seed, samples)
        if shown is not None:
            model = dataclasses.replace(model, examples=_examples(model, preset.task, *shown))
    return dataclasses.replace(model, card={**card, "metrics": metrics(model, preset.task, data, seed)})


def metrics(model: Model, task: Task, data: Dataset, seed: int = 0) -> dict[str, float]:
    """Return the task's metrics of a model on the validation and the test split."""
    out: dict[str, float] = {}
    for name, split in (("validation", data.validation), ("test", data.test)):
        batch = task.examples(split.as_float(), split.labels, np.random.default_rng(seed))
        outputs = {output: model.run(batch.inputs, output) for output in task.outputs}
        out |= {f"{name}_{metric}": round(measure(batch, outputs), 6) for metric, measure in task.metrics.items()}
    return out


def _whitened(model: Model, task: Task, split: Split, seed: int, samples: int) -> Model:
    samples = min(samples, max(1, SLOPES // (model.latent_dim * math.prod(split.images.shape[1:]))))
    for _ in range(2):  # rounding moves the latents slightly, so the rounded model is whitened again
        decode = _Decoder(model, task, split.take(some_rows(len(split), samples)))
        new, effect = whiten(model.spec, model.weights, _encoded(model, task, split), decode, samples)
        model = dataclasses.replace(model, weights=round_weights(new))
    # The mean that remains after the second rounding is folded into the biases, which are not rounded.
    mean = _encoded(model, task, split).mean(axis=0, dtype=np.float64)
    model = dataclasses.replace(model, weights=centre(model.spec, model.weights, mean))
    latents = _encoded(model, task, split)
    return dataclasses.replace(model, statistics=measure(latents, effect), mixture=fit_mixture(latents, seed))


def _with_frozen(model: Model, before: Model, preset: Preset, split: Split, seed: int) -> Model:
    """Return a model some of whose networks are exactly those of another one, with statistics of its own latents."""
    frozen = {name: value for name, value in before.weights.items() if name.split(".")[0] in preset.frozen}
    model = dataclasses.replace(model, weights={**round_weights(model.weights), **frozen})
    latents = _encoded(model, preset.task, split)
    effect = np.array(before.statistics.effect if before.statistics else ())
    return dataclasses.replace(model, statistics=measure(latents, effect), mixture=fit_mixture(latents, seed))


def _examples(model: Model, task: Task, split: Split, classes: Sequence[str]) -> Examples:
    return Examples(
        _encoded(model, task, split), split.known_labels(), tuple(classes), look_drawn(split.images)
    ).rounded


def _encoded(model: Model, task: Task, split: Split) -> np.ndarray:
    """Return the latents of a split, (N, latent_dim)."""
    parts = [split.take(slice(start, start + AT_ONCE)) for start in range(0, len(split), AT_ONCE)]
    return np.concatenate([model.run(_inputs(task, part), model.spec.latent or "") for part in parts])


def _inputs(task: Task, split: Split) -> Arrays:
    return task.clean_inputs(to_float(split.images), split.labels)


class _Decoder:
    """Decodes latents, one per image of a split, with the networks' other inputs from these images."""

    def __init__(self, model: Model, task: Task, split: Split) -> None:
        self._model, self._task, self._inputs = model, task, _inputs(task, split)

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        given = {**self._inputs, self._model.spec.latent or "": latents}
        outputs = {output: self._model.run(given, output) for output in self._task.outputs}
        return self._task.pixels(self._inputs, outputs)
