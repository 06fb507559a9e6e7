"""A task's loss as a Keras loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from aecore.tasks.task import Task, Term

ERROR = "error"  # the name of the metric of each output


def compile_for(
    task: Task, model: keras.Model, optimizer: keras.optimizers.Optimizer, jit: bool = False
) -> keras.Model:
    """Compile a model for a task, and build its optimizer; returns the model.

    With `jit`, XLA compiles it for each shape of a batch, which takes seconds. Each output's part of the loss is also a
    metric, which does not include the losses that layers add.
    """
    losses = {output: _loss([term for term in task.terms if term.output == output]) for output in task.outputs}
    metrics = {output: [keras.metrics.MeanMetricWrapper(loss, name=ERROR)] for output, loss in losses.items()}
    model.compile(optimizer, losses, metrics=metrics, jit_compile=True if jit else "auto")
    optimizer.build(model.trainable_variables)
    return model


def error(logs: Mapping[str, Any]) -> float:
    """Return the task's loss, summed over outputs, from Keras' logs of an epoch."""
    return float(sum(value for name, value in logs.items() if name.endswith(ERROR)))


def _loss(terms: list[Term]) -> Callable[[Any, Any], Any]:
    """Return one loss function for the terms of an output."""
    functions = [_function(term) for term in terms]
    if len(terms) == 1 and terms[0].weight == 1:
        return functions[0]
    return lambda wanted, made: sum(t.weight * f(wanted, made) for t, f in zip(terms, functions, strict=True))


def _function(term: Term) -> Callable[[Any, Any], Any]:
    if isinstance(term.loss, str):
        return keras.losses.get(term.loss)
    loss = term.loss
    return lambda wanted, made: loss(keras.ops, wanted, made)
