"""Models by name: the pretrained ones, and those that visitors trained or uploaded, stored in the runs folder.

The name of a visitor's model is `my_` and the beginning of its file's SHA-256. Nobody can guess it, and only the
visitor's own session and links contain it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import aecore
from aecore import tasks
from aecore.core import model_file, pretrained
from aecore.core.spec import SpecError
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import DIGITS
from aecore.data.strokes import sample_image
from aecore.latent.atlas import Atlas, AtlasError
from aecore.latent.atlas_build import build_atlas
from aecore.latent.atlas_examples import atlas_of_examples
from aecore.latent.atlas_file import atlas_to_bytes, load_atlas
from aecore.tasks import Autoencoder
from aecore.training.job import SHOWN, check_size, is_shown
from ui.services import model_names

MEGABYTES = 8  # of an uploaded model, at most
MAX_NAME = 24
TRAINED_IN = ".run"  # the ending of the file, beside a model, with the secret of its training
MOST_KEPT = 60  # models of all visitors; the least recently used are deleted first
_SHOWN, _HELD_OUT = 2_000, 500  # digits in the atlas of a visitor's model, and held-out digits for its distances
_OWN = re.compile(r"my_[0-9a-f]{32}")
_NAME = re.compile(rf"[\w.+-][\w .+-]{{0,{MAX_NAME - 1}}}")


def runs_folder() -> Path:
    """Return the folder of trainings and visitors' models: $AECORE_RUNS, else `runs` next to app.py."""
    named = os.environ.get("AECORE_RUNS")
    return Path(named) if named else Path(__file__).parents[2] / "runs"


def is_own(name: str) -> bool:
    """Return whether a name has the form of a visitor's model's, whether or not that model exists."""
    return _OWN.fullmatch(name) is not None


def exists(name: str) -> bool:
    """Return whether a visitor's model of this name is stored here."""
    return is_own(name) and _path(name).is_file()


def load(name: str) -> Autoencoder:
    """Load a model; raises ModelFileError when it is unknown, missing or damaged."""
    return _load(name) if is_own(name) else tasks.load(name)


def decode(name: str, latent: np.ndarray) -> np.ndarray:
    """Return the decoded image of a latent (D,) by a model, read-only; raises ModelFileError.

    One run of a page shows it in several places, which all get the same.
    """
    return _decode(name, sha256(name), np.asarray(latent, np.float32).tobytes())


@lru_cache(maxsize=16)
def _decode(name: str, checksum: str, latent: bytes) -> np.ndarray:
    found: np.ndarray = load(name).decode(np.frombuffer(latent, np.float32)[None])[0]
    found.flags.writeable = False
    return found


@lru_cache(maxsize=8)
def _load(name: str) -> Autoencoder:
    with contextlib.suppress(OSError):
        os.utime(_path(name))  # marks it as used: `_prune` deletes the least recently used
    return tasks.parse_model(_read(name), "Your model")


def sha256(name: str) -> str:
    """Return the SHA-256 of a model's file in hexadecimal; raises ModelFileError."""
    return _sha256(name) if is_own(name) else pretrained.sha256(name)


@lru_cache(maxsize=64)
def _sha256(name: str) -> str:
    return hashlib.sha256(_read(name)).hexdigest()


def read(name: str) -> bytes:
    """Return the bytes of a model's file; raises ModelFileError."""
    if is_own(name):
        return _read(name)
    return model_file.read_checked(pretrained.MODELS / f"{name}.safetensors", pretrained.sha256(name))


def _read(name: str) -> bytes:
    if not exists(name):
        raise aecore.ModelFileError("Your model is no longer on this server: load its file again, or train a new one.")
    data = model_file.read_checked(_path(name))
    if not hashlib.sha256(data).hexdigest().startswith(name.removeprefix("my_")):
        raise aecore.ModelFileError("The file of your model is damaged: load it again, or train a new one.")
    return data


def label(name: str) -> str:
    """Return the name of a model for display."""
    if not is_own(name):
        return model_names.label(name)
    return f"{given_name(load(name).card)} (yours)" if exists(name) else "your lost model"


def file_name(name: str) -> str:
    """Return the file name under which a visitor's model is downloaded, "" for a pretrained one."""
    return f"{given_name(load(name).card).replace(' ', '-')}.safetensors" if is_own(name) else ""


