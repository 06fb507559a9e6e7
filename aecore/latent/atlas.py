"""The atlas of a model: the latents of MNIST's 10,000 test digits, two maps of them, and how near real digits lie.

`python -m aecore.atlas [--data mnist.npz] [--only default plane]` computes assets/atlas/NAME.safetensors.
Reading one takes NumPy and safetensors only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import threadpoolctl
from safetensors import SafetensorError

from aecore.core import manifest, pretrained
from aecore.core.checks import check_latents
from aecore.core.model_file import (
    ModelFileError,
    WriteError,
    channel_scale,
    read_checked,
    read_header,
    write_atomically,
)
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.mnist import Mnist, load_mnist
from aecore.tasks import Autoencoder, load

FORMAT = "aecore-atlas-1"
NAMES = ("default", "plane")  # the models that are shipped with an atlas
SEED = 0
NEIGHBOURS, SPREAD = 15, 0.3  # of UMAP; with its usual 0.1 the digits of a kind lie on top of each other
_KINDS = 10
_QUANTILES = 101
_UMAP_STEPS = 32767  # a coordinate from -1 to 1 is one int16

Layout = Callable[[np.ndarray], np.ndarray]  # latents (N, D) -> points (N, 2)


class AtlasError(ModelFileError):
    """An atlas that cannot be used or computed; the message is a sentence that a person can act on."""


@dataclass(frozen=True)
class Atlas:
    """Latents of real digits, (N, D) float32, in the order of MNIST's test set, with their labels (N,) uint8.

    `means` (10, D): the mean latent of each digit.
    `basis` (2, D), orthonormal, and `centre` (D,): the flat map. Latents are whitened: all their principal components
    are alike, so these are the first two of the ten *means*, the plane of latent space in which the digits lie
    farthest apart. A latent of two numbers is its own map.
    `umap` (N, 2) in [-1, 1]: the bent map (McInnes, Healy and Melville, https://arxiv.org/abs/1802.03426), computed
    beforehand; None for a latent of two numbers, and where nobody had the time.
    `distances` (101,): quantiles, 0 % to 100 %, of how far held-out digits lie from the nearest of these latents.
    `model`, `model_sha256`: whose latents they are. `card`: seed, data, library versions, cost of rounding.
    """

    model: str
    model_sha256: str
    latents: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    means: np.ndarray = field(repr=False)
    basis: np.ndarray = field(repr=False)
    centre: np.ndarray = field(repr=False)
    umap: np.ndarray | None = field(repr=False)
    distances: np.ndarray = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return int(self.latents.shape[1])

    def project(self, latents: np.ndarray) -> np.ndarray:
        """Return where latents (N, D) lie on the flat map, (N, 2) float32; raises ValueError."""
        return self._project(check_latents(latents, self.latent_dim)).astype(np.float32)

    def lift(self, points: np.ndarray, latents: np.ndarray) -> np.ndarray:
        """Move latents (N, D) to points (N, 2) of the flat map, (N, D) float32; raises ValueError.

        Only the two coordinates move: whatever of a latent is orthogonal to the map stays.
        """
        points, latents = check_latents(points, 2), check_latents(latents, self.latent_dim)
        if len(points) != len(latents):
            raise ValueError(f"wanted one point per latent; got {len(points)} points and {len(latents)} latents")
        return (latents + (points - self._project(latents)) @ self.basis).astype(np.float32)

    def _project(self, latents: np.ndarray) -> np.ndarray:
        return (latents.astype(np.float64) - self.centre) @ self.basis.T.astype(np.float64)

    def nearest(self, latent: np.ndarray, k: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Find the k digits nearest to a latent (D,): (indices (k,), distances (k,)), nearest first.

        Raises ValueError unless the latent fits and k is from 1 to N.
        """
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= len(self.latents):
            raise ValueError(f"wanted k, a whole number from 1 to {len(self.latents)}; got {k!r:.40}")
        distances = self._distances(latent)
        indices = np.argsort(distances, kind="stable")[:k]
        return indices, distances[indices]

    def percentile(self, latent: np.ndarray) -> float:
        """Say which share of held-out digits lies nearer to a real digit than a latent (D,) does, 0 to 100.

        Small is solid ground; 100 is farther out than any of the 5,000. Raises ValueError.
        """
        return float(np.interp(self._distances(latent).min(), self.distances, np.linspace(0, 100, _QUANTILES)))

    def _distances(self, latent: np.ndarray) -> np.ndarray:
        return _distances(self.latents, check_latents(np.asarray(latent)[None], self.latent_dim)[0])


def _distances(latents: np.ndarray, latent: np.ndarray) -> np.ndarray:
    # In float64, where no finite float32 overflows. One einsum takes a sixth of the time of a square and a sum. (N,)
    away = latents - latent.astype(np.float64)
    return np.sqrt(np.einsum("nd,nd->n", away, away))


def build_atlas(
    name: str, checksum: str, model: Autoencoder, data: Mnist, layout: Layout | None, say: Say = lambda line: None
) -> Atlas:
    """Compute the atlas of a model called `name`, whose file has this sha256; `layout` draws the bent map, if any.

    Every number is one that a file holds. Raises AtlasError for a latent of one number, or when a digit is missing.
    """
    start = time.monotonic()
    if model.latent_dim < 2:
        raise AtlasError(f"A map has two coordinates, and the latent of {name} is a single number.")
    labels = data.test_labels.astype(np.uint8)
    if set(labels.tolist()) != set(range(_KINDS)):
        raise AtlasError("An atlas shows all ten digits; these test digits are not of ten kinds.")
    encoded = in_steps(model.encode, data.test_images, f"{name}, test digits, encoding", say)
    held_out = in_steps(model.encode, data.validation_images, f"{name}, held-out digits, encoding", say)
    latents = np.multiply(*_pack(encoded))
    drawn, drawn_rounded = (in_steps(model.decode, some, f"{name}, decoding", say) for some in (encoded, latents))
    cost = {
        "latent_rms": float(np.sqrt(np.mean(np.square(latents - encoded)))),
        "decoded_mse": float(np.mean(np.square(drawn_rounded - drawn), dtype=np.float64)),
    }
    means = np.stack([latents[labels == digit].mean(axis=0, dtype=np.float64) for digit in range(_KINDS)])
    libraries, umap = ["numpy"], None
    if model.latent_dim == 2:
        basis, centre = np.eye(2), np.zeros(2)
    else:
        basis, centre = _widest_plane(means)
    if model.latent_dim > 2 and layout is not None:
        say(f"{name}, UMAP")
        umap = _fit_square(layout(latents))
        libraries += ["umap-learn", "pynndescent", "numba", "scikit-learn"]
    nearest = [_distances(latents, latent).min() for latent in held_out]
    return Atlas(
        model=name,
        model_sha256=checksum,
        latents=latents,
        labels=labels,
        means=means.astype(np.float32),
        basis=basis.astype(np.float32),
        centre=centre.astype(np.float32),
        umap=umap,
        distances=np.quantile(nearest, np.linspace(0, 1, _QUANTILES)).astype(np.float32),
        card={
            "command": f"python -m aecore.atlas --only {name}",
            "data": f"MNIST: {len(latents):,} test digits; distances from {len(held_out):,} validation digits",
            "seed": SEED,
            "seconds": round(time.monotonic() - start),
            "umap": {} if umap is None else {"n_neighbors": NEIGHBOURS, "min_dist": SPREAD},
            "rounding": cost,
            "versions": {library: version(library) for library in libraries},
        },
    )


def _pack(latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # What a file holds: bytes, and a scale per dimension. Two numbers are a place on a map, where 255 steps would show.
    if latents.shape[1] == 2:
        return latents, np.ones(2, np.float32)
    scale = channel_scale(latents)
    return np.rint(latents / scale).astype(np.int8), scale


def _widest_plane(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = means.mean(axis=0)
    basis = np.linalg.svd(means - centre)[2][:2]
    largest = np.take_along_axis(basis, np.abs(basis).argmax(axis=1)[:, None], axis=1)
    return basis * np.sign(largest), centre  # a sign is free: the largest number of each axis is positive


def _fit_square(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    points = (points - (low + high) / 2) / ((high - low).max() / 2)
    return (np.rint(points * _UMAP_STEPS) / _UMAP_STEPS).astype(np.float32)


def umap_layout(latents: np.ndarray) -> np.ndarray:
    """Draw latents (N, D) as points (N, 2) with UMAP, the same for the same library versions; raises AtlasError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # importing umap imports TensorFlow
    try:
        from umap import UMAP  # type: ignore[import-untyped]  # has no types; imported late, because reading never needs it
    except ModuleNotFoundError:
        raise AtlasError("The map needs umap-learn: pip install -r requirements-dev.txt.") from None
    # One thread: with more of them a seed does not settle the result.
    points: np.ndarray = UMAP(n_neighbors=NEIGHBOURS, min_dist=SPREAD, random_state=SEED, n_jobs=1).fit_transform(
        latents
    )
    return points


def save_atlas(atlas: Atlas, path: str | Path) -> None:
    """Write an atlas; an existing file is replaced in one step, or stays as it is on failure."""
    write_atomically(Path(path), atlas_to_bytes(atlas))


def atlas_to_bytes(atlas: Atlas) -> bytes:
    """Return the file of an atlas."""
    latents, scale = _pack(atlas.latents)
    tensors = {
        "latents": latents,
        "latents.scale": scale,
        "labels": atlas.labels,
        "means": atlas.means,
        "distances": atlas.distances,
    }
    if atlas.latent_dim > 2:
        tensors |= {"basis": atlas.basis, "centre": atlas.centre}
    if atlas.umap is not None:
        tensors["umap"] = np.rint(atlas.umap * _UMAP_STEPS).astype(np.int16)
    header = {
        "format": FORMAT,
        "model": atlas.model,
        "model_sha256": atlas.model_sha256,
        "card": json.dumps(dict(atlas.card)),
    }
    return safetensors.numpy.save(tensors, header)


def load_atlas(name: str = "default") -> Atlas:
    """Load the atlas of a shipped model, once per process.

    Raises ModelFileError when there is no such model or it has no atlas; AtlasError, one of its kind, when the atlas
    is missing, damaged, or computed for another model than the shipped one.
    """
    model_sha256 = pretrained.sha256(name)
    atlas = _load(name, pretrained.atlas_sha256(name))
    if (atlas.model, atlas.model_sha256) != (name, model_sha256):
        raise AtlasError(
            f"The atlas of {name} was computed for another model than the shipped one. "
            f"Run `python -m aecore.atlas --only {name}`."
        )
    return atlas


@lru_cache(maxsize=4)
def _load(name: str, checksum: str) -> Atlas:
    path = pretrained.atlases() / f"{name}.safetensors"
    if not path.exists():
        raise AtlasError(f"The atlas of {name} is missing. Run `python -m aecore.atlas --only {name}`.")
    try:
        data = read_checked(path, checksum)
    except ModelFileError as error:
        raise AtlasError(f"The atlas {error}") from None
    return parse_atlas(data, f"The atlas {path.name}")


def parse_atlas(data: bytes, name: str) -> Atlas:
    """Build an atlas from the bytes of an atlas file called `name`; raises AtlasError."""
    broken = f"{name} is not complete"
    try:
        header = read_header(data)
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError):
        raise AtlasError(f"{broken}: it is truncated, damaged, or no safetensors file.") from None
    if header.get("format") != FORMAT:
        raise AtlasError(f"{name} was not written by this project (no {FORMAT} header).")
    try:
        model, checksum, card = header["model"], header["model_sha256"], json.loads(header["card"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise AtlasError(f"{broken}: it does not say which model it belongs to.") from None
    if not isinstance(card, dict):
        raise AtlasError(f"{broken}: its card is not a mapping.")
    _check_shapes(tensors, broken)
    scale = tensors["latents.scale"]
    if not ((scale > 0) & (scale < 1e30)).all():
        raise AtlasError(f"{broken}: a scale of its latents is not a positive number.")
    with np.errstate(over="ignore"):
        latents = tensors["latents"] * scale
    umap = tensors["umap"] / np.float32(_UMAP_STEPS) if "umap" in tensors else None
    basis, centre = (
        tensors.get(key, simple) for key, simple in (("basis", np.eye(2, dtype="f4")), ("centre", np.zeros(2, "f4")))
    )
    labels, means, distances = (tensors[key] for key in ("labels", "means", "distances"))
    arrays = (latents, labels, means, basis, centre, distances, *(() if umap is None else (umap,)))
    if not all(np.isfinite(array).all() for array in arrays):
        raise AtlasError(f"{broken}: it holds NaN or infinite numbers.")
    if labels.max() >= _KINDS:
        raise AtlasError(f"{broken}: it holds a label that is no digit.")
    if distances[0] < 0 or (distances[1:] < distances[:-1]).any():
        raise AtlasError(f"{broken}: its quantiles are no distances in rising order.")
    if np.abs(basis).max() > 2 or np.abs(basis @ basis.T - np.eye(2)).max() > 1e-3:
        raise AtlasError(f"{broken}: the axes of its map are not orthonormal.")
    for array in arrays:
        array.setflags(write=False)
    return Atlas(model, checksum, latents, labels, means, basis, centre, umap, distances, card)


def _check_shapes(tensors: Mapping[str, np.ndarray], broken: str) -> None:
    shape = tensors["latents"].shape if "latents" in tensors else ()
    if len(shape) != 2 or shape[0] < 1 or shape[1] < 2:
        raise AtlasError(f"{broken}: it holds no latents (N, D).")
    n, dim = shape
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {
        "latents": ("int8" if dim > 2 else "float32", (n, dim)),
        "latents.scale": ("float32", (dim,)),
        "labels": ("uint8", (n,)),
        "means": ("float32", (_KINDS, dim)),
        "distances": ("float32", (_QUANTILES,)),
    }
    if dim > 2:
        wanted |= {"umap": ("int16", (n, 2)), "basis": ("float32", (2, dim)), "centre": ("float32", (dim,))}
    if set(tensors) != set(wanted):
        raise AtlasError(f"{broken}: wanted {', '.join(wanted)}; see {sorted(set(tensors) ^ set(wanted))[0]!r:.60}.")
    for key, (dtype, size) in wanted.items():
        if tensors[key].dtype != dtype or tensors[key].shape != size:
            have = f"{tensors[key].dtype} {tensors[key].shape}"
            raise AtlasError(f"{broken}: {key} is {have}, wanted {dtype} {size}.")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.atlas", description="Compute the atlases of models.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument(
        "--only", nargs="+", metavar="MODEL", help=f"default: {' and '.join(NAMES)}, as far as they are shipped"
    )
    options = parser.parse_args(arguments)
    try:
        names = options.only or [name for name in pretrained.available() if name in NAMES]
        models = {name: load(name) for name in names}
        data = load_mnist(options.data, download=False)
        for name, model in models.items():
            with threadpoolctl.threadpool_limits(1, "blas"):  # as in aecore.evaluate
                atlas = build_atlas(name, pretrained.sha256(name), model, data, umap_layout, seldom())
            out = pretrained.atlases() / f"{name}.safetensors"
            save_atlas(atlas, out)
            manifest.write(pretrained.atlases())
            print(f"{out.name}: {out.stat().st_size:,} bytes; {json.dumps(atlas.card['rounding'])}")
    except (ValueError, WriteError) as error:  # ModelFileError is the former
        print(error, file=sys.stderr)
        return 1
    return 0
