"""Moves a latent so that one attribute of its digit changes by an asked amount, and the others stay.

A small network tells the attributes (`attributes.py`) of the digit that a latent is decoded to; its slopes lead the way
for this digit, and what is measured on the decoded digit then corrects where it led. One direction for all digits
(`directions.py`) is a compromise that fits few of them. `shape_training.py` trains the network; `ui/features/draw`
does the same in the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from aecore.core import pretrained
from aecore.core.checks import check_latents
from aecore.core.manifest import write
from aecore.core.model_file import ModelFileError, read_checked, write_atomically
from aecore.core.tensor_file import TensorFileError, read_tensors
from aecore.latent import attributes

FORMAT = "aecore-shape-1"
FOLDER = pretrained.MODELS.parent / "shapes"

LAYERS = 3
STEPS = 2  # at least, along the way that the network knows; as many for each deviation
CORRECTIONS = 3  # by what the decoded digit measures then
_GAIN = 0.7  # of a correction: the measures are rougher than the network
_DAMPING, _DAMPING_OF_CORRECTIONS = 1e-3, 3e-2  # of the least squares: a slope near zero must not lead far away


class ShapeError(ModelFileError):
    """A shape network cannot be used; the message says why, in a sentence for a person who can act on it."""


@dataclass(frozen=True)
class ShapeNetwork:
    """A network from a latent to the attributes of its decoded digit: three dense layers, silu after the first two.

    `weights`: kernel (inputs, outputs) and bias (outputs,) of each layer; `deviation`, `middle` (A,): what the
    network's numbers are multiplied by, and what is added then, to be in the units of `attributes.UNITS`. `model` is
    the name of the autoencoder, with the SHA-256 of its file; `card` says how the network was trained.
    """

    weights: tuple[np.ndarray, ...]
    middle: np.ndarray
    deviation: np.ndarray
    model: str
    model_sha256: str
    card: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return int(self.weights[0].shape[0])

    def estimate(self, latents: np.ndarray) -> np.ndarray:
        """Return estimates (N, A) float64 of the attributes of the decoded digits of latents (N, D); raises ValueError.

        A digit without a loop gets an estimate of roundness, too.
        """
        return self._run(_checked(latents, self.latent_dim))[0] * self.deviation + self.middle

    def move(
        self, decode: Callable[[np.ndarray], np.ndarray], latents: np.ndarray, name: str, amount: float
    ) -> np.ndarray:
        """Return latents (N, D) float32 whose decoded digits have one attribute changed by `amount` of its units.

        The shortest way, by damped least squares (Levenberg, 1944): STEPS along the network's slopes, then CORRECTIONS
        by what is measured on the images (N, 28, 28) that `decode` returns. An attribute that a digit does not have is
        left to the network. Raises ValueError for a name that is no attribute, or an amount that is not finite.
        """
        if name not in attributes.NAMES:
            raise ValueError(f"there is no attribute called {name!r:.40}; known: {', '.join(attributes.NAMES)}")
        if not isinstance(amount, int | float | np.number) or not np.isfinite(amount):
            raise ValueError(f"wanted a finite amount; got {amount!r:.40}")
        wanted = self._measure(decode, _checked(latents, self.latent_dim)) + self._change(name, amount)
        moved = self.follow(latents, name, amount)
        for _ in range(CORRECTIONS):
            missing = wanted - self._measure(decode, moved)
            slopes = self._run(moved)[1]
            moved = moved + _GAIN * _solve(slopes, np.nan_to_num(missing), _DAMPING_OF_CORRECTIONS)
        out: np.ndarray = moved.astype(np.float32)
        return out

    def follow(self, latents: np.ndarray, name: str, amount: float | np.ndarray) -> np.ndarray:
        """Return latents (N, D) float64 moved as far as the network knows, by one amount or one for each (N,)."""
        moved = _checked(latents, self.latent_dim)
        start, change = self._run(moved)[0], self._change(name, amount)
        steps = max(int(np.ceil(STEPS * np.abs(change).max())), STEPS)
        for step in range(1, steps + 1):
            told, slopes = self._run(moved)
            moved = moved + _solve(slopes, start + change * step / steps - told, _DAMPING)
        return moved

    def _change(self, name: str, amount: float | np.ndarray) -> np.ndarray:
        """Return a change (1 or N, A) of one attribute in deviations."""
        column = attributes.NAMES.index(name)
        change = np.zeros((np.size(amount), len(attributes.NAMES)))
        change[:, column] = amount / self.deviation[column]
        return change

    def _measure(self, decode: Callable[[np.ndarray], np.ndarray], latents: np.ndarray) -> np.ndarray:
        images = decode(latents.astype(np.float32))
        out: np.ndarray = attributes.measure(images) / self.deviation
        return out

    def _run(self, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the network's numbers (N, A), and their slopes (N, A, D) along each number of the latent."""
        first, _, second, _, last, bias = (weight.astype(np.float64) for weight in self.weights)
        one, slope_one = _silu(latents @ first + self.weights[1])
        two, slope_two = _silu(one @ second + self.weights[3])
        slopes = [((slope_two * column) @ second.T * slope_one) @ first.T for column in last.T]
        return two @ last + bias, np.stack(slopes, axis=1)


