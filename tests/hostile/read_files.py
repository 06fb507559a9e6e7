"""Feeds one reader of files a thousand bad ones, and reports the results: `python -m tests.hostile.read_files KIND`.

Runs in its own process, so that its memory is that of the reader alone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import aecore
from aecore.core import model_file, pretrained, system
from aecore.core.model import Model
from aecore.core.model_file import ModelFileError
from aecore.core.spec import SpecError
from aecore.core.statistics import measure
from aecore.core.tensor_file import read_header
from aecore.data.digit_line import read_line
from aecore.data.photo import PhotoError, read_photo
from aecore.tasks import parse_model
from deploy.measure import megabytes
from tests.architectures import COLOUR, OPEN, RANDOM, random_spec_of, random_weights
from tests.hostile.corpus import bombs, examples, forged, many, mutated, pictures
from ui.server import routes

COUNT = many(1_000)


def photo(data: bytes) -> None:
    image = read_photo(data)
    assert image.shape == (28, 28)
    assert 0 <= image.min() <= image.max() <= 1


def line(data: bytes) -> None:
    found = read_line(data)
    assert 1 <= len(found.digits) <= 12
    assert all(one.image.shape == (28, 28) for one in found.digits)


def model(data: bytes) -> None:
    found = parse_model(data, "The file")
    with np.errstate(all="ignore"):
        assert found.decode(found.encode(np.zeros((1, 28, 28), np.float32))).shape == (1, 28, 28)
    for side in ("encoder", "decoder"):  # as it is served
        assert read_header(routes.part(data, side))["format"]


def networks(data: bytes) -> None:
    found = model_file.parse_model(data, "The file")
    given = {
        name: np.zeros((1, *(3 if n is None else n for n in shape)), np.float32)
        for name, shape in found.spec.inputs.items()
    }
    with np.errstate(all="ignore"), contextlib.suppress(SpecError):  # of a canvas that grows beyond all bounds
        for name in found.spec.networks:
            assert found.run(given, name).shape[0] == 1
    for side in ("encoder", "decoder"):
        assert read_header(model_file.part(data, side))["format"]


def picture_files() -> list[bytes]:
    valid = pictures()
    return [*bombs().values(), *valid, *examples(COUNT, 12, lambda rng: mutated(rng, rng.choice(valid)))]


def model_files() -> list[bytes]:
    valid = (pretrained.MODELS / "dim1.safetensors").read_bytes(), (pretrained.MODELS / "book.safetensors").read_bytes()
    return [valid[0], *examples(COUNT, 13, lambda rng: _model_file(rng, rng.choice(valid)))]


def network_files() -> list[bytes]:
    """Models with several inputs and networks, with and without a latent, of known and of open sizes."""
    valid = []
    for spec, task in ((COLOUR, "colour"), (OPEN, "masks"), (random_spec_of(RANDOM[1]), "autoencoder")):
        latents = np.random.default_rng(0).normal(size=(99, spec.latent_dim))
        statistics = measure(latents, np.ones(spec.latent_dim)) if spec.latent else None
        with tempfile.NamedTemporaryFile() as file:
            model_file.save_model(Model(spec, random_weights(spec), statistics, {}, task=task), file.name)
            valid.append(Path(file.name).read_bytes())
    return [*valid, *examples(COUNT, 14, lambda rng: _model_file(rng, rng.choice(valid)))]


def _model_file(rng: random.Random, data: bytes) -> bytes:
    """Return a damaged model file, with errors in its bytes, its header's JSON, or its tensors' shapes and offsets."""
    how = rng.randrange(4)
    if how == 0:
        return mutated(rng, data)
    length = int.from_bytes(data[:8], "little")
    header, rest = json.loads(data[8 : 8 + length]), data[8 + length :]
    if how == 1:
        field = rng.choice(["spec", "statistics", "card"])
        header["__metadata__"][field] = json.dumps(forged(rng, json.loads(header["__metadata__"][field])))
    elif how == 2:
        header = forged(rng, header)
    else:
        name = rng.choice([key for key in header if key != "__metadata__"])
        change: dict[str, Any] = {
            "dtype": rng.choice(["F64", "I64", "BOOL", "BF16", "F8_E4M3", "U8", "F4", "", "O"]),
            "shape": rng.choice([[-1], [2**40, 2**40], [0], [], [1.5], [2**63], ["1"], None]),
            "data_offsets": rng.choice([[0, 1], [8, 0], [0, 2**63], [-4, 4], [2**64, 2**65], [0], [0, len(rest)]]),
        }
        key = rng.choice(list(change))
        header[name][key] = change[key]
        if rng.random() < 0.2:
            rest = np.full(len(rest) // 4, np.nan, np.float32).tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


KINDS: dict[str, tuple[Callable[[bytes], None], type[ValueError], Callable[[], list[bytes]]]] = {
    "photo": (photo, PhotoError, picture_files),
    "line": (line, PhotoError, picture_files),
    "model": (model, ModelFileError, model_files),
    "networks": (networks, ModelFileError, network_files),
}


def main(kind: str) -> dict[str, float]:
    """Read all the files; an exception that is not the reader's own ends the process."""
    read, refusal, make = KINDS[kind]
    system.return_freed_memory()  # as in the serving process
    files = make()
    aecore.load("dim1")
    outcomes = {"read": 0.0, "refused": 0.0}

    def feed(data: bytes) -> None:
        try:
            read(data)
            outcomes["read"] += 1
        except refusal:
            outcomes["refused"] += 1

    for data in files[-60:]:  # what is imported and cached by then is no leak
        feed(data)
    gc.collect()
    system.trim_memory()  # what is kept between blocks in use is no leak, and differs from run to run
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = megabytes(os.getpid())
    for data in files:
        feed(data)
    peak = megabytes(os.getpid(), peak=True)
    gc.collect()
    system.trim_memory()
    now = megabytes(os.getpid())
    return {**outcomes, "peak": peak - before, "kept": now - before}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
