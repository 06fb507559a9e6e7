"""Trains a preset on a data set, epoch by epoch.

Every complete epoch is written to a checkpoint, from which a training can be resumed after an interrupt.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from aecore.core.keras_model import connect, get_weights, networks_of, set_weights
from aecore.core.spec import Shape
from aecore.data.dataset import Dataset
from aecore.tasks import load
from aecore.training.checkpoint import Progress, restore, save, saved_progress
from aecore.training.epochs import Epochs
from aecore.training.fine_tuning import FineTuning, set_average
from aecore.training.latent_layers import on_latent
from aecore.training.losses import compile_for, error
from aecore.training.muon import ConvolutionMuon
from aecore.training.presets import Preset
from aecore.training.stop import StopBetweenBatches
from aecore.training.warm_cosine import WarmCosine

_VALIDATION_BATCH = 500


@dataclasses.dataclass(frozen=True)
class Trained:
    """The networks of a Spec, by name, and the progress of their training."""

    networks: Mapping[str, keras.Model]
    progress: Progress

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Weights by the Spec's names."""
        return get_weights(*self.networks.values())


def train(
    preset: Preset,
    data: Dataset,
    checkpoint: Path,
    seed: int = 0,
    resume: bool = False,
    on_epoch: Callable[[Progress], None] = lambda progress: None,
    on_built: Callable[[Trained], None] = lambda trained: None,
    on_batch: Callable[[int, int, float], None] = lambda batches, batch, loss: None,
    initial: Mapping[str, np.ndarray] | None = None,
) -> Trained:
    """Train the networks of a preset, with a checkpoint after every epoch.

    The weights of `initial`, by the Spec's names, are the starting point; all others are random. A head beside the
    networks is trained, too, and not returned.
    `on_built` is called before the first batch, with the networks and the progress so far. `on_batch` is called between
    two batches, with the epoch's number of batches, how many are done, and their mean loss; it may wait, and raise
    KeyboardInterrupt.

    Raises ValueError when the data does not have the networks' shapes, or there is no checkpoint to resume from.
    An interrupt (Ctrl-C, SIGTERM) ends training early with the weights of the last complete epoch; it is raised only
    when no epoch is complete.
    """
    kept = list(preset.spec.networks)
    preset = preset.with_head
    given, wanted = _validation(preset, data, seed)
    keras.utils.set_random_seed(seed)
    networks = networks_of(preset.spec)
    after: dict[str, list[keras.layers.Layer]] = {
        name: [keras.layers.Dropout(rate, seed=seed)] for name, rate in preset.dropout.items()
    }
    if preset.spec.latent is not None:
        after[preset.spec.latent] = on_latent(preset.latent_noise, preset.divergence)
    for name in preset.frozen:
        networks[name].trainable = False
    model = connect(preset.spec, networks, preset.task.outputs, after)
    start = {**(load(preset.start_from).weights if preset.start_from else {}), **(initial or {})}
    set_weights({**get_weights(*networks.values()), **start}, *networks.values())
    before = get_weights(*networks.values())
    epochs = Epochs(preset, data.train, seed)
    progress = saved_progress(checkpoint) if resume else Progress()
    polish = preset.polish
    second = FineTuning(preset, polish, networks, after, checkpoint) if polish else None

    def next_stage() -> keras.Model:
        if polish is None or second is None or progress.epoch < preset.epochs:
            optimizer = _optimizer(preset, preset.learning_rate, epochs.steps * preset.epochs)
            return compile_for(preset.task, model, optimizer, preset.jit)
        if progress.epoch == preset.epochs:
            second.begin()
        optimizer = _optimizer(preset, polish.learning_rate, epochs.steps * polish.epochs)
        return compile_for(preset.task, second.model(data), optimizer)

    if resume:
        restore(model.weights, "model", checkpoint)
    stage = next_stage()
    if resume and progress.epoch != preset.epochs:
        restore(stage.optimizer.variables, "optimizer", checkpoint)
    made = {name: networks[name] for name in kept}
    on_built(Trained(made, progress))

    def batch_done(batch: int, loss: float) -> None:
        epochs.go_on()
        on_batch(epochs.steps, batch, loss)

    try:
        while progress.epoch < preset.all_epochs:
            if progress.epoch == preset.epochs and stage is model:  # else it was resumed just here
                stage = next_stage()
            begun = time.monotonic()
            batches = epochs.batches(progress.epoch)
            with StopBetweenBatches(batch_done) as stop:
                verbose = 1 if sys.stdout.isatty() else 0
                fit = stage.fit(batches, steps_per_epoch=epochs.steps, shuffle=False, verbose=verbose, callbacks=[stop])
                held_out = stage.evaluate(
                    given, wanted, batch_size=_VALIDATION_BATCH, verbose=0, callbacks=[stop], return_dict=True
                )
            progress.epoch += 1
            progress.seconds += time.monotonic() - begun
            training = {name: values[0] for name, values in fit.history.items()}
            progress.curve.append((error(training), error(held_out)))
            save(stage, progress, checkpoint)
            on_epoch(progress)
        if second:
            second.average()
        if preset.end_weight < 1:
            set_average(networks, before, preset.end_weight)
    except KeyboardInterrupt:
        if not progress.curve or not checkpoint.exists():
            raise
        progress = saved_progress(checkpoint)
        restore(model.weights, "model", checkpoint)
        print(f"interrupted: keeping epoch {progress.epoch}", flush=True)
    finally:
        epochs.stop()
    return Trained(made, progress)


def _validation(preset: Preset, data: Dataset, seed: int) -> tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]:
    """Return inputs and targets of the validation split; raises ValueError when they do not fit the Spec."""
    batch = preset.task.examples(data.validation.as_float(), data.validation.labels, np.random.default_rng(seed))
    if set(batch.inputs) != set(preset.spec.inputs):
        raise ValueError(
            f"These networks take {', '.join(preset.spec.inputs)}; the task gives {', '.join(batch.inputs)}."
        )
    for name, array in batch.inputs.items():
        wanted, got = preset.spec.inputs[name], array.shape[1:]
        if len(wanted) != len(got) or any(n not in (None, m) for n, m in zip(wanted, got, strict=True)):
            raise ValueError(f"The input {name} is {_size(wanted)} in these networks, and {_size(got)} in {data.name}.")
    return batch.inputs, batch.targets


def _size(shape: Shape) -> str:
    return " x ".join("any" if n is None else str(n) for n in shape)


def _optimizer(preset: Preset, learning_rate: float, steps: int) -> keras.optimizers.Optimizer:
    if not preset.warmup_steps:
        return keras.optimizers.Adam(learning_rate)
    warmup = min(preset.warmup_steps, steps // 4)
    schedule = WarmCosine(learning_rate, steps, warmup)
    decay = preset.weight_decay
    if preset.muon:
        return ConvolutionMuon(schedule, adam_beta_2=0.99, weight_decay=decay, adam_weight_decay=decay)
    return keras.optimizers.AdamW(schedule, beta_2=0.99, weight_decay=decay)
