"""Finds directions, and trains shape networks: `python -m aecore.directions [--data mnist.npz]`, for NAMES.

The command writes them to assets/directions and assets/shapes, and prints reports of the effect of moves along them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version

import numpy as np
import threadpoolctl

from aecore.core import pretrained
from aecore.core.model_file import WriteError
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.latent import attributes, shape
from aecore.latent.directions import FOLDER, Direction, Directions, DirectionsError, load_directions, save_directions
from aecore.latent.shape import load_shape_network, save_shape_network
from aecore.latent.shape_training import Fit, train
from aecore.tasks import Autoencoder, load

NAMES = ("default", "pocket", "mlp", "smooth", "book10")  # the pretrained models that have directions
MOVES: Mapping[str, float] = {"slant": 10.0}  # degrees; the others are moved by one standard deviation
DIGITS = 1000  # in the report
ALONG_DIRECTIONS, WITH_SHAPES = 0.3, 0.2  # of a move, how much the moved attribute may be off
SEED = 0

MEASURED = 20_000  # training digits for weights and ranges
DECODED = 1500  # of them, for the slopes of the decoded images' attributes
_SHIFT = 0.5  # standard deviations of a latent, to measure slopes: a smaller effect is less than the pixels resolve


@dataclass(frozen=True)
class Response:
    """The effect of moving one attribute by `move` on each of `attributes.NAMES`, measured on decoded digits.

    `mean`, `scatter`: mean and standard deviation of the change, over the digits that have the attribute before and
    after; `deviation`: the attribute's standard deviation over digits. `within`: the fraction of digits whose change is
    as intended: the move within `tolerance` of it for the moved attribute, less than a third of a deviation for others.
    """

    name: str
    move: float
    digits: int
    deviation: list[float]
    mean: list[float]
    scatter: list[float]
    within: list[float]
    tolerance: float


def find(name: str, checksum: str, model: Autoencoder, data: Dataset, say: Say = lambda line: None) -> Directions:
    """Return the directions of a model called `name`, whose file has this SHA-256, found on training digits.

    The slopes K (A, D) of the attributes are measured on decoded digits, by moving each dimension of their latents up
    and down, and averaged. The directions are the columns of K's pseudo-inverse, Kᵀ (K Kᵀ)⁻¹: the shortest moves of a
    latent that change one attribute by 1 and, on average, no other. The weights are a linear regression of the original
    digits' attributes on their latents, constrained so that such a move changes its own estimate by 1, the others by 0.

    Two other methods were tried and are worse on validation digits. The pseudo-inverse of an unconstrained regression
    changes the slant by 8 degrees instead of 10: slant varies between classes, too (a 6 leans less than a 0), not only
    between writers. Correcting the directions by the inverse of their measured effects leads far away from digits:
    there is no narrower 1, and no 0 that is rounder than a circle. One direction for all digits remains a compromise:
    the slopes of slant differ little between digits, those of roundness a lot. Raises ValueError.
    """
    start = time.monotonic()
    if model.latent_dim < len(attributes.NAMES):
        raise DirectionsError(f"A latent of {model.latent_dim} cannot change {len(attributes.NAMES)} attributes apart.")
    images = data.train.as_float(np.random.default_rng(SEED).permutation(len(data.train))[:MEASURED])
    latents = in_steps(model.encode, images, f"{name}, encoding", say)
    measured = in_steps(attributes.measure, images, f"{name}, measuring", say)
    if (np.isfinite(measured).sum(axis=0) < 10 * model.latent_dim).any():
        raise DirectionsError("There are too few digits with a loop to tell how round loops are.")
    deviations = np.nanstd(measured, axis=0)

    directions = np.linalg.pinv(_slopes(model, latents[:DECODED], name, say)).T  # (A, D)
    found = []
    for i, attribute in enumerate(attributes.NAMES):
        has = np.isfinite(measured[:, i])
        weights, intercept = _regress(latents[has], measured[has, i], directions, np.eye(len(directions))[i])
        estimate = latents[has] @ weights + intercept
        low, high = np.percentile(measured[has, i], [1, 99])
        error = np.mean(np.square(measured[has, i] - estimate))
        numbers = (intercept, measured[has, i].mean(), deviations[i], low, high, 1 - error / deviations[i] ** 2)
        way, telling = (tuple(_round(value) for value in vector) for vector in (directions[i], weights))
        unit = attributes.UNITS[attribute]
        found.append(Direction(attribute, unit, way, telling, *(_round(value) for value in numbers)))
    card = {
        "command": f"python -m aecore.directions --model {name}",
        "data": f"{data.title}: {len(images):,} training {data.noun}; "
        f"slopes from {min(DECODED, len(images)):,} of them, decoded",
        "seed": SEED,
        "seconds": round(time.monotonic() - start),
        "versions": {library: version(library) for library in ("numpy", "scipy")},
    }
    return Directions(name, checksum, tuple(found), card)


def _round(value: float) -> float:
    return float(f"{value:.7g}")


def _slopes(model: Autoencoder, latents: np.ndarray, name: str, say: Say) -> np.ndarray:
    """Return the slope (A, D) of each attribute of decoded digits along each dimension, the mean over digits.

    Roundness is averaged over the digits that have a loop before and after the move.
    """
    columns = []
    for i, shift in enumerate(_SHIFT * np.eye(latents.shape[1], dtype=np.float32)):
        after, before = (attributes.measure(model.decode(latents + sign * shift)) for sign in (1, -1))
        columns.append(np.nanmean(after - before, axis=0) / (2 * _SHIFT))
        say(f"{name}, slopes: {i + 1} of {latents.shape[1]}")
    return np.stack(columns, axis=1)


def _regress(
    latents: np.ndarray, values: np.ndarray, directions: np.ndarray, slopes: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return weights (D,) and intercept of a least squares fit of values (N,), under directions @ weights = slopes."""
    mean, middle = latents.mean(axis=0, dtype=np.float64), values.mean()
    z = latents - mean
    covariance = z.T @ z / len(z)
    weights = np.linalg.solve(covariance, z.T @ (values - middle) / len(z))
    ways = np.linalg.solve(covariance, directions.T)  # (D, A); the coefficients are Lagrange multipliers
    weights = weights + ways @ np.linalg.solve(directions @ ways, slopes - directions @ weights)
    return weights, float(middle - mean @ weights)


