"""Directions in the latent that a hand would know: slant, stroke thickness, width, height, roundness of the loop.

`python -m aecore.directions [--data mnist.npz]` finds them for the models in NAMES, writes them to assets/directions
and reports what moving along them does. Reading and applying them takes NumPy only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl

from aecore.core import pretrained
from aecore.core.checks import check_latents
from aecore.core.model_file import ModelFileError, WriteError, read_checked, read_manifest, write_atomically
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.mnist import Mnist, load_mnist
from aecore.latent import attributes
from aecore.tasks import Autoencoder, load

FORMAT = "aecore-directions-1"
FOLDER = pretrained.MODELS.parent / "directions"
NAMES = ("default", "pocket", "mlp", "smooth", "book10")  # the models that are shipped with directions
MOVES: Mapping[str, float] = {"slant": 10.0}  # degrees; what is not here is moved by one standard deviation
DIGITS = 1000  # of the report
SEED = 0

_MEASURED = 20_000  # training digits that weights and ranges are found on
_DECODED = 1500  # of them, whose decoded images' slopes are measured
_SHIFT = 0.5  # standard deviations of a latent, to measure slopes: less drowns in a pixel's width
_KNOWN = 0.4  # share of the variance
_MOST = 1e4  # no number in a file is larger
_TOLERANCE = 1e-3


class DirectionsError(ModelFileError):
    """Directions that cannot be used or found; the message is a sentence that a person can act on."""


@dataclass(frozen=True)
class Direction:
    """How to change one attribute of a decoded digit, and how to tell it from the latent.

    Moving a latent by t * `direction` (D,) changes the attribute by t `unit`s and leaves the others where they are;
    `weights` (D,) @ latent + `intercept` estimates its value, and follows such moves exactly.
    `mean`, `deviation`: of the attribute, measured on the training digits that have it; `low`, `high`: the 1st and the
    99th percentile there, the ends of a slider.
    `explained`: which share of the attribute's variance the estimate explains (R²).
    """

    name: str
    unit: str
    direction: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    mean: float
    deviation: float
    low: float
    high: float
    explained: float

    @property
    def known(self) -> bool:
        """Whether the estimate is worth showing; otherwise only how it changes is."""
        return self.explained > _KNOWN


@dataclass(frozen=True)
class Directions:
    """The directions of a model, by name; `model` and the sha256 of its file say whose; `card`: how they were found."""

    model: str
    model_sha256: str
    attributes: tuple[Direction, ...]
    card: Mapping[str, Any] = field(repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return len(self.attributes[0].direction)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the attributes, in the order of the sliders."""
        return tuple(attribute.name for attribute in self.attributes)

    def estimate(self, latents: np.ndarray) -> np.ndarray:
        """Estimate the attributes of latents (N, D): (N, A) float64, a column for each of `names`; raises ValueError.

        A digit without a loop gets an estimate of its roundness too: what a loop would have.
        """
        weights, intercepts = (np.array([getattr(a, key) for a in self.attributes]) for key in ("weights", "intercept"))
        out: np.ndarray = check_latents(latents, self.latent_dim).astype(np.float64) @ weights.T + intercepts
        return out

    def move(self, latents: np.ndarray, name: str, amount: float) -> np.ndarray:
        """Move latents (N, D) so that an attribute changes by `amount` of its units: (N, D) float32.

        Raises ValueError for another name than those in `names`, or an amount that is not finite.
        """
        if name not in self.names:
            raise ValueError(f"there is no direction called {name!r:.40}; known: {', '.join(self.names)}")
        if not math.isfinite(amount):
            raise ValueError(f"wanted a finite amount; got {amount}")
        direction = np.array(self.attributes[self.names.index(name)].direction)
        return (check_latents(latents, self.latent_dim) + amount * direction).astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Return what a file holds, as plain JSON data."""
        return {"format": FORMAT, **asdict(self), "card": dict(self.card)}


@dataclass(frozen=True)
class Response:
    """What moving one attribute by `move` did to each of `attributes.NAMES`, measured on decoded digits.

    `mean`, `scatter`: mean and standard deviation of the change, over the digits that have the attribute before and
    after; `deviation`: the attribute's own spread. `within`: the share of digits that obey, which is a change by the
    move, give or take 30 %, for the attribute that is moved, and by less than a third of a deviation for the others.
    """

    name: str
    move: float
    digits: int
    deviation: list[float]
    mean: list[float]
    scatter: list[float]
    within: list[float]


def find(name: str, checksum: str, model: Autoencoder, data: Mnist, say: Say = lambda line: None) -> Directions:
    """Find the directions of a model called `name`, whose file has this sha256, on training digits; raises ValueError.

    The slopes K (A, D) of the attributes are measured on decoded digits, by moving each dimension of their latents up
    and down, and averaged. The directions are the columns of K's pseudo-inverse, K^T (K K^T)^-1: the shortest moves of
    a latent that change one attribute by 1 and, on average, no other. The weights are those of a linear regression of
    the attributes of the digits themselves on their latents, among those that such moves change by 1 and 0.

    Two other ways were tried and are worse on validation digits. The pseudo-inverse of an unconstrained regression
    turns digits by 8 degrees instead of 10, since what is written leans too (a 6 less than a 0) and not only the hand.
    Multiplying the directions by the inverse of what moves by a deviation do leads far away from digits: there is no
    narrower 1, and no 0 that is rounder than round. One direction for all digits remains a compromise: the slopes of
    slant differ little between digits, those of roundness a lot.
    """
    start = time.monotonic()
    if model.latent_dim < len(attributes.NAMES):
        raise DirectionsError(f"A latent of {model.latent_dim} cannot change {len(attributes.NAMES)} attributes apart.")
    images = data.train_images[np.random.default_rng(SEED).permutation(len(data.train_images))[:_MEASURED]]
    latents = in_steps(model.encode, images, f"{name}, encoding", say)
    measured = in_steps(attributes.measure, images, f"{name}, measuring", say)
    if (np.isfinite(measured).sum(axis=0) < 10 * model.latent_dim).any():
        raise DirectionsError("There are too few digits with a loop to tell how round loops are.")
    deviations = np.nanstd(measured, axis=0)

    directions = np.linalg.pinv(_slopes(model, latents[:_DECODED], name, say)).T  # (A, D)
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
        "data": f"MNIST: {len(images):,} training digits; slopes from {min(_DECODED, len(images)):,} of them, decoded",
        "seed": SEED,
        "seconds": round(time.monotonic() - start),
        "versions": {library: version(library) for library in ("numpy", "scipy")},
    }
    return Directions(name, checksum, tuple(found), card)


def _round(value: float) -> float:
    return float(f"{value:.7g}")


def _slopes(model: Autoencoder, latents: np.ndarray, name: str, say: Say) -> np.ndarray:
    """Return by how much each attribute of decoded digits changes along each dimension, (A, D), the mean over digits.

    Roundness is known where there is a loop before and after.
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
    """Fit values (N,) by latents (N, D) @ weights + intercept, the least squares with directions @ weights = slopes."""
    mean, middle = latents.mean(axis=0, dtype=np.float64), values.mean()
    z = latents - mean
    covariance = z.T @ z / len(z)
    weights = np.linalg.solve(covariance, z.T @ (values - middle) / len(z))
    ways = np.linalg.solve(covariance, directions.T)  # (D, A); Lagrange's multipliers are what they are multiplied by
    weights = weights + ways @ np.linalg.solve(directions @ ways, slopes - directions @ weights)
    return weights, float(middle - mean @ weights)


