from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

import aecore
from aecore import Autoencoder
from aecore.core.mixture import Mixture
from aecore.core.model_file import save_model
from aecore.core.spec import IMAGE_SHAPE, shapes
from aecore.data.corruption import corrupt
from aecore.data.mnist import HOW_TO_GET, Mnist, load_mnist
from aecore.evaluation import measures, tables
from aecore.evaluation.report import Row
from aecore.latent.pca import fit_pca
from aecore.tasks import load_model
from aecore.training import classifier
from aecore.training.classifier import LAYERS, Recipe
from tests.conftest import write_strokes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of strokes in Keras' layout: 400 to train on, 5,000 for validation, 60 for the test."""
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=400, test=60, seed=5)


@pytest.fixture(scope="module")
def data(file: Path) -> Mnist:
    whole = load_mnist(file)
    return dataclasses.replace(
        whole,
        validation_images=whole.validation_images[:1100],  # more than one step
        validation_labels=whole.validation_labels[:1100],
    )


def quiet(line: str) -> None:
    pass


def judge(images: np.ndarray) -> np.ndarray:
    """Recognise a zero in what has little ink; be sure in proportion to the ink of the middle."""
    out = np.zeros((len(images), 10))
    sure = 0.5 + 0.5 * images[:, 10:18, 10:18].mean(axis=(1, 2))
    out[np.arange(len(images)), np.where(images.mean(axis=(1, 2)) < 0.5, 0, 7)] = sure
    return out


def measured(model: Autoencoder, data: Mnist, name: str = "tiny", say: Callable[[str], None] = quiet) -> Row:
    return tables.evaluate_model(name, model, 123, data, judge, say)


def without_times(row: Row) -> Row:
    return dataclasses.replace(row, encode_ms=0, decode_ms=0)


def as_denoiser(model: Autoencoder) -> Autoencoder:
    return dataclasses.replace(model, card={"hyperparameters": {"corruption": "mixture"}, "seconds": 90})


def test_every_figure_is_of_the_right_digits(tiny: Autoencoder, data: Mnist) -> None:
    row = measured(tiny, data)
    drawn = tiny.reconstruct(data.test_images)
    assert row.validation_mse == pytest.approx(
        measures.mse(data.validation_images, tiny.reconstruct(data.validation_images)), rel=1e-5
    )
    assert row.test_mse == pytest.approx(measures.mse(data.test_images, drawn), rel=1e-5)
    assert row.psnr == pytest.approx(measures.psnr(data.test_images, drawn), rel=1e-5)
    assert row.ssim == pytest.approx(measures.ssim(data.test_images, drawn), rel=1e-4)
    assert row.recognition == measures.recognition(judge(drawn), data.test_labels)
    assert row.validation_mse != pytest.approx(row.test_mse, rel=1e-4)
    white = measures.whiteness(tiny.encode(data.train_images))
    assert (row.latent_mean, row.latent_variance, row.latent_correlation) == pytest.approx(white, rel=1e-3)
    assert (row.name, row.weights, row.bytes) == ("tiny", tiny.spec.parameter_count, 123)
    assert row.encode_ms > 0
    assert row.decode_ms > 0
    missing = (row.refined_mse, row.validation_denoising_mse, row.test_denoising_mse, row.training_seconds)
    assert missing == (None, None, None, None)


def test_confidence_is_that_of_what_is_decoded(tiny: Autoencoder, data: Mnist) -> None:
    here = np.full(tiny.latent_dim, 0.5, np.float32)
    point = Mixture(np.ones(1), here[None], np.zeros((1, tiny.latent_dim, tiny.latent_dim)))
    row = measured(dataclasses.replace(tiny, mixture=point), data)
    assert row.sample_confidence == pytest.approx(measures.confidence(judge(tiny.decode(here[None]))), rel=1e-5)
    shares = (row.midpoint_confidence, row.slider_confidence, row.gaussian_confidence)
    assert all(0.5 < share < 1 for share in shares)
    assert len(set(shares)) == 3
    assert measured(dataclasses.replace(tiny, mixture=None), data).sample_confidence is None


def test_every_run_draws_the_same(tiny: Autoencoder, data: Mnist) -> None:
    assert without_times(measured(tiny, data)) == without_times(measured(tiny, data))


def test_refining_is_measured_on_what_refining_draws(tiny: Autoencoder, data: Mnist) -> None:
    latents = tiny.refine(data.test_images, tiny.encode(data.test_images), 3)
    wanted = measures.mse(data.test_images, tiny.decode(latents))
    assert tables.refine("tiny", tiny, data.test_images, lambda line: None).mse == pytest.approx(wanted, rel=1e-5)
    assert wanted < measured(tiny, data).test_mse


