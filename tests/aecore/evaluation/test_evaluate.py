from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grimp
import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

import aecore
from aecore import Autoencoder
from aecore.core.model_file import save_model
from aecore.core.spec import IMAGE_SHAPE, shapes
from aecore.data.corruption import corrupt
from aecore.data.dataset import Dataset, Split
from aecore.data.mnist import HOW_TO_GET, load_mnist
from aecore.evaluation import evaluate, measure, measures
from aecore.latent.pca import fit_pca
from aecore.tasks import load_model
from aecore.training import classifier
from tests.conftest import write_strokes


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of strokes in Keras' layout: 400 to train on, 5,000 for validation, 60 for the test."""
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=400, test=60, seed=5)


@pytest.fixture(scope="module")
def data(file: Path) -> Dataset:
    return load_mnist(file)


def as_denoiser(model: Autoencoder) -> Autoencoder:
    return dataclasses.replace(model, card={"hyperparameters": {"corruption": "mixture"}, "seconds": 90})


def autoencoders(*names: str) -> Callable[..., list[str]]:
    """Return a function like `available`, for which these are all models."""
    return lambda task="autoencoder": list(names) if task == "autoencoder" else []


@pytest.fixture
def one_model(tiny: Autoencoder, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the evaluation find a single small model, a denoiser, and a classifier that has learned nothing."""
    monkeypatch.delenv("AECORE_DATA", raising=False)  # models of colour have a test of their own,
    monkeypatch.setattr(evaluate.scenes, "report", lambda *_: None)  # and so have that of scenes
    monkeypatch.setattr(evaluate.voices, "report", lambda *_: [])  # and those of voices
    monkeypatch.setattr(evaluate, "available", autoencoders("tiny"))
    monkeypatch.setattr(evaluate, "load", lambda name: as_denoiser(tiny))
    monkeypatch.setattr(evaluate, "MODELS", tmp_path)
    for module in (measure, evaluate):
        monkeypatch.setattr(module, "COUNT", 20)
    (tmp_path / "tiny.safetensors").write_bytes(bytes(2_500_000))
    monkeypatch.setattr(evaluate, "CLASSIFIER", tmp_path / "classifier.safetensors")
    monkeypatch.setattr(evaluate, "CACHE", tmp_path / "kept.json")
    rng = np.random.default_rng(0)
    layers = classifier.layers(10)
    weights = {
        f"classifier.{i}.{part}": rng.standard_normal(shape, np.float32) / 10
        for i, (layer, given) in enumerate(zip(layers, (IMAGE_SHAPE, *shapes(layers, IMAGE_SHAPE)), strict=False))
        for part, shape in layer.weight_shapes(given).items()
    }
    fingerprint = classifier.fingerprint(load_mnist(file), classifier.Recipe())
    safetensors.numpy.save_file(weights, tmp_path / "classifier.safetensors", {"fingerprint": fingerprint})


def test_the_command_prints_tables(one_model: None, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--data", str(file)]) == 0
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
    assert evaluate.main(["--json"]) == 0
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
    assert evaluate.main(options) == 0
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
    monkeypatch.setattr(evaluate, "available", autoencoders("denoiser"))
    path = tmp_path / "denoiser.safetensors"
    save_model(as_denoiser(tiny), path)
    before = path.read_bytes()
    options = ["--data", str(file), "--json", "--write", str(tmp_path)]
    assert evaluate.main(options) == 0
    result = json.loads(capsys.readouterr().out)
    assert path.read_bytes() == before
    assert "## Denoising\n" in (tmp_path / "evaluation.md").read_text()
    found = result["denoising"]
    assert (found["split"], found["digits"]) == ("test", 60)
    rows = {(row["kind"], row["level"], row["mean"]): row["found"] for row in found["rows"]}
    # What both tables show is the same figure.
    assert rows["clean", 0, None]["denoiser"]["mse"] == pytest.approx(result["rows"][-1]["test_mse"])
    assert rows["gaussian", 0.5, 0.5]["denoiser"]["mse"] == pytest.approx(result["rows"][-1]["test_denoising_mse"])

    assert evaluate.main([*options, "--card"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert load_model(path).card == {**as_denoiser(tiny).card, "denoising": found}
    assert result["rows"][-1]["bytes"] == path.stat().st_size > len(before)
    save_model(dataclasses.replace(tiny, weights={k: v * 2 for k, v in tiny.weights.items()}), path)
    assert evaluate.main([*options, "--card"]) == 1
    assert "was replaced while" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_reported_before_anything_is_measured(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in (["--write", str(tmp_path / "none")], ["--picture", str(tmp_path / "none" / "digits.png")]):
        with pytest.raises(SystemExit, match="2"):
            evaluate.main(["--data", str(file), *option])
        assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err


def test_the_picture_holds_what_there_is(tiny: Autoencoder, data: Dataset, tmp_path: Path) -> None:
    pca = fit_pca(data.train.as_float()).first(16)
    labelled = dataclasses.replace(data, test=Split(data.test.images, (np.arange(60) // 6).astype(np.uint8)))
    sizes = []
    for names in ([], ["book"], ["book10", "other"], ["default", "book", "book10"]):
        (tmp_path / "digits.png").write_bytes(evaluate.comparison(labelled, pca, dict.fromkeys(names, tiny)))
        with Image.open(tmp_path / "digits.png") as image:
            sizes.append(image.size)
    widths, heights = zip(*sizes, strict=True)
    assert len(set(heights)) == 1
    assert widths[0] < widths[1] == widths[2] < widths[3]
    assert (tmp_path / "digits.png").stat().st_size < 100_000


def test_a_damaged_model_is_reported_and_the_rest_measured(
    one_model: None, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = evaluate.load

    def load(name: str) -> Autoencoder:
        if name == "broken":
            raise aecore.ModelFileError("broken.safetensors is damaged.")
        return good(name)

    monkeypatch.setattr(evaluate, "available", autoencoders("broken", "tiny"))
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


TARGETS = {"default": 0.0052, "denoiser": 0.0150}


@pytest.mark.parametrize("name", [name for name in TARGETS if name in aecore.available()])
def test_shipped_models_are_as_good_as_promised(name: str, mnist: Dataset) -> None:
    model, given = aecore.load(name), mnist.test.as_float()
    if measure.is_denoiser(model):
        given = corrupt(given, measure.KIND, measure.LEVEL, np.random.default_rng(measure.SEED))
    assert measures.mse(mnist.test.as_float(), model.reconstruct(given)) <= TARGETS[name]


# What says how far it is, lays out what was found, or checks and finds files changes no figure; nor do heads,
# colours, scenes and voices, which have tables of their own.
CHANGES_NO_FIGURE = {
    *(
        f"core.{name}"
        for name in ("arguments", "checks", "examples", "manifest", "pretrained", "progress", "statistics", "system")
    ),
    *(f"evaluation.{name}" for name in ("findings", "result_cache", "tables")),
    *("tasks", "tasks.task", "tasks.classify", "tasks.colorize", "tasks.recolor"),
    *(f"core.{name}" for name in ("boxes", "chroma", "color_fields", "conditional", "hints")),
    *("data.scenes", "tasks.scene", "tasks.scene_digits", "tasks.scene_targets", "tasks.tracker"),
    *("core.bands", "core.spectrum", "data.sounds", "tasks.voice", "tasks.voice_denoise"),
}


def test_all_modules_that_figures_depend_on_are_watched() -> None:
    graph = grimp.build_graph("aecore", cache_dir=None)
    starts = [f"aecore.{name}" for name in ("evaluation.measure", "evaluation.denoising", "training.classifier")]
    used = {*starts, *(module for start in starts for module in graph.find_upstream_modules(start))}
    watched = {module.replace("/", ".") for module in evaluate.MEASURING.split()}
    assert {module.removeprefix("aecore.") for module in used} == watched | CHANGES_NO_FIGURE
