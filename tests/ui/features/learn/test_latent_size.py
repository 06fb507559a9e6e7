from __future__ import annotations

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.latent.pca import SIZES
from ui.features.learn.latent_size import Redrawn, by_autoencoders, by_components, by_kinds, verdict


@pytest.fixture(scope="module")
def image(blobs: np.ndarray) -> np.ndarray:
    digit: np.ndarray = blobs[0]
    return digit


def test_every_size_is_there_with_the_error_of_its_picture(image: np.ndarray) -> None:
    for rows in (by_autoencoders(image), by_components(image)):
        assert tuple(row.size for row in rows) == SIZES
        for row in rows:
            assert row.error == pytest.approx(float(np.mean((row.image - image) ** 2)), rel=1e-4)
            assert row.image.min() >= 0
            assert row.image.max() <= 1
    assert [row.size for row in by_kinds(image)] == [16, 16, 16]


def test_means_fall_with_the_size_and_ours_lie_below_pca(image: np.ndarray) -> None:
    ours, linear = ([row.mean or 0.0 for row in rows] for rows in (by_autoencoders(image), by_components(image)))
    for means in (ours, linear):
        assert means == sorted(means, reverse=True)
    assert all(mine < theirs for mine, theirs in zip(ours, linear, strict=True))


def test_a_model_that_cannot_be_read_is_left_out(image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "problems", lambda: {"dim4": "It is damaged.", "mlp": "It is missing."})
    assert [row.size for row in by_autoencoders(image)] == [size for size in SIZES if size != 4]
    assert len(by_kinds(image)) == 2


def test_all_models_stay_loaded_side_by_side() -> None:
    models = [aecore.load(name) for name in aecore.available()]
    assert all(model is aecore.load(name) for model, name in zip(models, aecore.available(), strict=True))


def row(size: int, error: float) -> Redrawn:
    return Redrawn(str(size), size, np.zeros((28, 28), np.float32), error, None)


def test_the_sentence_says_what_the_errors_say() -> None:
    ours = [row(1, 0.05), row(2, 0.04), row(4, 0.012), row(8, 0.011), row(16, 0.01)]
    said = verdict(ours, [row(1, 0.06), row(64, 0.0115)])
    assert "from 0.0500 to 0.0100; 80 % of that is reached with 4" in said
    assert "8 numbers are enough for what PCA needs 64 for" in said
    assert "PCA" not in verdict(ours, [])
    assert "PCA" not in verdict(ours, [row(16, 0.001)])
    assert "not better" in verdict([row(1, 0.1), row(2, 0.2)], [])
    assert verdict([], []) == ""
