"""The notebooks in `examples/` run, and show what is kept in them."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.examples.notebooks import notebooks, run

TRAINED = "own_data.ipynb"  # what comes out of a training differs a little from machine to machine


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for cell in notebook["cells"] for one in cell.get("outputs", [])]


def picture(output: dict[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"]))), np.int32)


def test_there_are_four() -> None:
    assert len(notebooks()) == 4


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_is_kept_in_it(path: Path) -> None:
    if path.name == TRAINED and not importlib.util.find_spec("tensorflow"):
        pytest.skip("needs TensorFlow")
    kept, found = outputs(json.loads(path.read_text(encoding="utf-8"))), outputs(run(path))
    assert len(found) == len(kept) > 3
    for one, other in zip(found, kept, strict=True):
        assert one["output_type"] == other["output_type"]
        if "data" in one and "image/png" in one["data"]:
            assert picture(one).shape == picture(other).shape
            assert picture(one).std() > 10  # there is something to see
            if path.name != TRAINED:
                assert np.abs(picture(one) - picture(other)).mean() < 1
        elif path.name != TRAINED:
            assert one == other
