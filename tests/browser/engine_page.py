"""Calls the engine in a page: arrays and model files travel as text."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from playwright.sync_api import Page

from aecore.core.spec import Spec
from tests.architectures import random_weights

# What every function in the page begins with: values come and go as text.
PRELUDE = """
    const { loadModel, parseModel } = await import('./engine.js');
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const numbers = (text) => new Float32Array(bytes(text));
    const letters = (array) => Array.from(new Uint8Array(array.buffer), (byte) => String.fromCharCode(byte));
    const text = (array) => btoa(letters(array).join(''));
    const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);
"""


def text(data: np.ndarray | bytes) -> str:
    """Write an array's numbers, or bytes, as text."""
    return base64.b64encode(data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()).decode()


def numbers(text: str) -> np.ndarray:
    """Read the float32 numbers of a text."""
    return np.frombuffer(base64.b64decode(text), np.float32)


def model_file(spec: Any, weights: Mapping[str, np.ndarray]) -> bytes:
    """Write a model file of a Spec, or of what stands in its place."""
    data = spec.to_dict() if isinstance(spec, Spec) else spec
    header = {"format": "aecore-1", "spec": json.dumps(data), "statistics": "null"}
    return safetensors.numpy.save(dict(weights), header)


def file_as_text(spec: Spec) -> str:
    """Write a model file with random weights, for a page."""
    return text(model_file(spec, random_weights(spec)))


def call(page: Page, body: str, *arguments: object) -> Any:
    """Run the body of an asynchronous function in the page, its arguments being `given`."""
    return page.evaluate(f"async (given) => {{{PRELUDE}{body}}}", list(arguments))
