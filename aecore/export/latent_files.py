"""A latent as the bytes of a file, NPY, JSON or Python, and read back from one."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np

from aecore.core.checks import check_latents
from aecore.core.latents import STEP

VERSION = 1  # of the JSON
LARGEST = 10_000  # bytes; a latent of 64 takes 600
_PER_LINE = 8  # numbers in a line of Python

# Exactly what NumPy writes for a row of numbers, or for a batch of one. Nothing is parsed but this.
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<kind>[<>](?:f[248]|i[248]))', 'fortran_order': (?:False|True), "
    rb"'shape': \((?:1, )?(?P<count>\d{1,4}),?\), \} *\n",
    re.DOTALL,
)

_HEAVY = f"The file has more than {LARGEST // 1000} kB, and a latent takes far less."
_NO_JSON = "This is no latent: bring a JSON file that was downloaded here."
_NO_NPY = "This is no latent: bring an NPY file with one row of numbers."
_NO_NUMBERS = "The latent must be a list of finite numbers, and nothing else."


class LatentFileError(ValueError):
    """Says in one sentence, for the visitor, why a file gave no latent."""


def latent_to_npy(latent: np.ndarray) -> bytes:
    """Write one latent (D,) as NumPy's own file, float32; raises ValueError."""
    buffer = io.BytesIO()
    np.save(buffer, _checked(latent), allow_pickle=False)
    return buffer.getvalue()


def latent_to_json(latent: np.ndarray, model: str, sha256: str) -> bytes:
    """Write one latent (D,) with the name and the checksum of the model it belongs to; raises ValueError."""
    record = {"version": VERSION, "model": model, "sha256": sha256, "latent": _shortest(latent)}
    return (json.dumps(record) + "\n").encode()


def latent_to_python(latent: np.ndarray, model: str, file: str = "") -> str:
    """Write a program that decodes one latent (D,) with a shipped model, or a model file, and saves the picture.

    Raises ValueError.
    """
    numbers = [f"{number}," for number in _shortest(latent)]
    lines = [" ".join(numbers[i : i + _PER_LINE]) for i in range(0, len(numbers), _PER_LINE)]
    return "\n".join(
        [
            "import numpy as np",
            "from PIL import Image",
            "",
            "import aecore",
            "",
            "latent = [",
            *(f"    {line}" for line in lines),
            "]",
            f'model = aecore.load_model("{file}")' if file else f'model = aecore.load("{model}")',
            "image = model.decode(np.array([latent], np.float32))[0]  # (28, 28) in [0, 1]",
            'Image.fromarray(np.rint(image * 255).astype(np.uint8)).save("digit.png")',
            "",
        ]
    )


def _checked(latent: np.ndarray) -> np.ndarray:
    return check_latents(np.asarray(latent)[None], np.size(latent))[0] + 0  # -0 becomes 0


def _shortest(latent: np.ndarray) -> list[float]:
    """Return the shortest decimal numbers that give these very float32 again."""
    return [float(str(number)) for number in _checked(latent)]


def model_from_json(data: bytes) -> tuple[str, str]:
    """Read the model's name and checksum out of `latent_to_json`; raises LatentFileError for anything else."""
    record = _record(data)
    model, sha256 = record.get("model"), record.get("sha256")
    if not (isinstance(model, str) and re.fullmatch(r"\w{1,40}", model, re.ASCII)):
        raise LatentFileError("The file names no model.")
    if not (isinstance(sha256, str) and re.fullmatch(r"[0-9a-f]{64}", sha256)):
        raise LatentFileError("The file lacks the checksum of its model.")
    return model, sha256


def latent_from_json(data: bytes, latent_dim: int) -> np.ndarray:
    """Read `latent_to_json` back, (latent_dim,) float64; raises LatentFileError for anything else."""
    numbers = _record(data).get("latent")
    if not isinstance(numbers, list) or not all(isinstance(number, float) for number in numbers):
        raise LatentFileError(_NO_NUMBERS)
    return _of_size(np.array(numbers, np.float64), latent_dim)


def latent_from_npy(data: bytes, latent_dim: int) -> np.ndarray:
    """Read `latent_to_npy` back, (latent_dim,) float64; raises LatentFileError for anything else.

    Real numbers of any width pass, in one row, (latent_dim,) or (1, latent_dim). The header is matched, never
    evaluated, and nothing is allocated that the file does not hold.
    """
    if len(data) > LARGEST:
        raise LatentFileError(_HEAVY)
    header = _NPY.match(data)
    if header is None or int.from_bytes(header["length"], "little") != header.end() - 10:
        raise LatentFileError(_NO_NPY)
    kind, count = np.dtype(header["kind"].decode()), int(header["count"])
    if len(data) - header.end() != count * kind.itemsize:
        raise LatentFileError("The NPY file is damaged or incomplete: download it once more.")
    return _of_size(np.frombuffer(data, kind, offset=header.end()).astype(np.float64), latent_dim)


def is_npy(data: bytes) -> bool:
    """Return whether a file says that it is NumPy's."""
    return data.startswith(b"\x93NUMPY")


def clamp(latent: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, int]:
    """Bring a latent (D,) into [low, high]; returns it, and how many of its numbers lay half a step or more outside."""
    clamped = np.clip(latent, low, high)
    return clamped, int((np.abs(latent - clamped) >= STEP / 2).sum())


def _record(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise LatentFileError(_HEAVY)
    try:
        # Integers become floats too, those with a thousand digits infinite ones: whatever is no float is no number.
        record = json.loads(data.decode("utf-8-sig"), parse_int=float)
    except (ValueError, RecursionError):
        raise LatentFileError(_NO_JSON) from None
    if not isinstance(record, dict) or "latent" not in record:
        raise LatentFileError(_NO_JSON)
    if record.get("version") != VERSION or isinstance(record["version"], bool):
        raise LatentFileError(f"The file is of another version than {VERSION}, the only one that can be read here.")
    return record


def _of_size(latent: np.ndarray, latent_dim: int) -> np.ndarray:
    if len(latent) != latent_dim:
        raise LatentFileError(f"The file holds {len(latent)} numbers, and the model takes {latent_dim}.")
    if not np.isfinite(latent).all():
        raise LatentFileError(_NO_NUMBERS)
    return latent
