"""Files and pictures made to break what reads them: each is read or refused, and takes little memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aecore.core.model_file import ModelFileError
from aecore.data import png
from aecore.data.photo import PhotoError, read_photo
from tests.hostile.corpus import bombs, many
from ui.services import model_store


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="Linux tells a process's own peak, others do not"
)
@pytest.mark.parametrize("kind", ["photo", "line", "model", "networks"])
def test_a_thousand_bad_files_are_read_or_refused_within_little_memory(
    kind: str, run_python: Callable[..., Any]
) -> None:
    done = run_python("-W", "ignore", "-m", "tests.hostile.read_files", kind)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["read"] + found["refused"] > many(1_000)
    assert found["read"] > many(20)  # those that are valid in spite of it
    assert found["peak"] < 50  # MB; the largest that are allowed take 15 to 20
    assert found["kept"] < 10


# Valid, only large in what nobody needs of them; the last is what fits of pixels without end.
@pytest.mark.parametrize("name", bombs())
def test_no_bomb_is_a_photo(name: str) -> None:
    with pytest.raises(PhotoError, match=r"^[A-Z].*\.$"):
        read_photo(bombs()[name])


def test_a_header_counts_only_where_it_belongs() -> None:
    with pytest.raises(ValueError, match="not where it belongs"):
        png.essentials(bombs()["a second header"])


@pytest.mark.parametrize("data", [b"", bytes(8), b"\xff" * 64, bytes((model_store.MEGABYTES << 20) + 1)], ids=range(4))
def test_what_is_no_model_is_refused_before_anything_is_written(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    with pytest.raises(ModelFileError, match=r"^The file .*\.$"):
        model_store.add(data, "The file")
    assert not list(tmp_path.iterdir())
