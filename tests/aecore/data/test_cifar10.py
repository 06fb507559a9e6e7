from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aecore.data.cifar10 import SCANS, VALIDATION, cifar10_path, load_cifar10, read_scans

TRAIN, TEST = VALIDATION + 20, 7


def scan_of(color: tuple[int, int, int]) -> tuple[bytes, bytes]:
    """Return header and scan of a JPEG of one colour, as the file of scans has them."""
    out = io.BytesIO()
    Image.new("RGB", (32, 32), color).save(out, "JPEG", quality=75)
    data = out.getvalue()
    start = data.index(b"\xff\xda")
    start += 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    return data[:start], data[start:-2]


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    header, out = b"", {}
    kinds = [scan_of(tuple(rng.integers(0, 256, 3).tolist())) for _ in range(10)]
    header = kinds[0][0]
    assert all(other == header for other, _ in kinds)
    for split, count in (("train", TRAIN), ("test", TEST)):
        scans = [kinds[i % 10][1] for i in range(count)]
        out[f"scan_{split}"] = np.frombuffer(b"".join(scans), np.uint8)
        out[f"offset_{split}"] = np.cumsum([0, *map(len, scans)]).astype(np.int32)
        out[f"y_{split}"] = (np.arange(count) % 10).astype(np.uint8)[:, None]
    return {"jpeg_header": np.frombuffer(header, np.uint8), **out}


@pytest.fixture(scope="module")
def folder(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    np.savez(folder / SCANS, **arrays)
    return folder


def test_photos_and_labels_stay_together_and_the_split_is_a_partition(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AECORE_DATA", str(folder))
    data = load_cifar10(download=False)
    assert data.shape == (32, 32, 3)
    assert (len(data.train), len(data.validation), len(data.test)) == (TRAIN - VALIDATION, VALIDATION, TEST)
    assert data.train.images.dtype == np.uint8
    colours = data.test.images[:, 16, 16].astype(int)
    for split in (data.train, data.validation):
        labels = split.known_labels()
        for photo, label in zip(split.images[:50], labels[:50], strict=False):
            if label < TEST:
                np.testing.assert_array_equal(photo[16, 16], colours[label])
    counts = np.bincount(np.concatenate([data.train.known_labels(), data.validation.known_labels()]))
    assert counts.tolist() == [TRAIN // 10] * 10
    assert data.summary == "CIFAR-10 as JPEG: 20 training photos, 5,000 for validation, split with seed 0"


def test_without_a_file_there_is_a_sentence_that_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (str(tmp_path), None):
        monkeypatch.setenv("AECORE_DATA", value) if value else monkeypatch.delenv("AECORE_DATA")
        assert cifar10_path() is None
        with pytest.raises(ValueError, match=r"cifar10_scans\.npz in the folder that \$AECORE_DATA names"):
            load_cifar10(download=False)


def with_(arrays: dict[str, np.ndarray], **changes: Any) -> dict[str, np.ndarray]:
    return {key: value for key, value in {**arrays, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scan_test": None}, "it has no scan_test"),
        ({"jpeg_header": np.zeros(5, np.int64)}, "wanted jpeg_header (N,) uint8"),
        ({"offset_test": np.arange(TEST + 1)}, "the offsets of its test scans do not fit them"),
        ({"offset_test": np.zeros(TEST + 1)}, "the offsets of its test scans do not fit them"),
        ({"y_test": np.full(TEST, 10)}, "y_test holds other labels than 0 to 9"),
        ({"y_test": np.zeros(TEST - 1, np.uint8)}, "the offsets of its test scans do not fit them"),
        ({"jpeg_header": np.zeros(5, np.uint8)}, "its train scan 0 cannot be decoded"),
        ({"jpeg_header": np.array([object()])}, "no NPZ file of numbers"),
    ],
)
def test_an_odd_file_gives_a_sentence(
    changes: dict[str, Any], sentence: str, arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    np.savez(tmp_path / "odd.npz", **with_(arrays, **changes))
    with pytest.raises(ValueError, match="does not hold CIFAR-10 as JPEG scans") as caught:
        read_scans(tmp_path / "odd.npz")
    assert sentence in str(caught.value)


def test_photos_of_another_size_or_too_few_give_a_sentence(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    few = {f"{key}_train": arrays[f"{key}_test"] for key in ("scan", "offset", "y")}
    np.savez(tmp_path / "few.npz", **with_(arrays, **few))
    with pytest.raises(ValueError, match="wanted more than 5,000 training photos, and a test photo at least; got 7"):
        read_scans(tmp_path / "few.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 damaged", b"text"])
def test_a_damaged_or_foreign_file_gives_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"does not hold CIFAR-10 as JPEG scans: it is .*\.$"):
        read_scans(path)
    with pytest.raises(ValueError, match="it cannot be read"):
        read_scans(tmp_path / "none.npz")
