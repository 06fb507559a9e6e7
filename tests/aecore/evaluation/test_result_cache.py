from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aecore.evaluation.result_cache import ResultCache, digest


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    value: float | None


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "measure.py"
    path.write_text("first")
    return path


def never() -> Figure:
    raise AssertionError("measured again")


def test_what_was_found_is_not_measured_again(tmp_path: Path, source: Path) -> None:
    file = tmp_path / "folder" / "kept.json"
    for value in (0.1 + 0.2, None):
        found = ResultCache(file, [source]).get(f"a {value}", Figure, lambda value=value: Figure("x", value))
        assert found == Figure("x", value)
        assert ResultCache(file, [source]).get(f"a {value}", Figure, never) == found
    with pytest.raises(AssertionError, match="measured again"):
        ResultCache(file, [source]).get("b", Figure, never)


def test_a_change_of_the_code_forgets_everything(tmp_path: Path, source: Path) -> None:
    file = tmp_path / "kept.json"
    ResultCache(file, [source]).get("a", Figure, lambda: Figure("x", 1.0))
    source.write_text("second")
    assert ResultCache(file, [source]).get("a", Figure, lambda: Figure("x", 2.0)) == Figure("x", 2.0)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"code": 1}', '{"code": null, "found": 7}'])
def test_a_damaged_file_only_costs_time(tmp_path: Path, source: Path, damage: str) -> None:
    file = tmp_path / "kept.json"
    file.write_text(damage)
    assert ResultCache(file, [source]).get("a", Figure, lambda: Figure("x", 1.0)) == Figure("x", 1.0)


def test_a_digest_tells_arrays_apart() -> None:
    weights = {"a": np.arange(4.0), "b": np.zeros((2, 2))}
    others = (
        {**weights, "a": np.arange(4.0) + 1e-9},
        {**weights, "b": np.zeros(4)},
        {"a": weights["a"]},
        {"a": weights["b"], "b": weights["a"]},
    )
    assert digest(weights) == digest(dict(reversed(weights.items())))
    assert len({digest(weights), *map(digest, others)}) == 5