def given_name(card: Any) -> str:
    """Return the name in the model card of a visitor's model, "unnamed" where it is missing or invalid."""
    name = card.get("name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "unnamed"


def is_name(text: str) -> bool:
    """Return whether a text can be the name of a model: letters, digits, spaces and . + - _, at most 24."""
    return _NAME.fullmatch(text) is not None


def named(data: bytes, name: str) -> bytes:
    """Return a valid model file with `name` written into its model card."""
    return model_file.with_card(data, {**model_file.parse_model(data, "The model").card, "name": name})


def atlas(name: str) -> Atlas:
    """Return the atlas of a model; raises ModelFileError when it has none.

    The atlas of a visitor's model is computed here, in one or two seconds: from the examples in its file, or, for a
    model of digits, from reconstructions by `default`, which need no data set. It has no nonlinear map.
    """
    return _own_atlas(name) if is_own(name) else load_atlas(name)


@lru_cache(maxsize=8)
def _own_atlas(name: str) -> Atlas:
    model = load(name)
    if model.examples is not None:
        return atlas_of_examples(name, sha256(name), model.examples)
    if model.image_shape != (28, 28):
        raise AtlasError("There is no map of this model: its file has no examples.")
    digits, labels = _reference_digits()
    shown, held_out = slice(_SHOWN), slice(_SHOWN, None)
    train, validation, test = (Split(digits[some], labels[some]) for some in (slice(0), held_out, shown))
    data = Dataset("redrawn", "Digits as `default` redraws them", train, validation, test, "digits", DIGITS)
    with np.errstate(all="ignore"):
        found = build_atlas(name, sha256(name), model, data, layout=None)
    if not all(np.isfinite(array).all() for array in (found.latents, found.means, found.distances, found.basis)):
        raise AtlasError("There is no map of this model: its numbers grow without bounds.")
    return found


@lru_cache(maxsize=1)
def _reference_digits() -> tuple[np.ndarray, np.ndarray]:
    known = load_atlas("default")
    some = slice(_SHOWN + _HELD_OUT)
    return tasks.load("default").decode(known.latents[some]), known.labels[some]


@lru_cache(maxsize=8)
def atlas_file(name: str) -> bytes:
    """Return the atlas of a visitor's model as the bytes of a file; raises ModelFileError."""
    return atlas_to_bytes(_own_atlas(name))


def add(data: bytes, file: str, name: str = "") -> str:
    """Store a visitor's model file and return the model's name (`my_...`); `name` replaces the name in its model card.

    `file` names it in error messages. Raises ModelFileError when it is not a model, too large for a page, or unusable.
    """
    if len(data) > MEGABYTES << 20:
        raise aecore.ModelFileError(f"{file} is larger than {MEGABYTES} MB, too large for a model here.")
    model = tasks.parse_model(data, file)
    if not isinstance(model, Autoencoder) or not is_shown(model.spec.shapes["image"]):
        raise aecore.ModelFileError(f"{file} is not an autoencoder of {SHOWN}, and these pages show no others.")
    try:
        check_size(model.spec)
    except SpecError as error:
        raise aecore.ModelFileError(f"The network in {file} is too large for these pages: {error}.") from None
    _try_out(model, file)
    if name:
        data = named(data, name)
    own = f"my_{hashlib.sha256(data).hexdigest()[:32]}"
    if not exists(own):
        try:
            model_file.write_atomically(_path(own), data)
        except OSError as error:
            raise aecore.ModelFileError(f"{file} cannot be kept here: {error.strerror}.") from None
        _prune()
    return own


def _try_out(model: Autoencoder, file: str) -> None:
    """Raise ModelFileError when a model's outputs for an ordinary image are not finite, or its latent is huge."""
    image = sample_image(3) if model.image_shape == (28, 28) else np.full(model.image_shape, 0.5, np.float32)
    with np.errstate(all="ignore"):
        latents = model.encode(image[None])
        valid = np.isfinite(latents).all() and np.abs(latents).max() < 300
        valid = valid and np.isfinite(model.decode(latents)).all()
    if not valid:
        raise aecore.ModelFileError(f"The network in {file} computes numbers without bounds: it cannot be used here.")


def _prune() -> None:
    kept = sorted(_path("").parent.glob("my_*.safetensors"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MOST_KEPT]:
        path.unlink(missing_ok=True)
        path.with_suffix(TRAINED_IN).unlink(missing_ok=True)


def note_training(name: str, secret: str) -> None:
    """Note that a visitor's model comes from the training of this secret, which has its examples' pixels."""
    with contextlib.suppress(OSError):  # then the pages show the examples as the model redraws them
        model_file.write_atomically(_path(name).with_suffix(TRAINED_IN), secret.encode())


def training_of(name: str) -> str:
    """Return the secret of the training that a visitor's model comes from, "" where it is not known."""
    try:
        return _path(name).with_suffix(TRAINED_IN).read_text(encoding="ascii") if is_own(name) else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _path(name: str) -> Path:
    return runs_folder() / "models" / f"{name}.safetensors"
