"""Principal component analysis (PCA): the best linear encoder and decoder, for comparison with autoencoders.

`python -m aecore.pca [--data mnist.npz]` fits the components and writes the first 64 to assets/pca. Reading them needs
only NumPy and safetensors.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from aecore.core import manifest, pretrained
from aecore.core.checks import check_floats, check_latents, check_some, check_whole
from aecore.core.model_file import ModelFileError, WriteError, read_checked, read_manifest, write_atomically
from aecore.core.tensor_file import TensorFileError, read_tensors
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist

FORMAT = "aecore-pca-1"
FILE = pretrained.MODELS.parent / "pca" / "pca.safetensors"
MOST = 64  # components in the pretrained file
SIZES = (1, 2, 4, 8, 16, 32, 64)  # numbers of components whose error on the test digits is in its card

_AGAIN = "Run `python -m aecore.pca`."
_PIXELS = 28 * 28  # of the images of the pretrained components
_STEP = 1000  # images at once, because float64 doubles the memory


@dataclass(frozen=True)
class Pca:
    """Components fitted to images of a `shape` of P numbers: mean (P,), axes (P, D), deviations (D,) along them.

    Latents are whitened, like an Autoencoder's. `card`: for a pretrained file, its data, library versions and errors.
    """

    mean: np.ndarray
    axes: np.ndarray
    deviations: np.ndarray
    shape: tuple[int, ...] = (28, 28)
    card: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent."""
        return len(self.deviations)

    @property
    def parameter_count(self) -> int:
        """Numbers needed to encode and decode."""
        return self.axes.size + self.mean.size

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Encode images (N, *shape) float to latents (N, D) float32; raises ValueError."""
        images = check_floats(images, self.shape, "images")
        flat = images.reshape(len(images), len(self.mean))
        return ((flat - self.mean) @ self.axes / self.deviations).astype(np.float32)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (N, D) float to images (N, *shape) float32; raises ValueError.

        They are not clipped to [0, 1], because PCA is linear.
        """
        latents = check_latents(latents, self.latent_dim)
        return ((latents * self.deviations) @ self.axes.T + self.mean).reshape(-1, *self.shape).astype(np.float32)

    def first(self, components: int) -> Pca:
        """Return the first components, those of the largest variance; raises ValueError for more than there are."""
        components = check_whole(components, "components", 1, self.latent_dim)
        return replace(self, axes=self.axes[:, :components], deviations=self.deviations[:components])


def fit_pca(images: np.ndarray) -> Pca:
    """Return all components of images (N, H, W) or (N, H, W, channels) float, in the order of descending variance.

    Raises ValueError unless there are two images at least, and each is finite.
    """
    channels: tuple[None, ...] = (None,) if np.ndim(images) == 4 else ()
    images = check_floats(images, (None, None, *channels), "images")
    check_some(images, "images", 2)
    flat = images.reshape(len(images), -1)
    mean = flat.mean(axis=0, dtype=np.float64)
    products = np.zeros((mean.size, mean.size))
    for start in range(0, len(flat), _STEP):
        part = flat[start : start + _STEP] - mean
        products += part.T @ part
    variances, axes = np.linalg.eigh(products / len(flat))
    # Pixels that are always black give axes of zero variance, which would cause a division by zero.
    return Pca(mean, axes[:, ::-1], np.sqrt(np.maximum(variances[::-1], 1e-12)), images.shape[1:])


def fit_pretrained(data: Dataset) -> Pca:
    """Return the pretrained components, fitted to the training digits and rounded as in their file, with their card."""
    whole = fit_pca(data.train.as_float()).first(MOST)
    rounded = replace(
        whole,
        mean=whole.mean.astype(np.float32),
        axes=whole.axes.astype(np.float16).astype(np.float32),
        deviations=whole.deviations.astype(np.float32),
    )
    errors, images = {}, data.test.as_float()
    for size in SIZES:
        drawn = rounded.first(size).decode(rounded.first(size).encode(images))
        errors[str(size)] = round(float(np.mean(np.square(drawn - images), dtype=np.float64)), 6)
    card = {
        "command": "python -m aecore.pca",
        "data": f"{data.title}: {len(data.train):,} training {data.noun}",
        "versions": {"numpy": version("numpy")},
        "test_mse": errors,
    }
    return replace(rounded, card=card)


def save_pca(pca: Pca, path: Path) -> None:
    """Write components, the axes as float16. An existing file is replaced atomically, or unchanged on failure."""
    tensors: dict[str, np.ndarray] = {
        "mean": np.ascontiguousarray(pca.mean, np.float32),
        "axes": np.ascontiguousarray(pca.axes, np.float16),
        "deviations": np.ascontiguousarray(pca.deviations, np.float32),
    }
    header = {"format": FORMAT, "card": json.dumps(dict(pca.card))}
    write_atomically(path, safetensors.numpy.save(tensors, header))


def load_pca() -> Pca:
    """Load the pretrained components, once per process; raises ModelFileError when they are missing or damaged."""
    if not FILE.exists():
        raise ModelFileError(f"The principal components are missing. {_AGAIN}")
    entry = read_manifest(FILE.parent / pretrained.MANIFEST.name).get(FILE.name, {})
    return _load(FILE, str(entry.get("sha256")))


@lru_cache(maxsize=1)
def _load(path: Path, checksum: str) -> Pca:
    try:
        data = read_checked(path, checksum)
    except ModelFileError as error:
        raise ModelFileError(f"The file of principal components {error} {_AGAIN}") from None
    return parse_pca(data)


def parse_pca(data: bytes) -> Pca:
    """Return the components in the bytes of a file; raises ModelFileError unless they are complete and finite."""
    try:
        header, tensors = read_tensors(data, FORMAT)
    except TensorFileError as error:
        raise ModelFileError(f"The file of principal components {error} {_AGAIN}") from None
    try:
        card = json.loads(header["card"])
        mean, axes, deviations = (tensors[name].astype(np.float32) for name in ("mean", "axes", "deviations"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelFileError(f"This is no complete file of principal components. {_AGAIN}") from None
    valid = (
        isinstance(card, dict)
        and mean.shape == (_PIXELS,)
        and axes.shape == (_PIXELS, len(deviations))
        and all(np.isfinite(values).all() for values in (mean, axes, deviations))
        and (deviations > 0).all()
    )
    if not valid:
        raise ModelFileError(f"This is no file of principal components of digits. {_AGAIN}")
    return Pca(mean, axes, deviations, card=card)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.pca", description="Fit principal components to MNIST.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    options = parser.parse_args(arguments)
    try:
        pca = fit_pretrained(load_mnist(options.data, download=False))
        save_pca(pca, FILE)
        manifest.write(FILE.parent)
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes; test MSE {json.dumps(pca.card['test_mse'])}")
    return 0
