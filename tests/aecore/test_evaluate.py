from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aecore
from aecore import Autoencoder, evaluate
from aecore.corruption import corrupt
from aecore.data import HOW_TO_GET, VALIDATION, Mnist, load_mnist
from tests.conftest import draw_strokes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of strokes in Keras' layout: 400 to train on, 5,000 for validation, 60 for the test."""
    path: Path = tmp_path_factory.mktemp("data") / "strokes.npz"
    images = np.rint(draw_strokes(VALIDATION + 460, np.random.default_rng(5)) * 255).astype(np.uint8)
    labels = np.zeros(len(images), np.uint8)
    np.savez(path, x_train=images[60:], y_train=labels[60:], x_test=images[:60], y_test=labels[:60])
    return path


@pytest.fixture(scope="module")
def data(file: Path) -> Mnist:
    whole = load_mnist(file)
    return dataclasses.replace(whole, validation_images=whole.validation_images[:1100])  # more than one step


def quiet(line: str) -> None:
    pass


def as_denoiser(model: Autoencoder) -> Autoencoder:
    return dataclasses.replace(model, card={"hyperparameters": {"corruption": "mixture"}})


def test_errors_are_mean_squares_over_all_pixels(tiny: Autoencoder, data: Mnist) -> None:
    row = evaluate.evaluate_model("tiny", tiny, 123, data, quiet)
    for got, images in ((row.validation_mse, data.validation_images), (row.test_mse, data.test_images)):
        assert got == pytest.approx(np.mean((tiny.reconstruct(images) - images) ** 2), rel=1e-5)
    assert row.validation_mse != pytest.approx(row.test_mse, rel=1e-4)
    assert (row.name, row.weights, row.bytes) == ("tiny", tiny.spec.parameter_count, 123)
    assert row.validation_denoising_mse is None
    assert row.test_denoising_mse is None


def test_a_denoiser_meets_the_articles_corruption_with_the_same_noise_each_time(tiny: Autoencoder, data: Mnist) -> None:
    denoiser = as_denoiser(tiny)
    row = evaluate.evaluate_model("tiny", denoiser, 123, data, quiet)
    given = corrupt(data.test_images, "gaussian", 0.5, np.random.default_rng(0))
    wanted = np.mean((tiny.reconstruct(given) - data.test_images) ** 2)
    assert row.test_denoising_mse == pytest.approx(wanted, rel=1e-5)
    assert row.test_denoising_mse != pytest.approx(row.test_mse, rel=1e-3)
    assert row == evaluate.evaluate_model("tiny", denoiser, 123, data, quiet)


def test_progress_counts_to_the_end(tiny: Autoencoder, data: Mnist) -> None:
    lines: list[str] = []
    evaluate.evaluate_model("tiny", as_denoiser(tiny), 123, data, lines.append)
    assert lines[:3] == [
        "tiny, validation: 1,000 of 1,100",
        "tiny, validation: 1,100 of 1,100",
        "tiny, test: 60 of 60",
    ]
    assert lines[-1] == "tiny, test, corrupted: 60 of 60"


def test_pca_is_the_best_linear_redrawing(data: Mnist) -> None:
    few, more = (evaluate.evaluate_pca(data, components) for components in (4, 16))
    assert more.validation_mse < few.validation_mse
    assert more.test_mse < few.test_mse
    # Checked against the singular values, which say what is left on the digits that it was fitted to.
    x = data.train_images.reshape(len(data.train_images), -1).astype(np.float64)
    left = np.sum(np.linalg.svd(x - x.mean(axis=0), compute_uv=False)[16:] ** 2) / x.size
    fitted = dataclasses.replace(data, validation_images=data.train_images)
    assert evaluate.evaluate_pca(fitted).validation_mse == pytest.approx(left, rel=1e-4)


def test_the_table_lines_up() -> None:
    rows = [
        evaluate.Row("PCA-16", 13_328, None, 0.02, 0.03),
        evaluate.Row("denoiser", 4_000_000, 8_000_000, 1, 1, 0.5, 2),
    ]
    lines = evaluate.table(rows).splitlines()
    assert len(lines) == 4
    assert len(set(map(len, lines))) == 1
    assert lines[2].split() == ["PCA-16", "13,328", "-", "0.02000", "0.03000", "-", "-"]
    assert lines[3].split() == ["denoiser", "4,000,000", "8.00", "MB", "1.00000", "1.00000", "0.50000", "2.00000"]


@pytest.fixture
def one_model(tiny: Autoencoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the evaluation find a single small model, a denoiser."""
    monkeypatch.setattr(evaluate, "available", lambda: ["tiny"])
    monkeypatch.setattr(evaluate, "load", lambda name: as_denoiser(tiny))
    monkeypatch.setattr(evaluate, "MODELS", tmp_path)
    (tmp_path / "tiny.safetensors").write_bytes(bytes(2_500_000))


def test_the_command_prints_a_table(one_model: None, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--data", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["PCA-16", "tiny"]
    assert "2.50 MB" in lines[3]


def test_the_command_prints_json(
    one_model: None, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AECORE_MNIST", str(file))
    assert evaluate.main(["--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["corruption"] == {"kind": "gaussian", "level": 0.5, "seed": 0}
    pca, tiny = result["rows"]
    assert (pca["name"], pca["bytes"], tiny["name"], tiny["bytes"]) == ("PCA-16", None, "tiny", 2_500_000)
    assert tiny["test_denoising_mse"] > 0


def test_a_damaged_model_is_reported_and_the_rest_measured(
    one_model: None, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = evaluate.load

    def load(name: str) -> Autoencoder:
        if name == "broken":
            raise aecore.ModelFileError("broken.safetensors is damaged.")
        return good(name)

    monkeypatch.setattr(evaluate, "available", lambda: ["broken", "tiny"])
    monkeypatch.setattr(evaluate, "load", load)
    assert evaluate.main(["--data", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "broken.safetensors is damaged." in err
    assert "tiny" in out


def test_without_data_it_says_how_to_get_it_and_downloads_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    assert evaluate.main([]) == 1
    assert capsys.readouterr().err.strip() == HOW_TO_GET


def test_a_wrong_path_gives_a_sentence_and_exit_status_1(run_python: Callable[..., Any]) -> None:
    done = run_python("-m", "aecore.evaluate", "--data", "none.npz")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no file none.npz. MNIST is read from")
    assert "Traceback" not in done.stderr


def test_pca_on_the_real_digits_gives_the_known_error(mnist: Mnist) -> None:
    assert evaluate.evaluate_pca(mnist).test_mse == pytest.approx(0.0269, abs=0.0001)


TARGETS = {"default": ("test_mse", 0.0052), "denoiser": ("test_denoising_mse", 0.0150)}


@pytest.mark.parametrize("name", [name for name in TARGETS if name in aecore.available()])
def test_shipped_models_are_as_good_as_promised(name: str, mnist: Mnist) -> None:
    field, target = TARGETS[name]
    data = dataclasses.replace(mnist, validation_images=mnist.validation_images[:1])
    row = evaluate.evaluate_model(name, aecore.load(name), 0, data, quiet)
    assert getattr(row, field) <= target
