"""Measure every shipped model: `python -m aecore.evaluate --data mnist.npz [--json]`. NumPy only."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from aecore.autoencoder import Autoencoder
from aecore.corruption import corrupt
from aecore.data import HOW_TO_GET, Mnist, load_mnist
from aecore.model_file import ModelFileError
from aecore.shipped import MODELS, available, load

COMPONENTS = 16
KIND, LEVEL = "gaussian", 0.5  # the article's corruption
SEED = 0  # of the noise: every model and every run meets the same
_STEP = 1000  # images between two words of progress

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table. Errors are squared errors per pixel against the clean digits, pixels in [0, 1]."""

    name: str
    weights: int
    bytes: int | None  # None: there is no file
    validation_mse: float
    test_mse: float
    validation_denoising_mse: float | None = None  # None: not a denoiser
    test_denoising_mse: float | None = None


def is_denoiser(model: Autoencoder) -> bool:
    """Tell whether the model was trained to undo a corruption."""
    return bool(model.card.get("hyperparameters", {}).get("corruption"))


def evaluate_model(name: str, model: Autoencoder, file_bytes: int, data: Mnist, say: Say) -> Row:
    """Measure a model on clean digits and, if it is a denoiser, on the article's corruption."""
    errors = [
        _error(model, images, images, f"{name}, {split}", say)
        for split, images in (("validation", data.validation_images), ("test", data.test_images))
    ]
    if is_denoiser(model):
        for split, images in (("validation", data.validation_images), ("test", data.test_images)):
            corrupted = corrupt(images, KIND, LEVEL, np.random.default_rng(SEED))
            errors.append(_error(model, corrupted, images, f"{name}, {split}, corrupted", say))
    return Row(name, model.spec.parameter_count, file_bytes, *errors)


def _error(model: Autoencoder, given: np.ndarray, clean: np.ndarray, label: str, say: Say) -> float:
    total = 0.0
    for start in range(0, len(given), _STEP):
        part = slice(start, start + _STEP)
        total += float(np.square(model.reconstruct(given[part]) - clean[part]).sum(dtype=np.float64))
        say(f"{label}: {min(start + _STEP, len(given)):,} of {len(given):,}")
    return total / clean.size


def evaluate_pca(data: Mnist, components: int = COMPONENTS) -> Row:
    """Fit principal components to the training digits and measure how well that many of them redraw the others."""
    training = data.train_images.reshape(len(data.train_images), -1)
    mean = training.mean(axis=0, dtype=np.float64)
    products = np.zeros((mean.size, mean.size))
    for start in range(0, len(training), _STEP):  # in parts, because float64 doubles the memory
        part = training[start : start + _STEP] - mean
        products += part.T @ part
    axes = np.linalg.eigh(products)[1][:, -components:]  # (784, components)

    def error(images: np.ndarray) -> float:
        x = images.reshape(len(images), -1) - mean
        return float(np.mean((x - x @ axes @ axes.T) ** 2))

    weights = axes.size + mean.size
    return Row(f"PCA-{components}", weights, None, error(data.validation_images), error(data.test_images))


def table(rows: list[Row]) -> str:
    """Return the rows as a table for people."""
    heads = ("model", "weights", "file", "validation", "test", "denoising: validation", "test")
    lines = [heads, *(tuple(_cells(row)) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    text = [
        "  ".join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:]])


def _cells(row: Row) -> Iterator[str]:
    yield row.name
    yield f"{row.weights:,}"
    yield "-" if row.bytes is None else f"{row.bytes / 1e6:.2f} MB"
    for error in (row.validation_mse, row.test_mse, row.validation_denoising_mse, row.test_denoising_mse):
        yield "-" if error is None else f"{error:.5f}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read."""
    parser = argparse.ArgumentParser(prog="python -m aecore.evaluate", description="Measure every shipped model.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)

    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last > 1:
            print(line, file=sys.stderr, flush=True)
            last = time.monotonic()

    # Without a path load_mnist would ask Keras to download, and Keras brings TensorFlow along.
    path = options.data or os.environ.get("AECORE_MNIST")
    rows, failures = [], 0
    try:
        if not path:
            raise ValueError(HOW_TO_GET)
        data = load_mnist(path)
        rows.append(evaluate_pca(data))
        names = available()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for name in names:
        try:
            model = load(name)
        except ModelFileError as error:
            print(error, file=sys.stderr)
            failures += 1
            continue
        rows.append(evaluate_model(name, model, (MODELS / f"{name}.safetensors").stat().st_size, data, say))
    if options.json:
        noise = {"kind": KIND, "level": LEVEL, "seed": SEED}
        print(json.dumps({"corruption": noise, "rows": [dataclasses.asdict(row) for row in rows]}, indent=2))
    else:
        print(table(rows))
        print("\nSquared error per pixel against the clean digits, pixels in [0, 1].")
        print(f"Denoising: {KIND} noise of mean and standard deviation {LEVEL} added, clipped.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
