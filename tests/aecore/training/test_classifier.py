"""The classifier on lines of four slopes instead of digits. It is trained once, in a process of its own."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import VALIDATION, load_mnist
from aecore.evaluation import measures
from aecore.training import classifier
from aecore.training.classifier import Recipe, fetch, layers, probabilities

RECIPE = Recipe(epochs=3, warped_copies=1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in Keras' layout, 1,200 to train on: blurred lines, the label is their slope in eighths of a turn."""
    rng = np.random.default_rng(2)
    count = VALIDATION + 1_400
    labels = rng.integers(4, size=count).astype(np.uint8)
    angle = (labels * np.pi / 4 + rng.uniform(-0.1, 0.1, count)).reshape(-1, 1, 1)
    y, x = np.mgrid[0:28, 0:28] - 13.5
    distance = x * np.sin(angle) - y * np.cos(angle) + rng.uniform(-5, 5, (count, 1, 1))
    images = np.rint(255 * np.exp(-(distance**2) / 3)).astype(np.uint8)
    path: Path = tmp_path_factory.mktemp("data") / "lines.npz"
    np.savez(path, x_train=images[200:], y_train=labels[200:], x_test=images[:200], y_test=labels[:200])
    return path


@pytest.fixture(scope="module")
def data(file: Path) -> Dataset:
    return load_mnist(file)


@pytest.fixture(scope="module")
def trained(
    file: Path, run_python: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A trained classifier's file and what was said on the way."""
    cache: Path = tmp_path_factory.mktemp("runs") / "new" / "classifier.safetensors"
    code = (
        "import sys; from pathlib import Path\n"
        "from aecore.training.classifier import Recipe, fetch; from aecore.data.mnist import load_mnist\n"
        f"fetch(load_mnist(sys.argv[1]), Path(sys.argv[2]), print, {RECIPE})"
    )
    done = run_python("-c", code, str(file), str(cache))
    assert done.returncode == 0, done.stderr
    return cache, done.stdout.splitlines()


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Train in no time, and list the recipes."""
    done: list[Recipe] = []

    def train(data: Dataset, recipe: Recipe, say: Callable[[str], None]) -> dict[str, np.ndarray]:
        done.append(recipe)
        return {"new": np.zeros(1, np.float32)}

    monkeypatch.setattr(classifier, "train", train)
    return done


def test_it_learns_and_says_how_far_it_is(
    trained: tuple[Path, list[str]], data: Dataset, trainings: list[Recipe]
) -> None:
    cache, said = trained
    found = probabilities(fetch(data, cache, print, RECIPE), data.validation.as_float())
    right = measures.recognition(found, data.validation.known_labels())
    assert right > 0.97
    assert said[0] == "classifier: warping 1 copies of 1,200 digits"
    assert [line.split(",")[0] for line in said[1:]] == [f"classifier: epoch {i}/3" for i in (1, 2, 3)]
    # Keras, which trained it, and NumPy, which runs it, count the same.
    assert said[-1].endswith(f"{right:.2%} of the validation digits")


def test_probabilities_sum_to_one_however_many_images(
    trained: tuple[Path, list[str]], data: Dataset, trainings: list[Recipe]
) -> None:
    weights = fetch(data, trained[0], print, RECIPE)
    found = probabilities(weights, data.validation.as_float(slice(600)))
    assert (found.shape, found.dtype) == ((600, 10), np.float32)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        probabilities(weights, data.validation.as_float(slice(300, 303))), found[300:303], atol=1e-5
    )


def test_a_trained_one_is_used_again_without_keras(
    trained: tuple[Path, list[str]], data: Dataset, trainings: list[Recipe]
) -> None:
    weights = fetch(data, trained[0], print, RECIPE)
    assert trainings == []
    assert len(weights) == 2 * sum(layer.name != "flatten" for layer in layers(8))
    assert "keras" not in sys.modules


def altered(data: Dataset) -> dict[str, tuple[Dataset, Recipe]]:
    images, labels = data.train.images.copy(), data.train.known_labels().copy()
    images[3, 9, 9] ^= 1
    labels[3] ^= 1
    return {
        "other images": (dataclasses.replace(data, train=Split(images, data.train.labels)), RECIPE),
        "other labels": (dataclasses.replace(data, train=Split(data.train.images, labels)), RECIPE),
        "another seed": (data, dataclasses.replace(RECIPE, seed=1)),
    }


@pytest.mark.parametrize("what", ["other images", "other labels", "another seed"])
def test_one_of_other_data_or_seed_is_trained_anew(
    what: str, trained: tuple[Path, list[str]], data: Dataset, trainings: list[Recipe], tmp_path: Path
) -> None:
    cache = tmp_path / "classifier.safetensors"
    cache.write_bytes(trained[0].read_bytes())
    data, recipe = altered(data)[what]
    assert set(fetch(data, cache, print, recipe)) == {"new"}
    assert set(fetch(data, cache, print, recipe)) == {"new"}
    assert trainings == [recipe]  # the new one was kept


@pytest.mark.parametrize("content", [b"", b"not a classifier", None])
def test_a_missing_or_damaged_file_is_replaced(
    content: bytes | None, data: Dataset, trainings: list[Recipe], tmp_path: Path
) -> None:
    cache = tmp_path / "classifier.safetensors"
    if content is not None:
        cache.write_bytes(content)
    for _ in range(2):
        assert set(fetch(data, cache, print)) == {"new"}
    assert trainings == [Recipe()]


def test_where_it_cannot_be_kept_it_is_used_all_the_same(
    data: Dataset, trainings: list[Recipe], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    said: list[str] = []
    assert set(fetch(data, tmp_path / "file" / "classifier.safetensors", said.append)) == {"new"}
    assert said[-1].startswith("classifier: not kept")
