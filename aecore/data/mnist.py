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
from typing import Any

import numpy as np

from aecore.core.model_file import write_atomically
from aecore.data.dataset import Dataset, Split, check_labels

VALIDATION = 5_000
DIGITS = tuple("0123456789")
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"  # as Keras has it, and the checksum
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_BYTES = 11_490_434
_KEYS = ("x_train", "y_train", "x_test", "y_test")
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
    rest, validation = training.hold_out(VALIDATION)
    return Dataset(
        name="mnist",
        title="MNIST",
        train=rest,
        validation=validation,
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
    arrays = _arrays(path)
    for split in ("train", "test"):
        images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
        _check_images(f"{path}: wanted x_{split} (N, 28, 28) uint8", images)
        try:
            check_labels(labels, len(images), len(DIGITS), f"y_{split}")
        except ValueError as error:
            raise ValueError(f"{path}: {error}.") from None
        arrays[f"y_{split}"] = labels.astype(np.uint8)
    counts = len(arrays["x_train"]), len(arrays["x_test"])
    if counts[0] <= VALIDATION or not counts[1]:
        raise ValueError(
            f"{path}: wanted more than {VALIDATION:,} training digits, for {VALIDATION:,} are kept for validation, "
            f"and at least one test digit; got {counts[0]:,} and {counts[1]:,}."
        )
    return arrays


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the four arrays of a file; raises ValueError with a sentence that says what is in their place."""
    foreign, arrays, is_archive = f"{path} is not MNIST in Keras' layout", {}, False
    try:
        with path.open("rb") as raw:
            is_archive = raw.read(2) == b"PK"
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                for key in _KEYS:
                    if key not in file:
                        raise ValueError(
                            f"{foreign}: it has no {key}, only {', '.join(file.files) or 'nothing'!s:.80}."
                        )
                    arrays[key] = _array(file, key, foreign)
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}. {HOW_TO_GET}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, MemoryError):
        problem = "it is truncated or damaged" if is_archive else f"it is no NPZ file with {', '.join(_KEYS)}"
        raise ValueError(f"{foreign}: {problem}.") from None
    except OSError as error:
        raise ValueError(f"{foreign}: it cannot be read ({error.strerror or error}).") from None
    except (ValueError, TypeError, AttributeError) as error:
        if str(error).startswith(foreign):
            raise
        raise ValueError(f"{foreign}: it is no NPZ file with {', '.join(_KEYS)}.") from None
    return arrays


def _array(file: Any, key: str, foreign: str) -> np.ndarray:
    try:
        array = file[key]
    except ValueError:
        raise ValueError(f"{foreign}: {key} holds Python objects or damaged data, not numbers.") from None
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{foreign}: {key} is no array.")
    return array


def _check_images(wanted: str, images: np.ndarray) -> None:
    """Raise ValueError unless images are (N, 28, 28) uint8, with what would make them so where that is known."""
    if images.shape[1:] == (28, 28) and images.dtype == np.uint8:
        if images.size and images.max() == 1:
            raise ValueError(f"{wanted}, from 0 to 255, got numbers from 0 to 1; 255 * images makes bytes of them.")
        return
    hint = {
        (28, 28, 1): "; images[..., 0] takes the channel away",
        (1, 28, 28): "; images[:, 0] takes the channel away",
        (784,): "; images.reshape(-1, 28, 28) makes pictures of rows",
    }.get(images.shape[1:], "")
    if images.shape[1:] == (28, 28) and images.dtype.kind in "iuf" and images.size:
        fractions = images.dtype.kind == "f" and images.max() <= 1
        hint = f"; {'(255 * images).round()' if fractions else 'images.round()'}.astype(np.uint8) makes bytes of them"
    raise ValueError(f"{wanted}, got {images.shape} {images.dtype}{hint}.")


def _download() -> dict[str, np.ndarray]:
    import keras  # here, because only the download needs it

    try:
        train, test = keras.datasets.mnist.load_data()
    except Exception as error:  # keras raises a bare Exception when the download fails
        raise ValueError(f"MNIST could not be downloaded. {HOW_TO_GET}") from error
    return {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}
