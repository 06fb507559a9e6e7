"""Small model files for tests, and files that must be refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import safetensors.numpy

from aecore import Autoencoder, save_model
from aecore.core.spec import Conv2D, Dense, Flatten, Reshape, Spec
from aecore.core.statistics import measure
from tests.architectures import random_weights

SPEC = Spec.autoencoder((Flatten(), Dense(12, "silu"), Dense(5)), (Dense(784, "sigmoid"), Reshape((28, 28, 1))))


def model_of(spec: Spec, scale: float = 1) -> Autoencoder:
    weights = {name: value * np.float32(scale) for name, value in random_weights(spec).items()}
    latents = np.random.default_rng(0).normal(size=(99, spec.latent_dim))
    return Autoencoder(spec, weights, measure(latents, np.ones(spec.latent_dim)), {})


def file_of(model: Autoencoder, folder: Path) -> bytes:
    save_model(model, folder / "model.safetensors")
    return (folder / "model.safetensors").read_bytes()


def hostile(data: bytes, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Return files that must be refused, each with a part of the error message."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])["__metadata__"]
    tensors = safetensors.numpy.load(data)
    decoder = SPEC.networks["decoder"].layers
    wide = Spec.autoencoder((Conv2D(60, 31), Flatten(), Dense(5)), decoder)
    bias = "encoder.2.bias"
    files = {
        "empty": b"",
        "truncated": data[:-1],
        "half": data[: len(data) // 2],
        "a pickle": b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.",
        "a header without end": b"\xff" * 8 + data[8:],
        "huge tensors": with_sizes(data, [10**9, 10**9]),
        "wrong shapes": safetensors.numpy.save({**tensors, bias: np.zeros(6, np.float32)}, header),
        "a bad Spec": safetensors.numpy.save(tensors, {**header, "spec": '{"encoder": [{"layer": "lambda"}]}'}),
        "numbers that are none": safetensors.numpy.save({**tensors, bias: np.full(5, np.nan, np.float32)}, header),
        "somebody else's": safetensors.numpy.save(tensors, {"format": "pt"}),
        "slow": file_of(model_of(wide), folder),
        "a latent of 65": file_of(model_of(Spec.autoencoder((Flatten(), Dense(65)), decoder)), folder),
        "without bounds": file_of(model_of(SPEC, 1e4), folder),
        "nine megabytes": data + bytes(9 << 20),
    }
    says = {
        "wrong shapes": "wanted int8",
        "a bad Spec": "not a complete model file",
        "numbers that are none": "NaN",
        "a pickle": "is no safetensors file",
        "a header without end": "is no safetensors file",
        "somebody else's": "is a safetensors file, but not a model of this playground",
        "slow": "too large for these pages",
        "a latent of 65": "at most 64",
        "without bounds": "without bounds",
        "nine megabytes": "larger than 8 MB",
    }
    return {name: (bad, says.get(name, "truncated, damaged")) for name, bad in files.items()}


def with_sizes(data: bytes, shape: list[int]) -> bytes:
    """Return a model file whose header gives one tensor another shape."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["encoder.1.kernel"]["shape"] = shape
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]
