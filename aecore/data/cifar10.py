"""Reads CIFAR-10, 60,000 photos of 32 x 32: JPEG scans from $AECORE_DATA, or Keras' own copy.

Krizhevsky, "Learning multiple layers of features from tiny images", 2009. The file of scans holds the photos as JPEG at
quality 75 with chroma at half the resolution, in another order: measured errors differ a little from Keras' photos'.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from aecore.data.dataset import Dataset, Split, data_file

SIDE = 32
VALIDATION = 5_000
SCANS = "cifar10_scans.npz"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_END = b"\xff\xd9"  # of a JPEG
_KEYS = ("jpeg_header", *(f"{part}_{split}" for split in ("train", "test") for part in ("scan", "offset", "y")))
HOW_TO_GET = (
    f"CIFAR-10 is read from {SCANS} in the folder that $AECORE_DATA names, or from Keras' copy, which "
    "`python -c 'import keras; keras.datasets.cifar10.load_data()'` downloads to ~/.keras/datasets."
)


def load_cifar10(path: str | Path | None = None, download: bool = True) -> Dataset:
    """Return CIFAR-10, photos (N, 32, 32, 3) uint8, from `path`, else $AECORE_DATA, else Keras if `download` permits.

    Raises ValueError when there is no file, or it does not hold these photos. The validation split is drawn with a
    fixed seed from the training photos; the test split is complete.
    """
    path = Path(path) if path else cifar10_path()
    if path is None and not download:
        raise ValueError(HOW_TO_GET)
    training, test = read_scans(path) if path else _download()
    rest, validation = training.hold_out(VALIDATION)
    return Dataset(
        name="cifar10",
        title="CIFAR-10" if path is None else "CIFAR-10 as JPEG",
        train=rest,
        validation=validation,
        test=test,
        noun="photos",
        classes=CLASSES,
        remark="split with seed 0",
    )


def cifar10_path() -> Path | None:
    """Return the path of the scans in the folder $AECORE_DATA; None where there is no such file."""
    return data_file(SCANS)


def read_scans(path: Path) -> tuple[Split, Split]:
    """Return the training and the test photos of a file of JPEG scans; takes some seconds. Raises ValueError."""
    foreign = f"{path} does not hold CIFAR-10 as JPEG scans"
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            missing = [key for key in _KEYS if key not in file]
            if missing:
                raise ValueError(f"{foreign}: it has no {missing[0]}.")
            arrays = {key: file[key] for key in _KEYS}
    except OSError as error:
        raise ValueError(f"{foreign}: it cannot be read ({error.strerror or error}).") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, TypeError, AttributeError):
        raise ValueError(f"{foreign}: it is truncated, damaged, or no NPZ file.") from None
    except ValueError as error:
        if str(error).startswith(foreign):
            raise
        raise ValueError(f"{foreign}: it is no NPZ file of numbers.") from None
    train, test = (_split(arrays, split, foreign) for split in ("train", "test"))
    if len(train) <= VALIDATION or not len(test):
        raise ValueError(
            f"{foreign}: wanted more than {VALIDATION:,} training photos, and a test photo at least; "
            f"got {len(train):,} and {len(test):,}."
        )
    return train, test


def _split(arrays: dict[str, np.ndarray], split: str, foreign: str) -> Split:
    header, scans = (arrays[key] for key in ("jpeg_header", f"scan_{split}"))
    offsets, labels = arrays[f"offset_{split}"], arrays[f"y_{split}"].ravel()
    for name, array in (("jpeg_header", header), (f"scan_{split}", scans)):
        if array.dtype != np.uint8 or array.ndim != 1:
            raise ValueError(f"{foreign}: wanted {name} (N,) uint8, got {array.shape} {array.dtype}.")
    fits = offsets.dtype.kind in "iu" and offsets.ndim == 1 and len(offsets) == len(labels) + 1
    fits = (
        fits and offsets[0] == 0 and offsets[-1] == len(scans) and bool((np.diff(offsets.astype(np.int64)) > 0).all())
    )
    if not fits:
        raise ValueError(f"{foreign}: the offsets of its {split} scans do not fit them.")
    if labels.dtype.kind not in "iu" or (labels.size and not 0 <= labels.min() <= labels.max() < len(CLASSES)):
        raise ValueError(f"{foreign}: y_{split} holds other labels than 0 to {len(CLASSES) - 1}.")
    from PIL import Image  # here: the server asks only whether the file is there

    photos = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
    start, data = header.tobytes(), scans.tobytes()
    for i, photo in enumerate(photos):
        try:
            with Image.open(io.BytesIO(start + data[offsets[i] : offsets[i + 1]] + _END), formats=["JPEG"]) as opened:
                decoded = np.asarray(opened.convert("RGB"))
        except Exception as error:  # Pillow raises many kinds of exceptions for damaged files
            raise ValueError(f"{foreign}: its {split} scan {i} cannot be decoded.") from error
        if decoded.shape != photo.shape:
            raise ValueError(f"{foreign}: its {split} scan {i} is {decoded.shape}, wanted {photo.shape}.")
        photo[:] = decoded
    return Split(photos, labels.astype(np.uint8))


def _download() -> tuple[Split, Split]:
    import keras  # here, because only the download needs it

    try:
        train, test = keras.datasets.cifar10.load_data()
    except Exception as error:  # keras raises a bare Exception when the download fails
        raise ValueError(f"CIFAR-10 could not be downloaded. {HOW_TO_GET}") from error
    return Split(train[0], train[1].ravel()), Split(test[0], test[1].ravel())