def respond(
    model: Autoencoder,
    move: Callable[[np.ndarray, str, float], np.ndarray],
    deviation: np.ndarray,
    images: np.ndarray,
    tolerance: float,
    signs: Sequence[int] = (1,),
    say: Say = lambda line: None,
) -> list[Response]:
    """Return the effects, on decoded digits, of moving each attribute of the latents of images (N, 28, 28).

    `move(latents, name, amount)` returns the moved latents; `deviation` (A,) is that of each attribute over digits.
    """
    latents = model.encode(images)
    before = attributes.measure(model.decode(latents))
    out = []
    for i, name in enumerate(attributes.NAMES):
        for sign in signs:
            amount = sign * MOVES.get(name, float(deviation[i]))
            change = attributes.measure(model.decode(move(latents, name, amount))) - before
            known = np.isfinite(change)
            allowed = deviation / 3
            allowed[i] = tolerance * abs(amount)
            wanted = np.where(np.arange(len(deviation)) == i, amount, 0)
            obeys = (np.abs(change - wanted) < allowed) & known
            numbers = (
                deviation,
                np.nanmean(change, axis=0),
                np.nanstd(change, axis=0),
                obeys.sum(axis=0) / known.sum(axis=0),
            )
            spread, mean, scatter, within = ([_round(v) for v in row] for row in numbers)
            out.append(Response(name, amount, len(images), spread, mean, scatter, within, tolerance))
        say(f"moves: {i + 1} of {len(attributes.NAMES)}")
    return out


def table(responses: list[Response]) -> str:
    """Return responses as text: a block for each moved attribute, with a line for each measured attribute."""
    lines = []
    for response in responses:
        unit = attributes.UNITS[response.name]
        lines.append(f"{response.name} {response.move:+.3g} {unit}".rstrip() + f", {response.digits:,} digits")
        lines.append(f"  {'':10} {'change':>9} {'':>7} {'in deviations':>13} {'':>7} {'obey':>6}")
        columns = (response.deviation, response.mean, response.scatter, response.within)
        for name, deviation, mean, scatter, within in zip(attributes.NAMES, *columns, strict=True):
            relative = f"{mean / deviation:+13.3f} ± {scatter / deviation:5.3f}"
            lines.append(f"  {name:10} {mean:+9.3f} ± {scatter:5.3f} {relative} {within:6.1%}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None, fit: Fit | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read.

    `fit` is `aecore.training.regression.fit`, which trains the shape networks; without it, they are left out.
    """
    parser = argparse.ArgumentParser(prog="python -m aecore.directions", description="Find a model's directions.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument("--model", metavar="NAME", help=f"whose; default: {', '.join(NAMES)}, one after the other")
    parser.add_argument("--report", action="store_true", help="only measure what is there")
    parser.add_argument("--shapes", action="store_true", help="only the shape networks; the directions are there")
    parser.add_argument(
        "--split", choices=["validation", "test"], default="test", help="validation: to choose by; default: test"
    )
    options = parser.parse_args(arguments)
    say = seldom()
    try:
        names = (options.model,) if options.model else NAMES
        models, data = {name: load(name) for name in names}, load_mnist(options.data, download=False)
        split = data.validation if options.split == "validation" else data.test
        images = split.as_float(np.random.default_rng(SEED).permutation(len(split))[:DIGITS])
        for name, model in models.items():
            with threadpoolctl.threadpool_limits(1, "blas"):  # as in aecore.evaluate
                if not options.shapes:
                    _directions(name, model, data, images, options, say)
                if fit is not None:
                    _shape(name, model, data, images, fit, options, say)
    except (ValueError, WriteError) as error:  # ModelFileError is the former
        print(error, file=sys.stderr)
        return 1
    return 0


def _directions(
    name: str, model: Autoencoder, data: Dataset, images: np.ndarray, options: argparse.Namespace, say: Say
) -> None:
    directions = load_directions(name) if options.report else find(name, pretrained.sha256(name), model, data, say)
    deviation = np.array([one.deviation for one in directions.attributes])
    responses = respond(model, directions.move, deviation, images, ALONG_DIRECTIONS, say=say)
    if not options.report:
        directions = replace(directions, card={**directions.card, "report": _reported(options.split, responses)})
        save_directions(directions, FOLDER / f"{name}.json")
    print(f"{name}\n{table(responses)}")


def _shape(
    name: str,
    model: Autoencoder,
    data: Dataset,
    images: np.ndarray,
    fit: Fit,
    options: argparse.Namespace,
    say: Say,
) -> None:
    network = load_shape_network(name) if options.report else train(model, load_directions(name), data, fit, say)
    move = partial(network.move, model.decode)
    responses = respond(model, move, network.deviation, images, WITH_SHAPES, (1, -1), say)
    if not options.report:
        card = {**network.card, "report": _reported(options.split, responses)}
        save_shape_network(replace(network, card=card), shape.FOLDER / f"{name}.safetensors")
    print(f"{name}, with its shape network\n{table(responses)}")


def _reported(split: str, responses: Sequence[Response]) -> dict[str, object]:
    return {"split": split, "responses": [asdict(response) for response in responses]}
