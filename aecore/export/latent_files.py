"""A latent as the bytes of an NPY, JSON or Python file, and reading NPY and JSON back."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np

from aecore.core.checks import check_latents
from aecore.core.latents import STEP

VERSION = 1  # of the JSON format
LARGEST = 10_000  # bytes; a latent of 64 numbers takes 600
_PER_LINE = 8  # numbers in a line of Python

# The exact header that NumPy writes for a row of numbers, or for a batch of one. Any other header is refused.
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<kind>[<>](?:f[248]|i[248]))', 'fortran_order': (?:False|True), "
    rb"'shape': \((?:1, )?(?P<count>\d{1,4}),?\), \} *\n",
    re.DOTALL,
)

_HEAVY = f"The file has more than {LARGEST // 1000} kB, and a latent takes far less."
_NO_JSON = "This is not a saved digit: choose a JSON file that was downloaded here."
_BROKEN_JSON = "This is not a saved digit: the file is cut off, damaged, or not JSON."
_NO_NPY = "This is not a saved digit: choose an NPY file with one row of numbers."
_CUT_NPY = "The NPY file is damaged or incomplete: download it once more."
_NO_NUMBERS = "The latent must be a list of finite numbers, and nothing else."


class LatentFileError(ValueError):
    """A file holds no valid latent; the message says why, in one sentence for the visitor."""


def latent_to_npy(latent: np.ndarray) -> bytes:
    """Return one latent (D,) as an NPY file, float32; raises ValueError."""
    buffer = io.BytesIO()
    np.save(buffer, _checked(latent), allow_pickle=False)
    return buffer.getvalue()


def latent_to_json(latent: np.ndarray, model: str, sha256: str) -> bytes:
    """Return one latent (D,) as JSON, with the name and the SHA-256 of its model; raises ValueError."""
    record = {"version": VERSION, "model": model, "sha256": sha256, "latent": _shortest(latent)}
    return (json.dumps(record) + "\n").encode()


def latent_to_python(latent: np.ndarray, model: str, file: str = "", shape: tuple[int, ...] = (28, 28)) -> str:
    """Return a program that decodes one latent (D,) with a pretrained model, or a model file, and saves the picture.

    `shape` is that of the image, and for a comment. Raises ValueError.
    """
    picture = "digit" if shape == (28, 28) else "picture"
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
            f"image = model.decode(np.array([latent], np.float32))[0]  # {shape} in [0, 1]",
            f'Image.fromarray(np.rint(image * 255).astype(np.uint8)).save("{picture}.png")',
            "",
        ]
    )


def _checked(latent: np.ndarray) -> np.ndarray:
    return check_latents(np.asarray(latent)[None], np.size(latent))[0] + 0  # -0 becomes 0


def _shortest(latent: np.ndarray) -> list[float]:
    """Return the shortest decimal numbers that convert back to exactly these float32."""
    return [float(str(number)) for number in _checked(latent)]


def model_from_json(data: bytes) -> tuple[str, str]:
    """Return the model's name and SHA-256 in a file of `latent_to_json`; raises LatentFileError for any other file."""
    record = _record(data)
    model, sha256 = record.get("model"), record.get("sha256")
    if not (isinstance(model, str) and re.fullmatch(r"\w{1,40}", model, re.ASCII)):
        raise LatentFileError("The file does not name its model.")
    if not (isinstance(sha256, str) and re.fullmatch(r"[0-9a-f]{64}", sha256)):
        raise LatentFileError("The file lacks the checksum of its model.")
    return model, sha256


def latent_from_json(data: bytes, latent_dim: int) -> np.ndarray:
    """Return the latent (latent_dim,) float64 in a file of `latent_to_json`; raises LatentFileError for any other."""
    numbers = _record(data).get("latent")
    if not isinstance(numbers, list) or not all(isinstance(number, float) for number in numbers):
        raise LatentFileError(_NO_NUMBERS)
    return _of_size(np.array(numbers, np.float64), latent_dim)


def latent_from_npy(data: bytes, latent_dim: int) -> np.ndarray:
    """Return the latent (latent_dim,) float64 in an NPY file; raises LatentFileError for an invalid file.

    Real numbers of any width are accepted, in the shape (latent_dim,) or (1, latent_dim). The header is matched by a
    pattern, never evaluated, and no more memory is used than the file's size.
    """
    if len(data) > LARGEST:
        raise LatentFileError(_HEAVY)
    header = _NPY.match(data)
    if is_npy(data) and 10 <= len(data) < 10 + int.from_bytes(data[8:10], "little"):
        raise LatentFileError(_CUT_NPY)
    if header is None or int.from_bytes(header["length"], "little") != header.end() - 10:
        raise LatentFileError(_NO_NPY)
    kind, count = np.dtype(header["kind"].decode()), int(header["count"])
    if len(data) - header.end() != count * kind.itemsize:
        raise LatentFileError(_CUT_NPY)
    return _of_size(np.frombuffer(data, kind, offset=header.end()).astype(np.float64), latent_dim)


def is_npy(data: bytes) -> bool:
    """Return whether a file begins like an NPY file."""
    return data.startswith(b"\x93NUMPY")


def clamp(latent: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a latent (D,) clipped to [low, high], and how many of its numbers were half a step or more outside."""
    clamped = np.clip(latent, low, high)
    return clamped, int((np.abs(latent - clamped) >= STEP / 2).sum())


def _record(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise LatentFileError(_HEAVY)
    try:
        # Integers are parsed as floats too; one of a thousand digits becomes infinite. So any other type is no number.
        record = json.loads(data.decode("utf-8-sig"), parse_int=float)
    except (ValueError, RecursionError):
        raise LatentFileError(_BROKEN_JSON) from None
    if not isinstance(record, dict) or not {"latent", "version"} <= record.keys():
        raise LatentFileError(_NO_JSON)
    if record["version"] != VERSION or isinstance(record["version"], bool):
        raise LatentFileError(f"The file is of another version than {VERSION}, the only one that can be read here.")
    return record


def _of_size(latent: np.ndarray, latent_dim: int) -> np.ndarray:
    if len(latent) != latent_dim:
        raise LatentFileError(f"The file holds {len(latent)} numbers, but the model takes {latent_dim}.")
    if not np.isfinite(latent).all():
        raise LatentFileError(_NO_NUMBERS)
    return latent
