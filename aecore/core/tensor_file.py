"""Reads this project's safetensors files, and says what another file is: foreign, of another kind, or damaged."""

from __future__ import annotations

import json

import numpy as np
import safetensors
import safetensors.numpy
from safetensors import SafetensorError

FORMATS = {
    "aecore-1": "a model",
    "aecore-atlas-1": "an atlas",
    "aecore-pca-1": "principal components",
    "aecore-shape-1": "a shape network",
}
_OURS = "aecore-"  # how the formats of all versions begin
_LARGEST_HEADER = 1 << 20  # bytes, in this project's files
_LARGEST_ANYWHERE = 100_000_000  # bytes, in any safetensors file


class TensorFileError(ValueError):
    """A file is not of the wanted format; the message says what it is, and is to follow the file's name."""


def read_tensors(data: bytes, wanted: str) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return the metadata and the tensors of a file in the format `wanted`, one of FORMATS; raises TensorFileError."""
    what, length = FORMATS[wanted], int.from_bytes(data[:8], "little")
    if length > _LARGEST_ANYWHERE:  # as the first eight bytes of a picture, an archive or a text have it
        raise TensorFileError(f"is no safetensors file, and {what} of this playground is one.")
    broken = TensorFileError("is not complete: it is truncated, damaged, or no safetensors file.")
    if length > len(data) - 8:
        raise broken
    if length > _LARGEST_HEADER:
        raise TensorFileError(f"has a header of more than {_LARGEST_HEADER >> 20} MB, too large for {what} here.")
    try:
        metadata = read_header(data)
        if metadata.get("format") == wanted:
            return metadata, safetensors.numpy.load(data)
        safetensors.deserialize(data)  # is it a whole file of something else?
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError):
        raise broken from None
    raise TensorFileError(_foreign(metadata.get("format"), wanted))


def read_header(data: bytes) -> dict[str, str]:
    """Return the metadata of a safetensors file, empty where there are none; raises ValueError or TypeError.

    The format (https://huggingface.co/docs/safetensors): eight bytes of length, little endian, then JSON.
    """
    length = int.from_bytes(data[:8], "little")
    if not 0 < length <= min(_LARGEST_HEADER, len(data)):
        raise ValueError("header length out of range")
    header = json.loads(data[8 : 8 + length])
    metadata = header.get("__metadata__", {}) if isinstance(header, dict) else None
    if not isinstance(metadata, dict):
        raise TypeError("the header is not a mapping")
    return metadata


def _foreign(written: object, wanted: str) -> str:
    """Return a sentence about a complete file in another format."""
    what = FORMATS[wanted]
    if written in FORMATS:
        return f"holds {FORMATS[str(written)]}, not {what}."
    if isinstance(written, str) and written.startswith(_OURS):
        return f"is of another version of this project ({written:.40}): here, {what} is of the format {wanted}."
    return (
        f"is a safetensors file, but not {what} of this playground: "
        f"it was not written by this project (no {wanted} header)."
    )
