"""Calls, architectures and files that do not fit are refused in the browser, each with its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.architectures import random_weights
from tests.browser.test_engine import text
from tests.browser.test_networks import COLOUR, OPEN, call, file_as_text, model_file

REASONS = """
    return given.map((file) => {
        try { parseModel(bytes(file)); return 'nothing'; } catch (error) { return error.message; }
    });
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("model.run({ luminance: y, encoder: z }, 'colours')", 'there is no input and no network "colours"'),
        ("model.run({ luminance: y, latent: z }, 'decoder')", 'there is no input and no network "latent"'),
        ("model.run({ encoder: z }, 'decoder')", '"decoder" needs "luminance"'),
        ("model.run({ luminance: y, encoder: y }, 'decoder')", '"encoder" needs 4 numbers, got 64'),
        ("model.run({ luminance: y, encoder: null }, 'decoder')", '"encoder" needs 4 numbers, got undefined'),
        ("model.run.activations({ encoder: z }, 'encoder')", '"encoder" is given, not computed'),
        ("open.run({ photo: y, mask: y }, 'out')", '"photo" must be {data, height, width}'),
        ("open.run({ photo: c(2, 3, 3), mask: c(2, 4, 1) }, 'out')", '"mask" must be {data, height, width}'),
        ("open.run({ photo: c(2, 3, 1), mask: c(2, 3, 1) }, 'out')", '"photo" needs 18 numbers, got 6'),
        ("open.run({ photo: c(0, 3, 3), mask: c(0, 3, 1) }, 'out')", '"photo" must be {data, height, width}'),
    ],
)
def test_a_call_that_does_not_fit_says_why(modules: Page, body: str, message: str) -> None:
    found = call(
        modules,
        f"""
        const [model, open] = given.map((file) => parseModel(bytes(file)));
        const c = (height, width, n) => ({{ data: new Float32Array(height * width * n), height, width }});
        const y = new Float32Array(64), z = new Float32Array(4);
        try {{ {body}; return 'nothing'; }} catch (error) {{ return error.message; }}
        """,
        file_as_text(COLOUR),
        file_as_text(OPEN),
    )
    assert found.startswith(message)


CONV = {"layer": "conv2d", "filters": 2, "kernel": 3, "stride": 1, "activation": "relu"}
TOO_MUCH = {"layer": "conv2d_transpose", "filters": 8192, "kernel": 3, "stride": 31, "activation": "relu"}
NETWORKS: list[tuple[list[str], dict[str, Any], str]] = [  # what one more network reads, its layer, the reason
    (["fine"], {"layer": "lstm", "units": 3}, 'layer 1 of "x": unknown layer "lstm"'),
    (["fine"], {"layer": "constructor"}, 'unknown layer "constructor"'),
    (["fine"], CONV | {"activation": "exp"}, 'unknown activation "exp"'),
    (["x"], CONV, '"x" reads "x": no input and no earlier network'),
    ([], CONV, '"x" reads nothing'),
    (["encoder"], CONV, "conv2d does not fit shape (4)"),
    (["encoder", "fine"], CONV, '"x" cannot concatenate shapes (4) and (8, 8, 3)'),
    (["fine"], CONV | {"stride": 0}, "stride cannot be 0"),
    (["fine"], CONV | {"filters": 0.5}, "filters cannot be 0.5"),
    (["fine"], {"layer": "conv2d", "kernel": 3, "stride": 1}, "filters cannot be undefined"),
    (["fine"], CONV | {"kernel": 10**9}, "kernel cannot be 1000000000"),
    (["fine"], TOO_MUCH, "would give 503,840,768 numbers, more than 1,048,576"),
    (["encoder"], {"layer": "reshape", "shape": [3, 3, 1]}, "reshape does not fit shape (4)"),
    (["fine"], {"layer": "depth_to_space", "block": 2}, "depth_to_space does not fit shape (8, 8, 3)"),
]
Y, AB = "luminance", "chroma"
SPECS: list[tuple[Any, str]] = [  # changes to a good one, or what stands in its place; the reason
    ({"latent": "nobody"}, 'the latent "nobody" is no network'),
    ({"inputs": {Y: [8, 8], AB: [8, 8, 2]}}, 'the input "luminance" cannot have the shape [8,8]'),
    ({"inputs": {Y: [None, None, 1], AB: [8, 8, 2]}}, '"encoder" reads maps of different sizes'),
    ({"inputs": {Y: [None, None, 1], AB: [None, None, 2]}}, "flatten needs a known height and width"),
    ({"networks": {"x": {"reads": [Y]}}}, "the architecture cannot be read"),
    ({"networks": {"__proto__": {"reads": [Y], "layers": [CONV]}}}, 'cannot be called "__proto__"'),
    (
        {"networks": {Y: {"reads": [Y], "layers": [CONV]}}, "latent": None},
        '"luminance" reads nothing, has no layer, or is',
    ),
    ({"networks": {"x": {"reads": [Y], "layers": []}}, "latent": None}, '"x" reads nothing, has no layer'),
    ({"inputs": None}, "the architecture cannot be read"),
    ([], "the architecture cannot be read"),
    (None, "the architecture cannot be read"),
]


def test_an_architecture_that_cannot_run_is_refused(modules: Page) -> None:
    good = COLOUR.to_dict()
    specs = [
        good | {"networks": good["networks"] | {"x": {"reads": reads, "layers": [layer]}}}
        for reads, layer, _ in NETWORKS
    ]
    specs += [good | changes if isinstance(changes, dict) else changes for changes, _ in SPECS]
    reasons = [message for *_, message in (*NETWORKS, *SPECS)]
    weights = random_weights(COLOUR)
    found = call(modules, REASONS, *(text(model_file(spec, weights)) for spec in specs))
    for wanted, said in zip(reasons, found, strict=True):
        assert wanted in said


def test_a_damaged_file_is_refused(modules: Page) -> None:
    weights = random_weights(COLOUR)
    whole = model_file(COLOUR, weights)
    name = "fine.0.kernel"
    too_large = weights | {name: np.zeros((3, 3, 1, 4), np.float32)}
    half = {key: value for key, value in weights.items() if key != "fine.0.bias"}
    no_scale = weights | {name: np.zeros((3, 3, 1, 3), np.int8), f"{name}.scale": np.zeros(0, np.float32)}
    files = [b"", whole[:5], whole[:200], b"\xff" * 64, model_file(COLOUR, no_scale)]
    files += [whole[:-40], model_file(COLOUR, too_large), model_file(COLOUR, half)]
    found = call(modules, REASONS, *(text(file) for file in files))
    assert all("not a complete safetensors file" in said for said in found[:5])
    assert all("do not fit their layer" in said for said in found[5:])
