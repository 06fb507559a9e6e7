"""Reads MNIST from a path, from $AECORE_MNIST, or with Keras' downloader."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aecore.core.model_file import write_atomically
from aecore.data.dataset import Dataset, Split

VALIDATION = 5_000
DIGITS = tuple("0123456789")
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"  # as Keras has it, and the checksum
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_BYTES = 11_490_434
HOW_TO_GET = (
    "MNIST is read from --data FILE or from the file $AECORE_MNIST names: mnist.npz in Keras' layout, which "
    "`python -c 'import keras; keras.datasets.mnist.load_data()'` downloads to ~/.keras/datasets/mnist.npz."
)


def load_mnist(path: str | Path | None = None, download: bool = True) -> Dataset:
    """Return MNIST from `path`, else from $AECORE_MNIST, else from Keras, which downloads it if `download` permits.

    Raises ValueError when there is no file, or its content is not MNIST, or it has too few digits.
    The validation split is drawn with a fixed seed from the 60,000 training digits; the test split is complete.
    """
    path = path or os.environ.get("AECORE_MNIST")
    if not path and not download:
        raise ValueError(HOW_TO_GET)
    arrays = _read(Path(path)) if path else _download()
    training, test = (Split(arrays[f"x_{split}"], arrays[f"y_{split}"]) for split in ("train", "test"))
    order = np.random.default_rng(0).permutation(len(training))
    return Dataset(
        name="mnist",
        title="MNIST",
        train=training.take(np.sort(order[VALIDATION:])),
        validation=training.take(np.sort(order[:VALIDATION])),
        test=test,
        noun="digits",
        classes=DIGITS,
        remark="split with seed 0",
    )


def mnist_path() -> Path | None:
    """Return the path of MNIST, in $AECORE_MNIST or Keras' folder; None when it is in neither place."""
    named = os.environ.get("AECORE_MNIST")
    return next((path for path in (*([Path(named)] if named else []), keras_path()) if path.is_file()), None)


def keras_path() -> Path:
    """Return the path at which Keras stores MNIST."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"


def fetch_mnist(on_progress: Callable[[float], None] = lambda fraction: None) -> Path:
    """Download MNIST, 11 MB, to Keras' folder; `on_progress` gets the fraction received. Raises ValueError."""
    chunks: list[bytes] = []
    received = 0
    try:
        with urllib.request.urlopen(URL, timeout=20) as answer:
            while chunk := answer.read(1 << 16):
                chunks.append(chunk)
                received += len(chunk)
                on_progress(min(received / _BYTES, 1.0))
                if received > 2 * _BYTES:
                    break
        data = b"".join(chunks)
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise ValueError("What was downloaded is not MNIST, or damaged: its checksum is wrong.")
        write_atomically(keras_path(), data)
    except (OSError, http.client.HTTPException) as error:  # no network, no such address, a broken connection, ...
        cause = getattr(error, "reason", error)
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        raise ValueError(f"MNIST could not be downloaded ({reason:.80}).") from None
    return keras_path()


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {key: file[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}. {HOW_TO_GET}") from None
    except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        raise ValueError(f"{path} is not MNIST in Keras' layout (x_train, y_train, x_test, y_test).") from None
    for split in ("train", "test"):
        _check(path, split, arrays[f"x_{split}"], arrays[f"y_{split}"])
        arrays[f"y_{split}"] = arrays[f"y_{split}"].astype(np.uint8)
    counts = len(arrays["x_train"]), len(arrays["x_test"])
    if counts[0] <= VALIDATION or not counts[1]:
        raise ValueError(
            f"{path}: wanted more than {VALIDATION:,} training digits, for {VALIDATION:,} are kept for validation, "
            f"and at least one test digit; got {counts[0]:,} and {counts[1]:,}."
        )
    return arrays


def _check(path: Path, split: str, images: np.ndarray, labels: np.ndarray) -> None:
    if images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise ValueError(f"{path}: wanted x_{split} (N, 28, 28) uint8, got {images.shape} {images.dtype}.")
    wanted = f"{path}: wanted y_{split} ({len(images)},), a whole number from 0 to 9 per image"
    if labels.shape != images.shape[:1]:
        one_hot = labels.shape == (len(images), len(DIGITS))
        hint = "; labels.argmax(axis=1) makes such numbers of one-hot rows" if one_hot else ""
        raise ValueError(f"{wanted}, got {labels.shape}{hint}.")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{wanted}, got {labels.dtype}.")
    if labels.size and not 0 <= labels.min() <= labels.max() < len(DIGITS):
        raise ValueError(f"{wanted}, got numbers from {labels.min()} to {labels.max()}.")


def _download() -> dict[str, np.ndarray]:
    import keras  # here, because only the download needs it

    try:
        train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # keras raises a bare Exception when the download fails
        raise ValueError(f"MNIST could not be downloaded. {HOW_TO_GET}") from error
    return {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}
