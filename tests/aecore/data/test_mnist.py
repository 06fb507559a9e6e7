from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore.data import mnist
from aecore.data.dataset import Dataset
from aecore.data.mnist import HOW_TO_GET, VALIDATION, fetch_mnist, load_mnist, mnist_path

TRAIN = VALIDATION + 300


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    # Every training image carries its own number, so that a mixed-up split shows.
    x_train = np.zeros((TRAIN, 28, 28), np.uint8)
    x_train[:, 0, 0], x_train[:, 0, 1] = np.arange(TRAIN) % 256, np.arange(TRAIN) // 256
    return {
        "x_train": x_train,
        "y_train": (np.arange(TRAIN) % 10).astype(np.uint8),
        "x_test": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "y_test": rng.integers(0, 10, 20).astype(np.uint8),
    }


@pytest.fixture(scope="module")
def path(arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez_compressed(path, **arrays)
    return path


def numbers(images: np.ndarray) -> np.ndarray:
    corner = images[:, 0, :2].astype(int)
    return corner[:, 0] + 256 * corner[:, 1]


def test_the_split_is_a_partition_and_labels_follow_their_images(path: Path) -> None:
    data = load_mnist(path)
    kept, held_out = numbers(data.train.images), numbers(data.validation.images)
    assert len(held_out) == VALIDATION
    assert sorted([*kept, *held_out]) == list(range(TRAIN))
    np.testing.assert_array_equal(data.train.labels, kept % 10)
    np.testing.assert_array_equal(data.validation.labels, held_out % 10)


def test_the_split_is_drawn_at_random_and_always_the_same(path: Path) -> None:
    first, again = load_mnist(path), load_mnist(str(path))
    np.testing.assert_array_equal(first.train.images, again.train.images)
    kept = numbers(first.train.images)
    assert kept.min() < 100  # not simply the first, nor the last
    assert kept.max() > TRAIN - 100


def test_images_stay_bytes_and_the_test_set_is_whole(path: Path, arrays: dict[str, np.ndarray]) -> None:
    data = load_mnist(path)
    np.testing.assert_array_equal(data.test.images, arrays["x_test"])
    np.testing.assert_array_equal(data.test.as_float(), arrays["x_test"].astype(np.float32) / 255)
    np.testing.assert_array_equal(data.test.labels, arrays["y_test"])


def test_a_card_says_what_the_digits_are(path: Path) -> None:
    data = load_mnist(path)
    assert data.summary == "MNIST: 300 training digits, 5,000 for validation, split with seed 0"
    assert (data.name, data.shape, data.classes) == ("mnist", (28, 28, 1), tuple("0123456789"))


def test_the_environment_names_the_file_unless_a_path_does(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_MNIST", str(path))
    assert len(load_mnist().test) == 20
    monkeypatch.setenv("AECORE_MNIST", str(path.with_name("none.npz")))
    assert len(load_mnist(path).test) == 20
    with pytest.raises(ValueError, match=r"There is no file .*none\.npz"):
        load_mnist()


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no file") as caught:
        load_mnist(tmp_path / "none.npz")
    assert HOW_TO_GET in str(caught.value)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"PK\x03\x04" + bytes(50),
        npy(np.zeros(3)),
        npy(np.array([{}], object)),  # a pickle, which is never opened
        b"\x80\x04K\x01.",
    ],
    ids=["empty", "text", "no-zip", "npy", "object", "pickle"],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is not MNIST in Keras' layout"):
        load_mnist(path)


def test_a_damaged_file_is_refused(tmp_path: Path, path: Path) -> None:
    data = path.read_bytes()
    damaged = tmp_path / "x.npz"
    for content in (data[: len(data) // 2], data[:-30], data[:200] + bytes(300) + data[500:]):
        damaged.write_bytes(content)
        with pytest.raises(ValueError, match=r"is not MNIST in Keras' layout"):
            load_mnist(damaged)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is not MNIST in Keras' layout"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_a_missing_array_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], key: str) -> None:
    np.savez(tmp_path / "x.npz", **{k: v for k, v in arrays.items() if k != key})
    with pytest.raises(ValueError, match=r"is not MNIST in Keras' layout"):
        load_mnist(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "change",
    [
        {"x_train": np.zeros((TRAIN, 784), np.uint8)},
        {"x_train": np.zeros((TRAIN, 28, 28), np.float32)},
        {"x_test": np.zeros((20, 28, 27), np.uint8)},
        {"x_test": np.zeros((), np.uint8)},
    ],
)
def test_arrays_of_another_shape_are_refused(tmp_path: Path, arrays: Any, change: Any) -> None:
    np.savez(tmp_path / "x.npz", **{**arrays, **change})
    with pytest.raises(ValueError, match=r"wanted x_(train|test) \(N, 28, 28\) uint8, got"):
        load_mnist(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("key", "labels", "says"),
    [
        ("y_train", np.zeros(TRAIN - 1, np.uint8), r"y_train \(5300,\), a whole number from 0 to 9 .* got \(5299,\)\."),
        (
            "y_test",
            np.eye(10, dtype=np.uint8)[[3] * 20],
            r"y_test \(20,\), .* got \(20, 10\); labels\.argmax\(axis=1\) .*one-hot",
        ),
        ("y_test", np.zeros(20), r"y_test \(20,\), .* got float64\."),
        ("y_test", np.array(["7"] * 20), r"y_test \(20,\), .* got <U1\."),
        ("y_train", np.full(TRAIN, 10), r"y_train \(5300,\), .* got numbers from 10 to 10\."),
        ("y_train", np.arange(TRAIN) % 10 - 1, r"y_train \(5300,\), .* got numbers from -1 to 8\."),
    ],
)
def test_labels_that_are_no_digits_are_named(
    tmp_path: Path, arrays: Any, key: str, labels: np.ndarray, says: str
) -> None:
    np.savez(tmp_path / "x.npz", **{**arrays, key: labels})
    with pytest.raises(ValueError, match=says) as caught:
        load_mnist(tmp_path / "x.npz")
    assert "x_t" not in str(caught.value)


def test_labels_of_another_width_are_fine(tmp_path: Path, arrays: Any) -> None:
    np.savez(tmp_path / "x.npz", **{**arrays, "y_train": arrays["y_train"].astype(np.int64)})
    data = load_mnist(tmp_path / "x.npz")
    assert data.train.known_labels().dtype == np.uint8


@pytest.mark.parametrize(("training", "test"), [(40, 5), (VALIDATION, 20), (TRAIN, 0)])
def test_too_few_digits_are_refused_with_their_number(tmp_path: Path, arrays: Any, training: int, test: int) -> None:
    some = {key: array[: training if "train" in key else test] for key, array in arrays.items()}
    np.savez(tmp_path / "few.npz", **some)
    with pytest.raises(ValueError, match=f"more than 5,000 training digits.* got {training:,} and {test}\\.$"):
        load_mnist(tmp_path / "few.npz")


def test_the_real_digits(mnist: Dataset) -> None:
    assert [split.images.shape for split in (mnist.train, mnist.validation, mnist.test)] == [
        (55_000, 28, 28),
        (5_000, 28, 28),
        (10_000, 28, 28),
    ]
    assert mnist.train.as_float().mean() == pytest.approx(0.1307, abs=0.002)
    assert list(mnist.test.known_labels()[:4]) == [7, 2, 1, 0]
    assert mnist.summary == "MNIST: 55,000 training digits, 5,000 for validation, split with seed 0"


def test_a_download_lands_where_keras_looks_and_says_how_far_it_is(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    monkeypatch.setattr(mnist, "URL", path.as_uri())
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    assert mnist_path() is None
    received: list[float] = []
    assert fetch_mnist(received.append) == mnist_path() == tmp_path / "datasets" / "mnist.npz"
    assert received == sorted(received)
    assert received
    assert len(load_mnist(mnist_path()).test) == 20


@pytest.mark.parametrize("trouble", ["other file", "no such file", "no network"])
def test_a_download_that_fails_gets_a_sentence_and_leaves_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    urls = {
        "other file": path.as_uri(),
        "no such file": (tmp_path / "none.npz").as_uri(),
        "no network": "http://localhost:1/mnist.npz",
    }
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URL", urls[trouble])
    with pytest.raises(ValueError, match="checksum is wrong" if trouble == "other file" else "could not be downloaded"):
        fetch_mnist()
    assert not (tmp_path / "datasets").exists()


def test_a_file_that_is_named_comes_before_keras_own(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("AECORE_MNIST", str(path))
    assert mnist_path() == path
    monkeypatch.setenv("AECORE_MNIST", str(tmp_path / "none.npz"))
    assert mnist_path() is None
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"")
    assert mnist_path() == tmp_path / "datasets" / "mnist.npz"
