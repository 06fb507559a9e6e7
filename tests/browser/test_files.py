"""What the browser fetches besides Streamlit's own files: small, cached for good, and nothing else."""

from __future__ import annotations

import urllib.error
import urllib.request

import numpy as np
import pytest
import safetensors.numpy

import aecore
from aecore.core.pretrained import sha256
from ui.server.routes import model_url, module_url


def fetch(address: str) -> tuple[bytes, str]:
    """Return a file and its Cache-Control header."""
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.read(), response.headers["Cache-Control"]


def part_url(app: str, name: str, side: str) -> str:
    return f"{app}/{model_url(name, sha256(name))}".replace(".safetensors", f".{side}.safetensors")


@pytest.mark.parametrize("name", aecore.available())
def test_a_decoder_comes_in_at_most_four_megabytes_and_is_the_shipped_one(app: str, name: str) -> None:
    data, cache = fetch(part_url(app, name, "decoder"))
    assert len(data) <= 4_000_000
    assert "immutable" in cache
    tensors, weights = safetensors.numpy.load(data), aecore.load(name).weights
    bias = "decoder.0.bias"
    np.testing.assert_array_equal(tensors[bias].astype(np.float32), weights[bias])


def test_modules_are_cached_for_good(app: str) -> None:
    data, cache = fetch(f"{app}/{module_url('frontend/engine/engine.js')}")
    assert b"export function loadModel" in data
    assert "immutable" in cache


@pytest.mark.parametrize(
    "path",
    [
        "models/0000000000000000/default.decoder.safetensors",  # another version: it must not be cached as this one
        "models/{version}/default.whole.safetensors",
        "models/{version}/nobody.decoder.safetensors",
        "models/{version}/..%2Fmanifest.decoder.safetensors",
        "modules/x/features/draw/part.css",
        "modules/x/..%2Fpage_frame.py",
    ],
)
def test_nothing_else_is_there(app: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(f"{app}/{path.format(version=sha256('default')[:16])}")
    refused.value.close()
    assert refused.value.code in (400, 404)
