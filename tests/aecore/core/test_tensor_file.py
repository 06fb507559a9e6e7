from __future__ import annotations

import json
import re
import struct
from functools import partial

import numpy as np
import pytest
import safetensors.numpy

from aecore import ModelFileError
from aecore.core.tensor_file import FORMATS, TensorFileError, read_header, read_tensors
from aecore.latent.atlas_file import parse_atlas
from aecore.latent.pca import parse_pca
from aecore.tasks import parse_model

WEIGHT = {"encoder.0.weight": np.ones((8, 16), np.float32)}


def bfloat16() -> bytes:
    """A whole file of numbers that NumPy has no type for."""
    header = json.dumps({"weight": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


def large_header() -> bytes:
    return safetensors.numpy.save(WEIGHT, {"vocabulary": "x" * (1 << 20)})


FOREIGN = {
    "without metadata": safetensors.numpy.save(WEIGHT),
    "of PyTorch": safetensors.numpy.save(WEIGHT, {"format": "pt"}),
    "without tensors": safetensors.numpy.save({}, {"format": "pt"}),
    "of bfloat16": bfloat16(),
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_a_whole_file_of_somebody_else_is_called_foreign_and_not_damaged(data: bytes) -> None:
    safetensors.deserialize(data)  # it is whole
    readers = {"a model": partial(parse_model, data, "It"), "an atlas": partial(parse_atlas, data, "It")}
    for what, read in {**readers, "principal components": partial(parse_pca, data)}.items():
        with pytest.raises(ModelFileError, match=f"is a safetensors file, but not {what} of this playground: ") as e:
            read()
        assert not re.search("damaged|truncated|complete", str(e.value))


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_a_part_of_it_is_called_truncated(data: bytes) -> None:
    for length in (9, len(data) // 2, len(data) - 1):
        if length < len(data):
            with pytest.raises(ModelFileError, match="truncated, damaged, or no safetensors file"):
                parse_model(data[:length], "It")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + bytes(99), b"PK\x03\x04" + b"\7" * 99, b"version https://git-lfs"]
)
def test_another_kind_of_file_is_not_called_damaged(data: bytes) -> None:
    with pytest.raises(ModelFileError, match=r"^It is no safetensors file, and a model of this playground is one\.$"):
        parse_model(data, "It")


def test_a_file_of_another_kind_or_version_says_which() -> None:
    for written, says in (
        ("aecore-atlas-1", "holds an atlas, not a model."),
        ("aecore-pca-1", "holds principal components, not a model."),
        ("aecore-2", "is of another version of this project (aecore-2): here, a model is of the format aecore-1."),
    ):
        with pytest.raises(TensorFileError) as caught:
            read_tensors(safetensors.numpy.save(WEIGHT, {"format": written}), "aecore-1")
        assert str(caught.value) == says


def test_a_header_that_is_too_large_is_said_to_be() -> None:
    with pytest.raises(ModelFileError, match="has a header of more than 1 MB, too large for a model here"):
        parse_model(large_header(), "It")


@pytest.mark.parametrize("wanted", FORMATS)
def test_what_is_of_the_wanted_format_is_read(wanted: str) -> None:
    data = safetensors.numpy.save(WEIGHT, {"format": wanted})
    metadata, tensors = read_tensors(data, wanted)
    assert metadata == read_header(data) == {"format": wanted}
    np.testing.assert_array_equal(tensors["encoder.0.weight"], WEIGHT["encoder.0.weight"])
