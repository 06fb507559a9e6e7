"""Data sets by name: found where their files are, downloaded with progress, refused when they are something else."""

from __future__ import annotations

import dataclasses
import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from aecore.data import catalogue, named
from tests.aecore.data.own.files import idx

FILES = dict(
    zip(
        named.SETS["fashion"].files,
        (
            np.arange(5020, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2),
            np.arange(5020, dtype=np.uint8) % 10,
            np.zeros((20, 28, 28), np.uint8),
            np.arange(20, dtype=np.uint8) % 10,
        ),
        strict=True,
    )
)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which Fashion-MNIST is downloaded."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("AECORE_DATA", raising=False)
    source = tmp_path / "source"
    source.mkdir()
    for name, array in FILES.items():
        (source / name).write_bytes(gzip.compress(idx(array)))
    there = dataclasses.replace(named.SETS["fashion"], address=source.as_uri())
    monkeypatch.setitem(named.SETS, "fashion", there)
    return source


def test_a_download_is_found_by_name_and_says_how_far_it_is(elsewhere: Path) -> None:
    assert not named.is_here("fashion")
    with pytest.raises(ValueError, match="Fashion-MNIST is not on this server any more"):
        catalogue.load("fashion")
    received: list[float] = []
    named.fetch("fashion", received.append)
    assert received == sorted(received)
    assert named.is_here("fashion")
    data = catalogue.load("fashion")
    assert (len(data.train), len(data.validation), len(data.test)) == (20, 5000, 20)
    assert (data.shape, data.noun, data.classes[9]) == (named.SETS["fashion"].shape, "pictures", "ankle boot")


@pytest.mark.parametrize("trouble", ["none", "damaged", "other"])
def test_what_cannot_be_downloaded_gets_a_sentence_and_leaves_nothing(elsewhere: Path, trouble: str) -> None:
    last = elsewhere / named.SETS["fashion"].files[-1]
    if trouble == "none":
        last.unlink()
    else:
        last.write_bytes(b"\x1f\x8bno" if trouble == "damaged" else gzip.compress(idx(np.zeros(7, np.uint8))))
    with pytest.raises(ValueError, match=r"could not be downloaded|damaged") as caught:
        named.fetch("fashion")
    assert str(caught.value).endswith(".")
    assert not named.is_here("fashion")
    assert not [path for path in elsewhere.parent.joinpath("keras").rglob("*") if path.is_file()]


def test_photos_are_read_from_the_authors_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("AECORE_DATA", raising=False)
    rows = np.zeros((1004, 3073), np.uint8)
    rows[:, 0], rows[:, 1:1025], rows[:, 1025:2049] = np.arange(1004) % 10, 200, 100
    (tmp_path / "datasets").mkdir()
    with tarfile.open(tmp_path / "datasets" / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = rows.nbytes
            archive.addfile(entry, io.BytesIO(rows.tobytes()))
    data = catalogue.load("cifar10")
    assert (data.shape, len(data.train), len(data.test)) == ((32, 32, 3), 20, 1004)
    assert data.train.images[0, 5, 7].tolist() == [200, 100, 0]
