"""Read and write a model as one safetensors file: weights as tensors; Spec, statistics and card in the header."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from aecore.core import system
from aecore.core.examples import Examples
from aecore.core.mixture import Mixture
from aecore.core.model import Model
from aecore.core.network import NAME
from aecore.core.spec import Spec
from aecore.core.statistics import LatentStatistics
from aecore.core.tensor_file import TensorFileError, read_header, read_tensors

FORMAT = "aecore-1"
MAX_BYTES = 64 << 20
_LARGE = 1 << 14  # numbers; kernels of this size or more are stored as int8
_SCALE = ".scale"  # the ending of the name of an int8 kernel's scales
_MIXTURE, _EXAMPLES = "mixture.", "examples."
USUAL_TASK = "autoencoder"  # of a file that does not name its task


class ModelFileError(ValueError):
    """A model file cannot be used; the message says why, in a sentence for a person who can act on it."""


class WriteError(OSError):
    """A file could not be written; the message says why, and the file's previous content is unchanged."""

    def __str__(self) -> str:
        return f"{self.filename} cannot be written: {self.strerror}. What was there before is untouched."


def save_model(model: Model, path: str | Path) -> None:
    """Write a model, its weights rounded. An existing file is replaced atomically, or unchanged on failure."""
    header = {
        "format": FORMAT,
        "spec": json.dumps(model.spec.to_dict()),
        "statistics": json.dumps(model.statistics and model.statistics.to_dict()),
        "card": json.dumps(dict(model.card)),
    }
    if model.task != USUAL_TASK:
        header["task"] = model.task
    tensors: dict[str, np.ndarray] = {}
    for name, value in model.weights.items():
        tensors |= _pack(name, value)
    if model.mixture is not None:
        parts = model.mixture.to_tensors().items()
        tensors |= {_MIXTURE + name: np.ascontiguousarray(value, np.float16) for name, value in parts}
    if model.examples is not None:
        tensors |= {_EXAMPLES + name: value for name, value in model.examples.to_tensors().items()}
        header["examples"] = json.dumps(model.examples.to_dict())
    write_atomically(Path(path), safetensors.numpy.save(tensors, header))


def part(data: bytes, side: str) -> bytes:
    """Return one part of a valid model file, its "encoder" or "decoder", as a file: browsers load the parts separately.

    The encoder part has the networks that only the latent needs; the decoder part has all others and the mixture. The
    model card and the examples are left out.
    """
    header = read_header(data)
    encoder = _only_for_the_latent(Spec.from_dict(json.loads(header["spec"])))
    tensors = {
        name: value
        for name, value in safetensors.numpy.load(data).items()
        if (name.split(".")[0] in encoder) == (side == "encoder") and not name.startswith(_EXAMPLES)
    }
    left_out = ("card", "examples")
    return safetensors.numpy.save(tensors, {key: value for key, value in header.items() if key not in left_out})


def _only_for_the_latent(spec: Spec) -> set[str]:
    if spec.latent is None:
        return set()
    latent = set(spec.needed(spec.latent, spec.inputs))
    given = {*spec.inputs, spec.latent}
    return latent.difference(*(spec.needed(name, given) for name in spec.networks if name not in latent))


def with_card(data: bytes, card: Mapping[str, Any]) -> bytes:
    """Return a valid model file with another model card; its tensors are unchanged."""
    return safetensors.numpy.save(safetensors.numpy.load(data), {**read_header(data), "card": json.dumps(dict(card))})


