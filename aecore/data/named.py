"""Data sets of other pictures than digits, by name: where their files are, how they are downloaded, and their splits.

Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017, MIT), Kuzushiji-MNIST (Clanuwat et al., 2018, CC BY-SA 4.0) and CIFAR-10
(Krizhevsky, 2009). The files are those of their authors, in a folder `datasets` like Keras' or in $AECORE_DATA.
"""

from __future__ import annotations

import http.client
import os
import tarfile
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aecore.core import system
from aecore.data import cifar10
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import keras_path

VALIDATION = 5_000
_IDX = tuple(f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))
_CIFAR = "cifar-10-binary.tar.gz"
_CIFAR_PARTS = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}
_MOST = 1.2  # times the bytes that a download is known to have, at most


@dataclass(frozen=True)
class Named:
    """A data set: its title, the names of its classes, where its files come from, and how many megabytes they have."""

    title: str
    classes: Sequence[str]
    address: str
    files: Sequence[str]
    megabytes: int
    shape: tuple[int, int, int]
    noun: str = "pictures"


SETS = {
    "fashion": Named(
        "Fashion-MNIST",
        ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        _IDX,
        31,
        (28, 28, 1),
    ),
    "kuzushiji": Named(
        "Kuzushiji-MNIST",
        ("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo"),
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
        _IDX,
        21,
        (28, 28, 1),
    ),
    "cifar10": Named(
        "CIFAR-10",
        cifar10.CLASSES,
        "https://www.cs.toronto.edu/~kriz",
        (_CIFAR,),
        170,
        (32, 32, 3),
        "photos",
    ),
}
_FOLDERS = {"fashion": "fashion-mnist", "kuzushiji": "kuzushiji-mnist", "cifar10": "."}


def is_here(name: str) -> bool:
    """Return whether the files of a data set are on this machine."""
    return (name == "cifar10" and cifar10.cifar10_path() is not None) or _folder(name) is not None


def load(name: str) -> Dataset:
    """Load a data set, images uint8; raises ValueError, with a sentence for visitors, where it is not to be had."""
    known, folder = SETS[name], _folder(name)
    if name == "cifar10" and cifar10.cifar10_path() is not None:
        return cifar10.load_cifar10(download=False)
    if folder is None:
        raise ValueError(f"{known.title} is not on this server any more.")
    try:
        training, test = _read_cifar10(folder / _CIFAR) if name == "cifar10" else _read_idx(folder)
    except (OSError, ValueError, KeyError, EOFError, tarfile.TarError):
        raise ValueError(f"The files of {known.title} on this server are damaged, or something else.") from None
    rest, validation = training.hold_out(VALIDATION)
    return Dataset(
        name=name,
        title=known.title,
        train=rest,
        validation=validation,
        test=test,
        noun=known.noun,
        classes=tuple(known.classes),
        remark="split with seed 0",
    )


def fetch(name: str, on_progress: Callable[[float], None] = lambda fraction: None) -> None:
    """Download the files of a data set to Keras' folder; `on_progress` gets the fraction received. Raises ValueError.

    What has arrived is read before it is kept.
    """
    known, received = SETS[name], 0
    folder = _home(name)
    made: list[tuple[Path, Path]] = []
    try:
        for file in known.files:
            part = folder / f".{file}.part"
            answer = urllib.request.urlopen(f"{known.address}/{file}", timeout=20)  # noqa: S310  # one of those above
            folder.mkdir(parents=True, exist_ok=True)  # not before: without a network nothing is left behind
            made.append((part, folder / file))
            with answer, part.open("wb") as out:
                while chunk := answer.read(1 << 16):
                    received += len(chunk)
                    if received > _MOST * known.megabytes * 1_000_000:
                        raise ValueError(f"What was downloaded is larger than {known.title}.")
                    out.write(chunk)
                    on_progress(min(received / (known.megabytes * 1_000_000), 1.0))
        for part, path in made:
            system.replace(part, path)
        load(name)
    except (OSError, http.client.HTTPException) as error:  # no network, no such address, a broken connection, ...
        cause = getattr(error, "reason", error)
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        raise ValueError(f"{known.title} could not be downloaded ({reason:.80}).") from None
    except ValueError:
        for _, path in made:
            path.unlink(missing_ok=True)
        raise
    finally:
        for part, _ in made:
            part.unlink(missing_ok=True)


def _home(name: str) -> Path:
    return keras_path().parent / _FOLDERS[name]


def _folder(name: str) -> Path | None:
    """Return the folder that has all files of a data set, Keras' or one in $AECORE_DATA; None where none has."""
    named = os.environ.get("AECORE_DATA")
    for folder in (_home(name), *([Path(named) / _FOLDERS[name]] if named else [])):
        if all((folder / file).is_file() for file in SETS[name].files):
            return folder
    return None


def _read_idx(folder: Path) -> tuple[Split, Split]:
    from aecore.data.own.arrays import read_arrays  # here: few read these files

    def whole(file: str) -> np.ndarray:
        (stored,) = read_arrays(folder / file)
        return np.concatenate(list(stored.rows()))

    images, labels, test_images, test_labels = map(whole, _IDX)
    for some, values in ((images, labels), (test_images, test_labels)):
        if some.shape[1:] != (28, 28) or some.dtype != np.uint8 or len(values) != len(some) or values.max() > 9:
            raise ValueError("these are other files")
    return Split(images, labels), Split(test_images, test_labels)


def _read_cifar10(path: Path) -> tuple[Split, Split]:
    """Return the photos in the authors' archive of plain bytes: a label, then red, green and blue."""
    found = {}
    with tarfile.open(path, "r:gz") as archive:
        parts = {Path(one.name).name: one for one in archive.getmembers() if one.isfile()}
        for split, files in _CIFAR_PARTS.items():
            rows = []
            for file in files:
                data = archive.extractfile(parts[file])
                rows.append(np.frombuffer(data.read() if data else b"", np.uint8).reshape(-1, 3073))
            both = np.concatenate(rows)
            photos = np.ascontiguousarray(both[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
            found[split] = Split(photos, both[:, 0])
    return found["train"], found["test"]
