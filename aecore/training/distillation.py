"""Distils a pretrained autoencoder into its student, a small one with the same latent.

`python -m aecore.distill default [--data mnist.npz]` writes it to assets/students, in a quarter of an hour. Browsers
show its images until the teacher's weights have arrived. After Hinton, Vinyals and Dean, "Distilling the Knowledge in a
Neural Network", 2015: a student learns its teacher's outputs. Its encoder learns the teacher's latents of images, its
decoder the teacher's images of latents, each of them alone: so each can take its teacher's place at any time.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from aecore.core import manifest, pretrained
from aecore.core.arguments import check_writable, positive
from aecore.core.arguments import seed as seed_number
from aecore.core.keras_model import get_weights, networks_of, sequential, set_weights
from aecore.core.model_file import WriteError, read_checked, round_weights, save_model
from aecore.core.progress import Say, seldom
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.tasks import Autoencoder, parse_model
from aecore.training.interrupts import listen
from aecore.training.lessons import ENCODER, Lesson, held_out_lessons, lessons
from aecore.training.presets import STUDENTS, Distillation
from aecore.training.stop import StopBetweenBatches

_HELD_OUT_BATCH = 500

Curve = list[tuple[float, float]]  # (training, validation) error of each epoch


def distill(
    teacher: Autoencoder, data: Dataset, recipe: Distillation, card: Mapping[str, Any], seed: int, say: Say
) -> Autoencoder:
    """Return the student of a teacher, its weights rounded as in a file.

    It has the teacher's statistics, so that sliders have the same ranges, and no mixture. Raises ValueError where
    images or latents of the recipe's Spec are not the teacher's.
    """
    spec, start = recipe.spec, time.monotonic()
    for name in ("image", ENCODER):
        wanted, got = teacher.spec.shapes[name], spec.shapes[name]
        if wanted != got:
            raise ValueError(f"A student has the shapes of its teacher; of the {name} it has {got}, not {wanted}.")
    networks = networks_of(teacher.spec)
    set_weights(teacher.weights, *networks.values())

    def run(name: str, given: np.ndarray) -> np.ndarray:  # Keras decodes four times as fast as NumPy
        return np.asarray(networks[name](given, training=False))

    taught, held_out = lessons(teacher, run, data.train, recipe, seed, say), held_out_lessons(run, data.validation, say)
    keras.utils.set_random_seed(seed)
    weights: dict[str, np.ndarray] = {}
    curves: dict[str, Curve] = {}
    for name in spec.networks:
        weight = _effect_weights(teacher, recipe) if name == ENCODER else np.ones(1)
        learned, curves[name] = learn(name, taught[name], held_out[name], weight, recipe, seed, say)
        weights |= learned
    student = Autoencoder(spec, round_weights(weights), teacher.statistics, {})
    made = {
        "data": data.summary,
        "seed": seed,
        "epochs": recipe.epochs,
        "seconds": round(time.monotonic() - start),
        "hyperparameters": recipe.hyperparameters,
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
        "curves": curves,
        "metrics": metrics(student, teacher, data),
    }
    return dataclasses.replace(student, card={**card, **made})


def _effect_weights(teacher: Autoencoder, recipe: Distillation) -> np.ndarray:
    """Return the weight of each of the latent's numbers in the encoder's loss, (D,); their mean is 1."""
    effect = np.array(teacher.statistics.effect)
    return 1 + recipe.effect_weight * (effect / effect.mean() - 1)


def learn(
    name: str, lesson: Lesson, held_out: Lesson, weight: np.ndarray, recipe: Distillation, seed: int, say: Say
) -> tuple[dict[str, np.ndarray], Curve]:
    """Train one network of a student; returns its weights by the Spec's names.

    The error is squared; `weight` is that of each element of the outputs' last axis.
    """
    layers, shapes = recipe.spec.networks[name].layers, recipe.spec.layer_shapes[name]
    network, factor = sequential(name, layers, shapes[0]), keras.ops.convert_to_tensor(weight.astype(np.float32))
    steps = -(-len(lesson.given) // recipe.batch)
    warmup = min(recipe.warmup_steps, steps * recipe.epochs // 4)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 100,
        steps * recipe.epochs - warmup,
        alpha=0.01,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
    )
    network.compile(
        keras.optimizers.Adam(rate, beta_2=0.99),
        lambda wanted, made: keras.ops.mean(factor * keras.ops.square(wanted - made), axis=-1),
    )
    given, wanted = held_out.as_floats()
    curve: Curve = []
    start = time.monotonic()
    for epoch in range(1, recipe.epochs + 1):
        batches = lesson.batches(recipe.batch, np.random.default_rng([seed, epoch]))
        with StopBetweenBatches(lambda batch, loss: None) as stop:
            fit = network.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[stop])
            checked = network.evaluate(given, wanted, batch_size=_HELD_OUT_BATCH, verbose=0, callbacks=[stop])
        curve.append((round(float(fit.history["loss"][0]), 6), round(float(checked), 6)))
        left = (time.monotonic() - start) / epoch * (recipe.epochs - epoch) / 60
        training, validation = curve[-1]
        errors = f"training error {training:.5f}  validation error {validation:.5f}"
        say(f"{name}: epoch {epoch}/{recipe.epochs}  {errors}  {left:.1f} min left")
    return get_weights(network), curve


def metrics(student: Autoencoder, teacher: Autoencoder, data: Dataset) -> dict[str, float]:
    """Return how well a student replaces its teacher, on the validation and the test split.

    `mse`: the squared error per pixel of its reconstructions. `picture_mse`: that between both decoders' images of the
    teacher's latents. `latent_difference`: the mean absolute difference of both encoders' latents.
    """
    out: dict[str, float] = {}
    for name, split in (("validation", data.validation), ("test", data.test)):
        images = split.as_float()
        wanted, latents = teacher.encode(images), student.encode(images)
        figures = {
            "mse": np.mean((student.decode(latents) - images) ** 2),
            "picture_mse": np.mean((student.decode(wanted) - teacher.decode(wanted)) ** 2),
            "latent_difference": np.mean(np.abs(latents - wanted)),
        }
        out |= {f"{name}_{key}": round(float(value), 6) for key, value in figures.items()}
    return out


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.distill", description="Distil a model into its student.")
    parser.add_argument("teacher", choices=sorted(STUDENTS))
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST, else Keras downloads it")
    parser.add_argument("--epochs", type=positive, help="for a trial run; default: the recipe's")
    parser.add_argument("--seed", type=seed_number, default=0)
    parser.add_argument("--model", type=Path, metavar="FILE", help="the teacher's file; default: the pretrained one")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it; default: in assets/students")
    options = parser.parse_args(arguments)

    name, recipe = options.teacher, STUDENTS[options.teacher]
    if options.epochs:
        recipe = dataclasses.replace(recipe, epochs=options.epochs)
    command = ["python", "-m", "aecore.distill", name, "--epochs", str(recipe.epochs), "--seed", str(options.seed)]
    out = options.out or pretrained.students() / f"{name}.safetensors"
    listen()
    try:
        check_writable(out)
        path = options.model or pretrained.path(name)
        file = read_checked(path, None if options.model else pretrained.sha256(name))
        teacher, data = parse_model(file, path.name), load_mnist(options.data)
        teacher_sha256 = hashlib.sha256(file).hexdigest()
        card = {"command": shlex.join(command), "teacher": name, "teacher_sha256": teacher_sha256}
        student = distill(teacher, data, recipe, card, options.seed, seldom())
        save_model(student, out)
        if options.out is None:
            manifest.write(out.parent)
    except (ValueError, WriteError) as error:  # ModelFileError is the former
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: nothing saved; the same command begins again", file=sys.stderr)
        return 130
    figures = ", ".join(f"{key.replace('_', ' ')} {value:.6f}" for key, value in student.card["metrics"].items())
    print(f"{out}: {figures}")
    return 0
