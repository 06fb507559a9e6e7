"""Reads and writes an atlas as one safetensors file. Reading needs only NumPy and safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import safetensors.numpy

from aecore.core import pretrained
from aecore.core.model_file import ModelFileError, channel_scale, read_checked, write_atomically
from aecore.core.tensor_file import TensorFileError, read_tensors
from aecore.latent.atlas import QUANTILES, Atlas, AtlasError

FORMAT = "aecore-atlas-1"
UMAP_STEPS = 32767  # a coordinate from -1 to 1 is one int16


def save_atlas(atlas: Atlas, path: str | Path) -> None:
    """Write an atlas. An existing file is replaced atomically, or unchanged on failure."""
    write_atomically(Path(path), atlas_to_bytes(atlas))


def atlas_to_bytes(atlas: Atlas) -> bytes:
    """Return an atlas as the bytes of a file."""
    latents, scale = pack(atlas.latents)
    tensors = {
        "latents": latents,
        "latents.scale": scale,
        "labels": atlas.labels,
        "means": atlas.means,
        "distances": atlas.distances,
    }
    if atlas.latent_dim > 2:
        tensors |= {"basis": atlas.basis, "centre": atlas.centre}
    if atlas.umap is not None:
        tensors["umap"] = np.rint(atlas.umap * UMAP_STEPS).astype(np.int16)
    header = {
        "format": FORMAT,
        "model": atlas.model,
        "model_sha256": atlas.model_sha256,
        "card": json.dumps(dict(atlas.card)),
    }
    return safetensors.numpy.save(tensors, header)


def pack(latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return latents (N, D) rounded for a file: int8 (N, D), and a scale per dimension (D,) float32."""
    # A latent of two numbers is a point on a map, where 255 steps would be visible.
    if latents.shape[1] == 2:
        return latents, np.ones(2, np.float32)
    scale = channel_scale(latents)
    return np.rint(latents / scale).astype(np.int8), scale


def load_atlas(name: str = "default") -> Atlas:
    """Load the atlas of a pretrained model, once per process.

    Raises ModelFileError when there is no such model or it has no atlas; its subclass AtlasError when the atlas is
    missing, damaged, or computed for another version of the model.
    """
    model_sha256 = pretrained.sha256(name)
    path = pretrained.atlases() / f"{name}.safetensors"
    atlas = _load(path, pretrained.atlas_sha256(name))
    if (atlas.model, atlas.model_sha256) != (name, model_sha256):
        raise AtlasError(
            f"The atlas of {name} was computed for another model than the shipped one. "
            f"Run `python -m aecore.atlas --only {name}`."
        )
    return atlas


@lru_cache(maxsize=4)
def _load(path: Path, checksum: str) -> Atlas:
    if not path.exists():
        raise AtlasError(f"The atlas of {path.stem} is missing. Run `python -m aecore.atlas --only {path.stem}`.")
    try:
        data = read_checked(path, checksum)
    except ModelFileError as error:
        raise AtlasError(f"The atlas {error}") from None
    return parse_atlas(data, f"The atlas {path.name}")


def parse_atlas(data: bytes, name: str) -> Atlas:
    """Return the atlas in the bytes of a file called `name`; raises AtlasError."""
    broken = f"{name} is not complete"
    try:
        header, tensors = read_tensors(data, FORMAT)
    except TensorFileError as error:
        raise AtlasError(f"{name} {error}") from None
    try:
        model, checksum, card = header["model"], header["model_sha256"], json.loads(header["card"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise AtlasError(f"{broken}: it does not say which model it belongs to.") from None
    if not isinstance(card, dict):
        raise AtlasError(f"{broken}: its card is not a mapping.")
    _check_shapes(tensors, broken)
    scale = tensors["latents.scale"]
    if not ((scale > 0) & (scale < 1e30)).all():
        raise AtlasError(f"{broken}: a scale of its latents is not a positive number.")
    with np.errstate(over="ignore"):
        latents = tensors["latents"] * scale
    umap = tensors["umap"] / np.float32(UMAP_STEPS) if "umap" in tensors else None
    basis, centre = (
        tensors.get(key, simple) for key, simple in (("basis", np.eye(2, dtype="f4")), ("centre", np.zeros(2, "f4")))
    )
    labels, means, distances = (tensors[key] for key in ("labels", "means", "distances"))
    arrays = (latents, labels, means, basis, centre, distances, *(() if umap is None else (umap,)))
    if not all(np.isfinite(array).all() for array in arrays):
        raise AtlasError(f"{broken}: it holds NaN or infinite numbers.")
    if labels.max() >= len(means):
        raise AtlasError(f"{broken}: it holds a label of a class that has no mean.")
    if distances[0] < 0 or (distances[1:] < distances[:-1]).any():
        raise AtlasError(f"{broken}: its quantiles are no distances in rising order.")
    if np.abs(basis).max() > 2 or np.abs(basis @ basis.T - np.eye(2)).max() > 1e-3:
        raise AtlasError(f"{broken}: the axes of its map are not orthonormal.")
    for array in arrays:
        array.setflags(write=False)
    return Atlas(model, checksum, latents, labels, means, basis, centre, umap, distances, card)


def _check_shapes(tensors: Mapping[str, np.ndarray], broken: str) -> None:
    shape = tensors["latents"].shape if "latents" in tensors else ()
    if len(shape) != 2 or shape[0] < 1 or shape[1] < 2:
        raise AtlasError(f"{broken}: it holds no latents (N, D).")
    n, dim = shape
    kinds = max(2, *tensors["means"].shape[:1]) if "means" in tensors else 2
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {
        "latents": ("int8" if dim > 2 else "float32", (n, dim)),
        "latents.scale": ("float32", (dim,)),
        "labels": ("uint8", (n,)),
        "means": ("float32", (kinds, dim)),
        "distances": ("float32", (QUANTILES,)),
    }
    if dim > 2:
        wanted |= {"umap": ("int16", (n, 2)), "basis": ("float32", (2, dim)), "centre": ("float32", (dim,))}
    if set(tensors) != set(wanted):
        raise AtlasError(f"{broken}: wanted {', '.join(wanted)}; see {sorted(set(tensors) ^ set(wanted))[0]!r:.60}.")
    for key, (dtype, size) in wanted.items():
        if tensors[key].dtype != dtype or tensors[key].shape != size:
            have = f"{tensors[key].dtype} {tensors[key].shape}"
            raise AtlasError(f"{broken}: {key} is {have}, wanted {dtype} {size}.")
