"""The process that reads what somebody brought: one sentence, and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aecore.data.own import describe
from aecore.data.own.stored import read_pictures
from tests.aecore.data.own.files import COUNT, LABELS, npz, pictures

# Runs the module with less memory, so that a small bomb is too large for it.
WITH_LESS = f"""
import runpy
from aecore.core import system
limit, system.limit_memory = system.limit_memory, lambda megabytes: limit(min(megabytes, 500))
runpy.run_module({describe.__name__!r}, run_name="__main__", alter_sys=True)
"""


def table(path: Path, cell: bytes, label: str, dictionary: bool = True) -> None:
    rows = pa.table({"image": pa.array([{"bytes": cell, "path": None}] * COUNT), "label": [label] * COUNT})
    pq.write_table(rows, path, compression="zstd", use_dictionary=dictionary)


def described(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    files = folder / "files"
    command = [sys.executable, "-c", code, str(files), str(folder / "out.npz"), "mine"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "0_a.npz").write_bytes(npz(x=pictures(64, 64, 3), y=LABELS))
    done = described(tmp_path, WITH_LESS)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["count"], found["shape"]) == (COUNT, [64, 64, 3])
    np.testing.assert_array_equal(read_pictures(tmp_path / "out.npz").images, pictures(64, 64, 3))


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits a process's own memory")
def test_a_small_file_that_asks_for_much_memory_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    bomb = tmp_path / "files" / "0_bomb.parquet"
    table(bomb, bytes(20_000_000), "a")  # 20 MB stored once, in each of 40 rows
    assert bomb.stat().st_size < 100_000
    done = described(tmp_path, WITH_LESS)
    assert done.returncode == 1
    assert done.stderr.strip() == "The pictures need more memory than this server has: bring fewer."
    assert not (tmp_path / "out.npz").exists()


def test_labels_that_are_long_texts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    table(tmp_path / "files" / "0_texts.parquet", b"", "a" * 500_000)
    assert described(tmp_path, WITH_LESS).stderr.strip() == "The column label has texts too long for labels."


def test_few_rows_tell_the_columns_of_a_wide_table(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    row = ",".join(["0", *["7"] * 250_000])  # 500 x 500, and a label
    (tmp_path / "files" / "0_wide.csv").write_text("\n".join([row] * 24 + [row.replace("7", "9")]))
    done = described(tmp_path, WITH_LESS)
    assert done.stderr == ""
    assert json.loads(done.stdout)["shape"] == [64, 64, 1]