def test_a_denoiser_meets_the_articles_corruption_with_the_same_noise_each_time(tiny: Autoencoder, data: Mnist) -> None:
    denoiser = as_denoiser(tiny)
    row = measured(denoiser, data)
    given = corrupt(data.test_images, "gaussian", 0.5, np.random.default_rng(0))
    wanted = np.mean((tiny.reconstruct(given) - data.test_images) ** 2)
    assert row.test_denoising_mse == pytest.approx(wanted, rel=1e-5)
    assert row.test_denoising_mse != pytest.approx(row.test_mse, rel=1e-3)
    assert row.training_seconds == 90
    assert without_times(row) == without_times(measured(denoiser, data))


def test_progress_counts_to_the_end(tiny: Autoencoder, data: Mnist) -> None:
    lines: list[str] = []
    measured(as_denoiser(tiny), data, say=lines.append)
    assert lines[:4] == [
        "tiny, validation, encoding: 1,000 of 1,100",
        "tiny, validation, encoding: 1,100 of 1,100",
        "tiny, validation: 1,000 of 1,100",
        "tiny, validation: 1,100 of 1,100",
    ]
    assert lines[-1] == "tiny, test, corrupted: 60 of 60"


def test_pca_is_measured_like_a_model(data: Mnist) -> None:
    pca = fit_pca(data.train_images)
    few, more = (tables.evaluate_pca(pca.first(components), data, judge, quiet) for components in (4, 16))
    assert (few.name, more.name, more.weights, more.bytes) == ("PCA-4", "PCA-16", 13_328, None)
    assert more.validation_mse < few.validation_mse
    assert more.test_mse < few.test_mse
    assert more.ssim > few.ssim
    assert more.latent_mean + more.latent_variance + more.latent_correlation < 1e-3


def test_drawings_are_the_same_digits_with_every_pen(tiny: Autoencoder, data: Mnist) -> None:
    seen: list[np.ndarray] = []

    def watch(images: np.ndarray) -> np.ndarray:
        seen.append(images)
        return np.eye(10)[np.where(images.max(axis=(1, 2)) == 0, 9, 0)]

    few = dataclasses.replace(data, test_images=data.test_images[:5], test_labels=data.test_labels[:5])
    found = tables.evaluate_drawings({"default": tiny, "book": tiny}, few, watch, quiet)
    assert [(row.pen, row.extent) for row in found] == list(tables.PENS)
    assert all(row.recognition == 1 and list(row.reconstructed) == ["default", "book"] for row in found)
    drawn = [images for images in seen if not any(images is other for other in seen[::3])]
    assert len(drawn) == 2 * len(found)
    first, *others = seen[2::3]  # judged last: the drawings themselves
    assert first.shape == (5, 28, 28)
    for other in others:
        # Whatever the pen, a drawing is closer to that of the same digit than to that of another.
        own = np.mean((other - first) ** 2, axis=(1, 2))
        assert (own < np.mean((other - np.roll(first, 1, axis=0)) ** 2, axis=(1, 2))).all()
    assert any((other != first).any() for other in others)


