"""Directions in latent space that change one attribute: slant, stroke thickness, width, height, roundness of the loop.

`python -m aecore.directions` finds them (`directions_find.py`). Reading and applying them needs only NumPy.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from aecore.core import pretrained
from aecore.core.checks import check_latents
from aecore.core.model_file import ModelFileError, read_checked, read_manifest, write_atomically
from aecore.latent import attributes

FORMAT = "aecore-directions-1"
FOLDER = pretrained.MODELS.parent / "directions"

_KNOWN = 0.4  # least explained fraction of the variance for an estimate to be of use
_MOST = 1e4  # the largest valid number in a file
_TOLERANCE = 1e-3


class DirectionsError(ModelFileError):
    """Directions cannot be used or found; the message says why, in a sentence for a person who can act on it."""


@dataclass(frozen=True)
class Direction:
    """The direction that changes one attribute of a decoded digit, and the estimate of the attribute from the latent.

    Moving a latent by t * `direction` (D,) changes the attribute by t `unit`s and leaves the others unchanged;
    `weights` (D,) @ latent + `intercept` estimates its value, which changes by t with such a move.
    `mean`, `deviation`: of the attribute, measured on the training digits that have it; `low`, `high`: the 1st and the
    99th percentile there, the ends of a slider.
    `explained`: the fraction of the attribute's variance that the estimate explains (R²).
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
        """Whether the estimate is good enough to be of use; otherwise only its changes are."""
        return self.explained > _KNOWN


@dataclass(frozen=True)
class Directions:
    """The directions of a model: `model` is its name, with the SHA-256 of its file; `card` says how they were found."""

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
        """Return estimates (N, A) float64 of the attributes of latents (N, D), a column for each of `names`.

        A digit without a loop gets an estimate of roundness, too. Raises ValueError.
        """
        weights, intercepts = (np.array([getattr(a, key) for a in self.attributes]) for key in ("weights", "intercept"))
        out: np.ndarray = check_latents(latents, self.latent_dim).astype(np.float64) @ weights.T + intercepts
        return out

    def move(self, latents: np.ndarray, name: str, amount: float) -> np.ndarray:
        """Return latents (N, D) float32 moved so that an attribute changes by `amount` of its units.

        Raises ValueError for a name that is not in `names`, or an amount that is not finite.
        """
        if name not in self.names:
            raise ValueError(f"there is no direction called {name!r:.40}; known: {', '.join(self.names)}")
        if not isinstance(amount, int | float | np.number) or not math.isfinite(amount):
            raise ValueError(f"wanted a finite amount; got {amount!r:.40}")
        direction = np.array(self.attributes[self.names.index(name)].direction)
        return (check_latents(latents, self.latent_dim) + amount * direction).astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a file, as plain JSON data."""
        return {"format": FORMAT, **asdict(self), "card": dict(self.card)}


def save_directions(directions: Directions, path: str | Path) -> None:
    """Write directions as JSON, and their SHA-256 into the manifest next to it; both files are replaced atomically."""
    path = Path(path)
    data = (json.dumps(directions.to_dict(), indent=1) + "\n").encode()
    write_atomically(path, data)
    manifest = path.parent / pretrained.MANIFEST.name
    listed = read_manifest(manifest) if manifest.exists() else {}
    listed[path.name] = {"sha256": _sha256(data), "bytes": len(data)}
    write_atomically(manifest, (json.dumps(listed, indent=2, sort_keys=True) + "\n").encode())


def load_directions(name: str = "default") -> Directions:
    """Load the directions of a pretrained model, once per process; raises ModelFileError when there is no such model.

    Raises its subclass DirectionsError when they are missing, damaged, or of another version of the model.
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
    try:
        data = read_checked(path)
    except ModelFileError as error:
        raise DirectionsError(f"The directions {error}") from None
    if _sha256(data) != checksum:
        raise DirectionsError(
            f"The directions {path.name} are damaged or were replaced: their checksum is not the manifest's. {again}"
        )
    return parse_directions(data, path.name)


def parse_directions(data: bytes, name: str) -> Directions:
    """Return the directions in the bytes of a file called `name`; raises DirectionsError."""
    broken = f"The directions {name} are not complete"
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        raise DirectionsError(f"{broken}: they are truncated, damaged, or no JSON file.") from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
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
    # The change of each attribute's estimate by a move of each attribute by one, in deviations.
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
