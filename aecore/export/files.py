"""What a visitor takes away, as the bytes of a file, and what such files give back: pictures and latents."""

from __future__ import annotations

import io
import itertools
import json
import re
from typing import Any

import numpy as np
from PIL import Image

from aecore.core.checks import check_images, check_latents
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


# ---- out -------------------------------------------------------------------------------------------------------


def image_to_png(image: np.ndarray, scale: int = 1) -> bytes:
    """Write an image (28, 28) in [0, 1] as a grey PNG, every pixel enlarged to `scale` x `scale`; raises ValueError."""
    grey = _to_grey(image).repeat(scale, axis=0).repeat(scale, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    return buffer.getvalue()


def image_to_svg(image: np.ndarray) -> bytes:
    """Write an image (28, 28) in [0, 1] as SVG, one rectangle for each run of equal pixels; raises ValueError."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" width="560" height="560"'
        ' shape-rendering="crispEdges">\n<rect width="28" height="28"/>\n'  # black, where nothing else is said
    ]
    for y, row in enumerate(_to_grey(image).tolist()):
        x = 0
        for grey, run in itertools.groupby(row):
            width = len(list(run))
            if grey:
                colour = "#" + 3 * f"{grey:02x}"
                parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="1" fill="{colour}"/>\n')
            x += width
    return "".join([*parts, "</svg>\n"]).encode()


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


def _to_grey(image: np.ndarray) -> np.ndarray:
    return np.rint(check_images(np.asarray(image)[None])[0] * 255).astype(np.uint8)


def _checked(latent: np.ndarray) -> np.ndarray:
    return check_latents(np.asarray(latent)[None], np.size(latent))[0] + 0  # -0 becomes 0


def _shortest(latent: np.ndarray) -> list[float]:
    """Return the shortest decimal numbers that give these very float32 again."""
    return [float(str(number)) for number in _checked(latent)]


def images_to_gif(images: np.ndarray, scale: int = 8, milliseconds: int = 60) -> bytes:
    """Write images (N, 28, 28) in [0, 1] as an endless GIF, one frame each; raises ValueError.

    Of equal images in a row only the first becomes a frame, which lasts for all of them.
    """
    if not len(images):
        raise ValueError("an animation needs at least one image")
    frames = [Image.fromarray(_to_grey(image).repeat(scale, axis=0).repeat(scale, axis=1)) for image in images]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()


def images_to_strip(images: np.ndarray, scale: int = 4) -> bytes:
    """Write images (N, 28, 28) in [0, 1] side by side as one grey PNG, pixels enlarged; raises ValueError."""
    grey = np.concatenate([_to_grey(image) for image in images], axis=1)
    buffer = io.BytesIO()
    Image.fromarray(grey.repeat(scale, axis=0).repeat(scale, axis=1)).save(buffer, "PNG")
    return buffer.getvalue()


# ---- in --------------------------------------------------------------------------------------------------------


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
    """Tell whether a file calls itself NumPy's."""
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