def _silu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return silu(x) and its derivative."""
    sigmoid = 1 / (1 + np.exp(-x))
    return x * sigmoid, sigmoid * (1 + x * (1 - sigmoid))


def _solve(slopes: np.ndarray, change: np.ndarray, damping: float) -> np.ndarray:
    """Return the shortest moves (N, D) along which the network's numbers change as wanted (N, A)."""
    across = slopes.transpose(0, 2, 1)
    normal = slopes @ across + damping * np.eye(slopes.shape[1])
    out: np.ndarray = (across @ np.linalg.solve(normal, change[:, :, None]))[:, :, 0]
    return out


def _checked(latents: np.ndarray, size: int) -> np.ndarray:
    out: np.ndarray = check_latents(latents, size).astype(np.float64)
    return out


def save_shape_network(network: ShapeNetwork, path: str | Path) -> None:
    """Write a network as a safetensors file, its weights as float16, and the manifest next to it."""
    tensors = {f"weight{i}": weight.astype(np.float16) for i, weight in enumerate(network.weights)}
    tensors |= {key: getattr(network, key).astype(np.float32) for key in ("middle", "deviation")}
    header = {
        "format": FORMAT,
        "model": network.model,
        "model_sha256": network.model_sha256,
        "card": json.dumps(dict(network.card)),
    }
    path = Path(path)
    write_atomically(path, safetensors.numpy.save(tensors, header))
    write(path.parent)


def file_of(name: str) -> Path | None:
    """Return the path of the shape network of a pretrained model, None where it has none that can be used."""
    try:
        load_shape_network(name)
    except ModelFileError:
        return None
    return FOLDER / f"{name}.safetensors"


def sha256(name: str) -> str:
    """Return the SHA-256 of the file of a pretrained model's shape network; raises ShapeError when there is none."""
    entry = pretrained.manifest(FOLDER / pretrained.MANIFEST.name).get(f"{name}.safetensors")
    if entry is None:
        raise ShapeError(f"There is no shape network for {name!r:.60}. Run `python -m aecore.directions`.")
    return str(entry["sha256"])


def load_shape_network(name: str = "default") -> ShapeNetwork:
    """Load the shape network of a pretrained model, once per process; raises ModelFileError where there is no model.

    Raises its subclass ShapeError when the network is missing, damaged, or of another version of the model.
    """
    checksum = pretrained.sha256(name)
    network = _load(FOLDER / f"{name}.safetensors", sha256(name))
    if (network.model, network.model_sha256) != (name, checksum):
        raise ShapeError(f"The shape network {name} was trained for another model than the shipped one.")
    return network


@lru_cache(maxsize=32)
def _load(path: Path, checksum: str) -> ShapeNetwork:
    try:
        data = read_checked(path, checksum)
    except ModelFileError as error:
        raise ShapeError(f"The shape network {error}") from None
    return parse_shape_network(data, path.name)


def parse_shape_network(data: bytes, name: str) -> ShapeNetwork:
    """Return the shape network in the bytes of a file called `name`; raises ShapeError."""
    broken = f"The shape network {name} is not complete"
    try:
        header, tensors = read_tensors(data, FORMAT)
    except TensorFileError as error:
        raise ShapeError(f"The shape network {name} {error}") from None
    try:
        model, checksum, card = header["model"], header["model_sha256"], json.loads(header["card"])
        weights = tuple(tensors[f"weight{i}"].astype(np.float32) for i in range(2 * LAYERS))
        middle, deviation = (tensors[key].astype(np.float64) for key in ("middle", "deviation"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ShapeError(f"{broken}: a part of it is missing.") from None
    count = len(attributes.NAMES)
    sizes = [weight.shape[-1] for weight in weights[::2]] if all(weight.ndim for weight in weights) else []
    inputs = [weights[0].shape[0], *sizes[:-1]] if sizes else []
    wanted = [shape for pair in zip(inputs, sizes, strict=True) for shape in (pair, pair[1:])]
    if (
        [weight.shape for weight in weights] != wanted
        or sizes[-1] != count
        or not (middle.shape == deviation.shape == (count,))
    ):
        raise ShapeError(f"{broken}: its layers do not go together.")
    numbers: tuple[np.ndarray, ...] = (*weights, middle, deviation)
    if (
        not all(np.isfinite(values).all() for values in numbers)
        or not (deviation > 0).all()
        or not isinstance(card, dict)
    ):
        raise ShapeError(f"{broken}: some of its numbers cannot be.")
    return ShapeNetwork(weights, middle, deviation, model, checksum, card)