def respond(
    model: Autoencoder, directions: Directions, images: np.ndarray, say: Say = lambda line: None
) -> list[Response]:
    """Encode images (N, 28, 28), move each attribute in turn, and measure how the decoded digits change."""
    latents = model.encode(images)
    before = attributes.measure(model.decode(latents))
    deviation = np.array([a.deviation for a in directions.attributes])
    out = []
    for i, attribute in enumerate(directions.attributes):
        move = MOVES.get(attribute.name, attribute.deviation)
        change = attributes.measure(model.decode(directions.move(latents, attribute.name, move))) - before
        known = np.isfinite(change)
        allowed = deviation / 3
        allowed[i] = 0.3 * move
        wanted = np.where(np.arange(len(deviation)) == i, move, 0)
        obeys = (np.abs(change - wanted) < allowed) & known
        numbers = (
            deviation,
            np.nanmean(change, axis=0),
            np.nanstd(change, axis=0),
            obeys.sum(axis=0) / known.sum(axis=0),
        )
        out.append(Response(attribute.name, move, len(images), *([_round(v) for v in row] for row in numbers)))
        say(f"moves: {i + 1} of {len(directions.attributes)}")
    return out


def table(responses: list[Response]) -> str:
    """Write responses as text: a block for each attribute that was moved, a line for each that was measured."""
    lines = []
    for response in responses:
        unit = attributes.UNITS[response.name]
        lines.append(f"{response.name} {response.move:+.3g} {unit}".rstrip() + f", {response.digits:,} digits")
        lines.append(f"  {'':10} {'change':>9} {'':>7} {'in deviations':>13} {'':>7} {'obey':>6}")
        columns = (response.deviation, response.mean, response.scatter, response.within)
        for name, deviation, mean, scatter, within in zip(attributes.NAMES, *columns, strict=True):
            shares = f"{mean / deviation:+13.3f} ± {scatter / deviation:5.3f}"
            lines.append(f"  {name:10} {mean:+9.3f} ± {scatter:5.3f} {shares} {within:6.1%}")
    return "\n".join(lines)


def save_directions(directions: Directions, path: str | Path) -> None:
    """Write directions as JSON, and their sha256 into the manifest beside them; files are replaced in one step."""
    path = Path(path)
    data = (json.dumps(directions.to_dict(), indent=1) + "\n").encode()
    write_atomically(path, data)
    manifest = path.parent / pretrained.MANIFEST.name
    listed = read_manifest(manifest) if manifest.exists() else {}
    listed[path.name] = {"sha256": _sha256(data), "bytes": len(data)}
    write_atomically(manifest, (json.dumps(listed, indent=2, sort_keys=True) + "\n").encode())