@pytest.fixture
def one_model(tiny: Autoencoder, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the evaluation find a single small model, a denoiser, and a classifier that has learned nothing."""
    monkeypatch.setattr(tables, "available", lambda: ["tiny"])
    monkeypatch.setattr(tables, "load", lambda name: as_denoiser(tiny))
    monkeypatch.setattr(tables, "MODELS", tmp_path)
    monkeypatch.setattr(tables, "COUNT", 20)
    (tmp_path / "tiny.safetensors").write_bytes(bytes(2_500_000))
    monkeypatch.setattr(tables, "CLASSIFIER", tmp_path / "classifier.safetensors")
    monkeypatch.setattr(tables, "KEPT", tmp_path / "kept.json")
    rng = np.random.default_rng(0)
    weights = {
        f"classifier.{i}.{part}": rng.standard_normal(shape, np.float32) / 10
        for i, (layer, given) in enumerate(zip(LAYERS, (IMAGE_SHAPE, *shapes(LAYERS, IMAGE_SHAPE)), strict=False))
        for part, shape in layer.weight_shapes(given).items()
    }
    fingerprint = classifier._fingerprint(load_mnist(file), Recipe())
    safetensors.numpy.save_file(weights, tmp_path / "classifier.safetensors", {"fingerprint": fingerprint})


def test_the_command_prints_tables(one_model: None, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main(["--data", str(file)]) == 0
    text = capsys.readouterr().out
    blocks = text.split("\n\n")
    assert [block for block in blocks if block in ("Reconstruction", "Latents", "Cost", "Drawings")] == [
        "Reconstruction",
        "Latents",
        "Cost",
    ]
    for title in ("Reconstruction", "Latents", "Cost"):
        lines = blocks[blocks.index(title) + 1].splitlines()
        assert [line.split()[0] for line in lines[2:]] == ["PCA-4", "PCA-16", "tiny"]
    assert "2.50" in lines[-1]


def test_the_command_prints_json(
    one_model: None, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AECORE_MNIST", str(file))
    assert tables.main(["--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["corruption"] == {"kind": "gaussian", "level": 0.5, "seed": 0}
    _, pca, tiny = result["rows"]
    assert (pca["name"], pca["bytes"], tiny["name"], tiny["bytes"]) == ("PCA-16", None, "tiny", 2_500_000)
    assert tiny["test_denoising_mse"] > 0
    assert 0 <= result["classifier"]["test_recognition"] <= 1


def test_the_command_writes_what_it_prints_and_a_picture(
    one_model: None, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    options = ["--data", str(file), "--json", "--write", str(folder), "--picture", str(folder / "digits.png")]
    assert tables.main(options) == 0
    assert (folder / "evaluation.json").read_text() == capsys.readouterr().out
    assert (folder / "evaluation.md").read_text().startswith("# Evaluation\n")
    assert sorted(path.name for path in folder.iterdir()) == ["digits.png", "evaluation.json", "evaluation.md"]
    with Image.open(folder / "digits.png") as image:
        assert image.format == "PNG"


def test_denoising_is_one_of_its_tables_and_the_card_is_written_when_asked(
    one_model: None,
    tiny: Autoencoder,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tables, "available", lambda: ["denoiser"])
    path = tmp_path / "denoiser.safetensors"
    save_model(as_denoiser(tiny), path)
    before = path.read_bytes()
    options = ["--data", str(file), "--json", "--write", str(tmp_path)]
    assert tables.main(options) == 0
    result = json.loads(capsys.readouterr().out)
    assert path.read_bytes() == before
    assert "## Denoising\n" in (tmp_path / "evaluation.md").read_text()
    found = result["denoising"]
    assert (found["split"], found["digits"]) == ("test", 60)
    rows = {(row["kind"], row["level"], row["mean"]): row["found"] for row in found["rows"]}
    # What both tables show is the same figure.
    assert rows["clean", 0, None]["denoiser"]["mse"] == pytest.approx(result["rows"][-1]["test_mse"])
    assert rows["gaussian", 0.5, 0.5]["denoiser"]["mse"] == pytest.approx(result["rows"][-1]["test_denoising_mse"])

    assert tables.main([*options, "--card"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert load_model(path).card == {**as_denoiser(tiny).card, "denoising": found}
    assert result["rows"][-1]["bytes"] == path.stat().st_size > len(before)
    save_model(dataclasses.replace(tiny, weights={k: v * 2 for k, v in tiny.weights.items()}), path)
    assert tables.main([*options, "--card"]) == 1
    assert "was replaced while" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_reported_before_anything_is_measured(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in (["--write", str(tmp_path / "none")], ["--picture", str(tmp_path / "none" / "digits.png")]):
        with pytest.raises(SystemExit, match="2"):
            tables.main(["--data", str(file), *option])
        assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err


def test_the_picture_holds_what_there_is(tiny: Autoencoder, data: Mnist, tmp_path: Path) -> None:
    pca = fit_pca(data.train_images).first(16)
    labelled = dataclasses.replace(data, test_labels=(np.arange(60) // 6).astype(np.uint8))
    sizes = []
    for names in ([], ["book"], ["book10", "other"], ["default", "book", "book10"]):
        (tmp_path / "digits.png").write_bytes(tables.comparison(labelled, pca, dict.fromkeys(names, tiny)))
        with Image.open(tmp_path / "digits.png") as image:
            sizes.append(image.size)
    widths, heights = zip(*sizes, strict=True)
    assert len(set(heights)) == 1
    assert widths[0] < widths[1] == widths[2] < widths[3]
    assert (tmp_path / "digits.png").stat().st_size < 100_000


def test_a_damaged_model_is_reported_and_the_rest_measured(
    one_model: None, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = tables.load

    def load(name: str) -> Autoencoder:
        if name == "broken":
            raise aecore.ModelFileError("broken.safetensors is damaged.")
        return good(name)

    monkeypatch.setattr(tables, "available", lambda: ["broken", "tiny"])
    monkeypatch.setattr(tables, "load", load)
    assert tables.main(["--data", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "broken.safetensors is damaged." in err
    assert "tiny" in out


def test_without_data_it_says_how_to_get_it_and_downloads_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    assert tables.main([]) == 1
    assert capsys.readouterr().err.strip() == HOW_TO_GET


def test_a_wrong_path_gives_a_sentence_and_exit_status_1(run_python: Callable[..., Any]) -> None:
    done = run_python("-m", "aecore.evaluate", "--data", "none.npz")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no file none.npz. MNIST is read from")
    assert "Traceback" not in done.stderr


TARGETS = {"default": 0.0052, "denoiser": 0.0150}


@pytest.mark.parametrize("name", [name for name in TARGETS if name in aecore.available()])
def test_shipped_models_are_as_good_as_promised(name: str, mnist: Mnist) -> None:
    model, given = aecore.load(name), mnist.test_images
    if tables.is_denoiser(model):
        given = corrupt(given, tables.KIND, tables.LEVEL, np.random.default_rng(tables.SEED))
    assert measures.mse(mnist.test_images, model.reconstruct(given)) <= TARGETS[name]
