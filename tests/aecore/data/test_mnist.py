from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore.data import mnist
from aecore.data.mnist import HOW_TO_GET, VALIDATION, Mnist, fetch_mnist, load_mnist, mnist_path

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
    corner = np.rint(images[:, 0, :2] * 255).astype(int)
    return corner[:, 0] + 256 * corner[:, 1]


def test_the_split_is_a_partition_and_labels_follow_their_images(path: Path) -> None:
    data = load_mnist(path)
    kept, held_out = numbers(data.train_images), numbers(data.validation_images)
    assert len(held_out) == VALIDATION
    assert sorted([*kept, *held_out]) == list(range(TRAIN))
    np.testing.assert_array_equal(data.train_labels, kept % 10)
    np.testing.assert_array_equal(data.validation_labels, held_out % 10)


def test_the_split_is_drawn_at_random_and_always_the_same(path: Path) -> None:
    first, again = load_mnist(path), load_mnist(str(path))
    np.testing.assert_array_equal(first.train_images, again.train_images)
    kept = numbers(first.train_images)
    assert kept.min() < 100  # not simply the first, nor the last
    assert kept.max() > TRAIN - 100


def test_images_are_scaled_and_the_test_set_is_whole(path: Path, arrays: dict[str, np.ndarray]) -> None:
    data = load_mnist(path)
    assert data.test_images.dtype == np.float32
    np.testing.assert_array_equal(np.rint(data.test_images * 255), arrays["x_test"])
    assert data.test_images.max() == 1
    np.testing.assert_array_equal(data.test_labels, arrays["y_test"])


def test_the_environment_names_the_file_unless_a_path_does(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_MNIST", str(path))
    assert len(load_mnist().test_images) == 20
    monkeypatch.setenv("AECORE_MNIST", str(path.with_name("none.npz")))
    assert len(load_mnist(path).test_images) == 20
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
        {"y_train": np.zeros(TRAIN - 1, np.uint8)},
        {"x_test": np.zeros((20, 28, 27), np.uint8)},
        {"y_test": np.zeros((20, 10), np.uint8)},
    ],
)
def test_arrays_of_another_shape_are_refused(tmp_path: Path, arrays: Any, change: Any) -> None:
    np.savez(tmp_path / "x.npz", **{**arrays, **change})
    with pytest.raises(ValueError, match=r"wanted x_(train|test) \(N, 28, 28\) uint8, got"):
        load_mnist(tmp_path / "x.npz")


def test_the_real_digits(mnist: Mnist) -> None:
    assert mnist.train_images.shape == (55_000, 28, 28)
    assert mnist.validation_images.shape == (5_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    assert mnist.train_images.mean() == pytest.approx(0.1307, abs=0.002)
    assert list(mnist.test_labels[:4]) == [7, 2, 1, 0]


def test_a_download_lands_where_keras_looks_and_says_how_far_it_is(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    monkeypatch.setattr(mnist, "URL", path.as_uri())
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    assert mnist_path() is None
    shares: list[float] = []
    assert fetch_mnist(shares.append) == mnist_path() == tmp_path / "datasets" / "mnist.npz"
    assert shares == sorted(shares)
    assert shares
    assert len(load_mnist(mnist_path()).test_images) == 20


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