def round_weights(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return weights rounded as in a model file, float32: large kernels to int8 per channel, the others to float16.

    Biases are not rounded. For the default model this adds 3e-6 to the squared error per pixel, and the file is half as
    large as with float16.
    """
    return {name: _unpack(name, _pack(name, value)) for name, value in weights.items()}


def _pack(name: str, value: np.ndarray) -> dict[str, np.ndarray]:
    if value.ndim == 1:
        return {name: np.ascontiguousarray(value, np.float32)}
    if value.size < _LARGE:
        return {name: np.ascontiguousarray(value, np.float16)}
    scale = channel_scale(value)
    return {name: np.rint(value / scale).astype(np.int8), name + _SCALE: scale}


def _unpack(name: str, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
    value = tensors[name].astype(np.float32)
    return value * tensors[name + _SCALE] if tensors[name].dtype == np.int8 else value


def channel_scale(kernel: np.ndarray) -> np.ndarray:
    """Return the scale of each channel (..., C), (C,) float32, at which its largest number becomes 127.

    With 12 bits, a scale times an int8 is exact in float32.
    """
    largest = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1)))
    mantissa, exponent = np.frexp(np.maximum(largest, 1e-30) / 127)
    return np.ldexp(np.rint(mantissa * 4096) / 4096, exponent).astype(np.float32)


def read_checked(path: str | Path, sha256: str | None = None) -> bytes:
    """Return a model file's bytes; raises ModelFileError when it is missing, unreadable, or has another SHA-256."""
    path = Path(path)
    if "\0" in str(path):
        raise ModelFileError(f"No file can be called {str(path)!r:.60}.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelFileError(f"{path.name} is larger than {MAX_BYTES >> 20} MB, too large for a model file.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelFileError(f"The model file {path.name} is missing. Restore it, or choose another model.") from None
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read: {error.strerror}.") from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ModelFileError(
            f"{path.name} is damaged or was replaced: its checksum is not the one in the manifest. "
            "Restore the file (git checkout), or run `python -m aecore.manifest` if you replaced it on purpose."
        )
    return data


def parse_model(data: bytes, name: str) -> Model:
    """Return the model, of any task, in the bytes of a model file called `name`; raises ModelFileError.

    Never runs code from the file.
    """
    broken = f"{name} is not a complete model file"
    try:
        header, tensors = read_tensors(data, FORMAT)
    except TensorFileError as error:
        raise ModelFileError(f"{name} {error}") from None
    try:
        spec = Spec.from_dict(json.loads(header["spec"]))
        statistics = _read_statistics(header["statistics"], spec)
        card = json.loads(header["card"])
    except KeyError as error:
        raise ModelFileError(f"{broken}: its header has no {error}.") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{broken}: {error}.") from None
    if not isinstance(card, dict):
        raise ModelFileError(f"{broken}: its model card is not a mapping.")
    task = header.get("task", USUAL_TASK)
    if not isinstance(task, str) or not NAME.fullmatch(task):
        raise ModelFileError(f"{broken}: its task has no name.")
    mixture = examples = None
    parts, shown = _taken_out(tensors, _MIXTURE), _taken_out(tensors, _EXAMPLES)
    try:
        if (parts or shown) and spec.latent is None:
            raise ValueError(f"there {'is a mixture' if parts else 'are examples'}, but no latent")
        if parts:
            mixture = Mixture.from_tensors(parts, spec.latent_dim)
        if shown:
            examples = Examples.from_tensors(shown, json.loads(header["examples"]), spec.latent_dim)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{broken}: {error}.") from None
    return Model(spec, _check_weights(tensors, spec, broken), statistics, card, mixture, task, examples)


def _taken_out(tensors: dict[str, np.ndarray], beginning: str) -> dict[str, np.ndarray]:
    """Take the tensors whose names begin so out of others, and return them by the rest of their names."""
    return {name.removeprefix(beginning): tensors.pop(name) for name in list(tensors) if name.startswith(beginning)}


def _read_statistics(text: str, spec: Spec) -> LatentStatistics | None:
    data = json.loads(text)
    if spec.latent is None:  # a task may have a latent that is no network's output, and then has statistics of it
        return None if data is None else LatentStatistics.from_dict(data)
    return LatentStatistics.from_dict(data, spec.latent_dim)


def _check_weights(tensors: Mapping[str, np.ndarray], spec: Spec, broken: str) -> dict[str, np.ndarray]:
    wanted = spec.weight_shapes
    expected = {*wanted, *(name + _SCALE for name in wanted if name in tensors and tensors[name].dtype == np.int8)}
    if set(tensors) != expected:
        odd = sorted(set(tensors) ^ expected)[0]
        raise ModelFileError(f"{broken}: its weights do not fit its architecture (see {odd!r:.60}).")
    weights = {}
    for key, shape in wanted.items():
        value = tensors[key]
        if value.shape != shape or value.dtype not in (np.int8, np.float16, np.float32):
            allowed = f"int8, float16 or float32 {shape}"
            raise ModelFileError(f"{broken}: {key} is {value.dtype} {value.shape}, wanted {allowed}.")
        if value.dtype == np.int8:
            scale = tensors[key + _SCALE]
            if scale.shape != shape[-1:] or scale.dtype != np.float32:
                raise ModelFileError(f"{broken}: {key} has no scale for each of its channels.")
        value = _unpack(key, tensors)
        if not np.isfinite(value).all():
            raise ModelFileError(f"{broken}: {key} holds NaN or infinite weights.")
        value.setflags(write=False)
        weights[key] = value
    return weights


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file atomically: readers, a full disk or a power cut leave the old file or the complete new one.

    Raises WriteError.
    """
    try:
        _replace(path, data)
    except OSError as error:
        raise WriteError(error.errno, error.strerror, str(path)) from None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        system.replace(Path(temporary), path)
    except BaseException:
        os.unlink(temporary)
        raise


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a manifest of pretrained files, {file name: {"sha256": ..., "bytes": ...}}; raises ModelFileError."""
    try:
        return {file: dict(entry) for file, entry in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise ModelFileError(f"The manifest {path} is missing or damaged. Restore it (git checkout).") from None