def load_directions(name: str = "default") -> Directions:
    """Load the directions of a shipped model, once per process; raises ModelFileError when there is no such model.

    Raises DirectionsError, one of its kind, when they are missing, damaged, or another model's than the shipped one's.
    """
    checksum, file = pretrained.sha256(name), f"{name}.json"
    listed = pretrained.manifest(FOLDER / pretrained.MANIFEST.name).get(file, {}).get("sha256")
    again = f"Run `python -m aecore.directions --model {name}`."
    directions = _load(FOLDER / file, listed, again)
    if (directions.model, directions.model_sha256) != (name, checksum):
        raise DirectionsError(f"The directions {file} were found for another model than the shipped one. {again}")
    return directions


@lru_cache(maxsize=32)
def _load(path: Path, checksum: str | None, again: str) -> Directions:
    if not path.exists():
        raise DirectionsError(f"There are no directions for {path.stem!r:.60}. {again}")
    data = read_checked(path)
    if _sha256(data) != checksum:
        raise DirectionsError(f"The directions {path.name} are damaged: their checksum is not the manifest's. {again}")
    return parse_directions(data, path.name)


def parse_directions(data: bytes, name: str) -> Directions:
    """Build directions from the bytes of a file called `name`; raises DirectionsError."""
    broken = f"The directions {name} are not complete"
    try:
        given = json.loads(data)
        written = given["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DirectionsError(f"{broken}: they are truncated, damaged, or no JSON file.") from None
    if written != FORMAT:
        raise DirectionsError(f"The directions {name} were not written by this project (no {FORMAT} format).")
    try:
        model, checksum, card = given["model"], given["model_sha256"], given["card"]
        found = tuple(_parse_direction(attribute) for attribute in given["attributes"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DirectionsError(f"{broken}: {_why(error)}.") from None
    if not isinstance(model, str) or not isinstance(checksum, str) or not isinstance(card, dict):
        raise DirectionsError(f"{broken}: they do not say which model they belong to.")
    if tuple(attribute.name for attribute in found) != attributes.NAMES:
        raise DirectionsError(f"{broken}: wanted {', '.join(attributes.NAMES)}, in this order.")
    sizes = {len(vector) for attribute in found for vector in (attribute.direction, attribute.weights)}
    if len(sizes) != 1 or sizes == {0}:
        raise DirectionsError(f"{broken}: their vectors differ in length.")
    weights, ways = np.array([a.weights for a in found]), np.array([a.direction for a in found])
    deviations = np.array([a.deviation for a in found])
    # In deviations: how the estimate of each attribute follows a move of each by one.
    follows = weights @ ways.T / deviations[:, None] * deviations
    if np.abs(follows - np.eye(len(found))).max() > _TOLERANCE:
        raise DirectionsError(f"{broken}: a move along one of them changes the estimate of another.")
    return Directions(model, checksum, found, card)


def _parse_direction(given: Mapping[str, Any]) -> Direction:
    direction, weights = (tuple(_number(value) for value in given[key]) for key in ("direction", "weights"))
    keys = ("intercept", "mean", "deviation", "low", "high", "explained")
    found = Direction(
        str(given["name"]), str(given["unit"]), direction, weights, *(_number(given[key]) for key in keys)
    )
    if found.deviation <= 0 or found.low >= found.high:
        raise ValueError(f"{found.name:.20} has no spread, or a range that is empty")
    return found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST:
        raise ValueError(f"{value!r:.20} is no number of a sensible size")
    return float(value)


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else "a part is missing or is not what it should be"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read."""
    parser = argparse.ArgumentParser(prog="python -m aecore.directions", description="Find a model's directions.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument("--model", metavar="NAME", help=f"whose; default: {', '.join(NAMES)}, one after the other")
    parser.add_argument("--report", action="store_true", help="only measure the directions that are there")
    parser.add_argument(
        "--split", choices=["validation", "test"], default="test", help="validation: to choose by; default: test"
    )
    options = parser.parse_args(arguments)
    say = seldom()
    try:
        names = (options.model,) if options.model else NAMES
        models, data = {name: load(name) for name in names}, load_mnist(options.data, download=False)
        images = data.validation_images if options.split == "validation" else data.test_images
        images = images[np.random.default_rng(SEED).permutation(len(images))[:DIGITS]]
        for name, model in models.items():
            with threadpoolctl.threadpool_limits(1, "blas"):  # as in aecore.evaluate
                if options.report:
                    directions = load_directions(name)
                else:
                    directions = find(name, pretrained.sha256(name), model, data, say)
                responses = respond(model, directions, images, say)
            if not options.report:
                report = {"split": options.split, "responses": [asdict(response) for response in responses]}
                directions = replace(directions, card={**directions.card, "report": report})
                save_directions(directions, FOLDER / f"{name}.json")
            print(f"{name}\n{table(responses)}")
    except (ValueError, WriteError) as error:  # ModelFileError is the former
        print(error, file=sys.stderr)
        return 1
    return 0
