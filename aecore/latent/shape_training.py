"""Trains shape networks (`shape.py`) on decoded digits that are measured, for `python -m aecore.directions`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from aecore.core.progress import Say, in_steps
from aecore.data.dataset import Dataset
from aecore.latent import attributes
from aecore.latent.directions import Directions
from aecore.latent.shape import CORRECTIONS, STEPS, ShapeNetwork
from aecore.tasks import Autoencoder

SEED = 0
WIDTH = 96
EPOCHS = (20, 30, 40)  # of each round
_SPREADS = (0.25, 0.5)  # of the latents beside those of digits
_REACH = 1.3  # deviations of an attribute, moved away from a digit
_FARTHEST = 12.0  # from the middle of latents; what lies farther out is no digit any more

Fit = Callable[[np.ndarray, np.ndarray, Sequence[int], int, int | None], tuple[tuple[np.ndarray, ...], float]]


def train(
    model: Autoencoder, directions: Directions, data: Dataset, fit: Fit, say: Say = lambda line: None
) -> ShapeNetwork:
    """Return the shape network of a model, its weights rounded as in a file.

    It is trained in three rounds, on latents of training digits, latents near them, and moves along the directions;
    from the second round on also on where the network of the round before leads, for there its slopes are asked.
    `fit` is `aecore.training.regression.fit`.
    """
    start, rng = time.monotonic(), np.random.default_rng(SEED)
    images = data.train.as_float(np.arange(len(data.train)))
    latents = in_steps(model.encode, images, f"{directions.model}, encoding", say)
    spreads = [latents + spread * rng.standard_normal(latents.shape) for spread in _SPREADS]
    ways = np.array([one.direction for one in directions.attributes])
    deviations = np.array([one.deviation for one in directions.attributes])
    far = latents + rng.uniform(-_REACH, _REACH, (len(latents), len(ways))) * deviations @ ways
    inputs, targets = _measured(model, [latents, *spreads, far], directions.model, say)
    middle, deviation = np.nanmean(targets, axis=0), np.nanstd(targets[: len(latents)], axis=0)
    networks: list[ShapeNetwork] = []
    for number, epochs in enumerate(EPOCHS, start=1):
        if networks:
            more = _measured(model, _led(networks[-1], latents, rng), f"{directions.model}, round {number}", say)
            inputs, targets = (np.concatenate(pair) for pair in zip((inputs, targets), more, strict=True))
        weights, error = fit(inputs, (targets - middle) / deviation, (WIDTH, WIDTH), epochs, None if networks else SEED)
        say(f"{directions.model}, round {number} of {len(EPOCHS)}: error {error:.3f}")
        networks.append(ShapeNetwork(weights, middle, deviation, directions.model, directions.model_sha256, {}))
    card = {
        "command": f"python -m aecore.directions --model {directions.model}",
        "data": f"{data.title}: {len(latents):,} training {data.noun}, decoded; {len(inputs):,} latents in all",
        "seed": SEED,
        "seconds": round(time.monotonic() - start),
        "steps": STEPS,
        "corrections": CORRECTIONS,
    }
    return replace(networks[-1], card=card)


def _measured(model: Autoencoder, parts: Sequence[np.ndarray], name: str, say: Say) -> tuple[np.ndarray, np.ndarray]:
    latents = np.concatenate(parts).astype(np.float32)
    latents = latents[np.linalg.norm(latents, axis=1) < _FARTHEST * np.sqrt(latents.shape[1]) / 4]
    return latents, in_steps(lambda some: attributes.measure(model.decode(some)), latents, f"{name}, measuring", say)


def _led(network: ShapeNetwork, latents: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Return where the network leads from latents: half of the way, and all of it."""
    halves, ends = [], []
    for name, chosen in zip(
        attributes.NAMES, np.array_split(rng.permutation(len(latents)), len(attributes.NAMES)), strict=True
    ):
        column = attributes.NAMES.index(name)
        amounts = rng.uniform(-_REACH, _REACH, (len(chosen), 1)) * network.deviation[column]
        half = network.follow(latents[chosen], name, amounts[:, 0] / 2)
        halves.append(half)
        ends.append(network.follow(half, name, amounts[:, 0] / 2))
    return [*halves, *ends]
