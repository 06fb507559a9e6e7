"""The map of spoken digits: where the latent of each recording lies, for `aecore.load("voice")`.

A safetensors file: latents as int8 with a scale per number, the digit and the speaker of each, and points from -1 to 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import safetensors.numpy

from aecore.core.tensor_file import TensorFileError, read_header
from aecore.data.dataset import Dataset
from aecore.latent.atlas_file import UMAP_STEPS, pack
from aecore.tasks import Voice

FORMAT = "aecore-voices-1"


def weights_sha256(data: bytes) -> str:
    """Return the SHA-256 of the numbers in a model's file, whatever its card says; raises no error."""
    return hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()


def voice_map(
    model: Voice, checksum: str, data: Dataset, speakers: tuple[str, ...], layout: Callable[[np.ndarray], np.ndarray]
) -> bytes:
    """Return the file for a model whose weights have this SHA-256; `layout` maps latents (N, D) to points (N, 2).

    `data` and `speakers` are as `aecore.data.spoken_digits` gives them. The test recordings come first.
    """
    splits = (data.test, data.validation, data.train)
    rows = np.concatenate([split.known_labels() for split in splits])
    latents = np.concatenate([model.encode(split.as_float()) for split in splits])
    points = layout(latents).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    inside = (points - (low + high) / 2) / ((high - low).max() / 2)
    packed, scale = pack(latents)
    tensors = {
        "latents": packed,
        "latents.scale": scale,
        "digits": rows[:, 0].astype(np.uint8),
        "speakers": rows[:, 1].astype(np.uint8),
        "points": np.rint(inside * UMAP_STEPS).astype(np.int16),
    }
    header = {"format": FORMAT, "weights_sha256": checksum, "names": " ".join(speakers)}
    return safetensors.numpy.save(tensors, header)


def model_of(data: bytes) -> str:
    """Return the SHA-256 of the weights of the model whose map a file holds, "" where it is no map."""
    try:
        header = read_header(data)
    except (TensorFileError, ValueError, TypeError):
        return ""
    return header.get("weights_sha256", "") if header.get("format") == FORMAT else ""
