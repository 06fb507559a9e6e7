from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aecore.data import catalogue
from aecore.data.dataset import Dataset
from aecore.data.synthetic import synthetic_digits
from tests.conftest import write_strokes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=400, test=10, seed=3)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return synthetic_digits(2)


def test_the_drawn_digits_are_those_of_the_seed(digits: Dataset) -> None:
    np.testing.assert_array_equal(catalogue.load("strokes", 2).train.images, digits.train.images)


def test_mnist_is_the_file_at_hand_and_a_visitor_never_reads_its_path(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("AECORE_MNIST", str(file))
    assert len(catalogue.load("mnist").train) == 400
    monkeypatch.setenv("AECORE_MNIST", str(tmp_path / "none.npz"))
    with pytest.raises(ValueError, match="MNIST is not on this server any more"):
        catalogue.load("mnist")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK")
    monkeypatch.setenv("AECORE_MNIST", str(broken))
    with pytest.raises(ValueError, match="damaged") as caught:
        catalogue.load("mnist")
    assert "broken" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "/etc/passwd", "Mnist"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"There is no data set .*known: mnist, strokes"):
        catalogue.load(name)


@pytest.mark.parametrize(("fraction", "count"), [(0.01, 24), (0.2, 480), (1.0, 2_400)])
def test_a_fraction_is_drawn_at_random_and_always_the_same(digits: Dataset, fraction: float, count: int) -> None:
    some, again, other = (catalogue.some_of(digits, fraction, seed) for seed in (5, 5, 6))
    assert len(some.train) == count
    np.testing.assert_array_equal(some.train.images, again.train.images)
    assert fraction == 1 or not np.array_equal(some.train.labels, other.train.labels)
    assert len(some.validation) == 300  # fewer would say little
    assert len(some.test) == 300
    known = {image.tobytes() for image in digits.train.images}
    assert all(image.tobytes() in known for image in some.train.images)
