from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from aecore import Autoencoder, ModelFileError
from aecore.core import manifest, pretrained
from aecore.core.model_file import read_manifest, round_weights, save_model
from aecore.core.statistics import measure
from aecore.data.corruption import KINDS, corrupt
from aecore.data.mnist import HOW_TO_GET, load_mnist
from aecore.evaluation import denoising, measures
from aecore.evaluation.findings import Corrupted, Denoising
from aecore.tasks import load, load_model
from tests.architectures import random_weights
from tests.conftest import write_strokes


def quiet(line: str) -> None:
    pass


@pytest.fixture
def other(tiny: Autoencoder) -> Autoencoder:
    """Make a model like `tiny` with other weights."""
    weights = round_weights(random_weights(tiny.spec, 7))
    return Autoencoder(tiny.spec, weights, measure(np.random.default_rng(0).normal(size=(99, 4)), np.ones(4)), {})


@pytest.fixture
def images(blobs: np.ndarray) -> np.ndarray:
    return blobs[:12]


def by_label(found: Denoising) -> dict[str, Corrupted]:
    return {row.label: row for row in found.rows}


def test_every_kind_is_there_at_every_level_and_gaussian_noise_with_and_without_a_mean() -> None:
    rows = denoising.corruptions()
    assert rows[0].kind == "clean"
    for kind in KINDS:
        levels = [row.level for row in rows if row.kind == kind]
        assert levels == {"gaussian": [0.25, 0.5, 0.75, 1] * 2, "mixture": [1]}.get(kind, [0.25, 0.5, 0.75, 1])
    assert {row.kind for row in rows} == {"clean", *KINDS}
    assert len({row.label for row in rows}) == len(rows)
    pairs = {(row.level, row.mean) for row in rows if row.kind == "gaussian"}
    assert {(0.5, 0.5), (0.5, 0)} <= pairs  # the article's training point; the same without a mean


def test_figures_are_those_computed_directly(tiny: Autoencoder, other: Autoencoder, images: np.ndarray) -> None:
    models = {"default": tiny, "denoiser": other}
    found = denoising.measure(models, images, "validation", quiet)
    assert (found.split, found.digits, len(found.rows)) == ("validation", 12, len(denoising.corruptions()))
    rows = by_label(found)
    assert all(list(row.found) == ["input", "default", "denoiser"] for row in found.rows)
    for label, kind, level, mean in (
        ("gaussian 0.5, mean 0.5", "gaussian", 0.5, None),  # None: the level, as in the article
        ("gaussian 0.25, mean 0", "gaussian", 0.25, 0),
        ("blur 0.75", "blur", 0.75, None),
        ("mixture 1", "mixture", 1.0, None),
    ):
        given = corrupt(images, kind, level, np.random.default_rng(denoising.SEED), mean)
        drawn = {"input": given, "default": tiny.reconstruct(given), "denoiser": other.reconstruct(given)}
        for name, what in drawn.items():
            quality = rows[label].found[name]
            assert quality.mse == pytest.approx(np.mean((what - images) ** 2), rel=1e-5)
            assert quality.ssim == pytest.approx(measures.ssim(images, what))
            if quality.psnr is not None:
                assert quality.psnr == pytest.approx(measures.psnr(images, what), rel=1e-5)
    assert rows["blur 0.75"].found["default"].psnr is not None


def test_clean_digits_cost_what_reconstructing_them_costs(tiny: Autoencoder, images: np.ndarray) -> None:
    clean = by_label(denoising.measure({"default": tiny}, images, "test", quiet))["clean"]
    untouched = clean.found["input"]
    assert (untouched.mse, untouched.psnr, untouched.ssim) == (0, None, pytest.approx(1))
    assert clean.found["default"].mse == pytest.approx(measures.mse(images, tiny.reconstruct(images)), rel=1e-5)


def test_every_model_and_every_run_meets_the_same_noise(
    tiny: Autoencoder, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = denoising.measure({"default": tiny, "denoiser": tiny}, images, "test", quiet)
    assert all(row.found["default"] == row.found["denoiser"] for row in found.rows)
    assert denoising.measure({"default": tiny, "denoiser": tiny}, images, "test", quiet) == found
    monkeypatch.setattr(denoising, "SEED", 1)
    assert denoising.measure({"default": tiny, "denoiser": tiny}, images, "test", quiet).rows != found.rows


def test_more_noise_is_further_from_the_digit(images: np.ndarray) -> None:
    rows = denoising.measure({}, images, "test", quiet).rows
    for kind, without_mean in [*((kind, False) for kind in KINDS), ("gaussian", True)]:
        errors = [row.found["input"].mse for row in rows if row.kind == kind and (row.mean == 0) == without_mean]
        assert len(errors) == (1 if kind == "mixture" else 4)
        assert errors == sorted(errors)


@pytest.fixture
def folder(ship: Callable[..., Path]) -> Path:
    """A folder of shipped models: `default` and `denoiser`, one and the same, and no `book_denoiser`."""
    return ship("default", "denoiser", "unrelated")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_strokes(tmp_path_factory.mktemp("data") / "strokes.npz", training=10, test=6, seed=5)


def run_json(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert denoising.main([*options, "--json"]) == 0

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(capsys.readouterr().out, parse_constant=refuse)


def test_the_command_prints_the_table_of_what_is_shipped(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AECORE_MNIST", str(file))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert denoising.main([]) == 0
    title, table, *_ = capsys.readouterr().out.split("\n\n")
    assert title == "Denoising"
    head, _, *lines = table.splitlines()
    assert head.split()[::3] == ["corruption", "SSIM", "SSIM", "SSIM"]
    assert head.split()[1::3] == ["input", "default", "denoiser"]
    assert len(lines) == len(denoising.corruptions())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before  # measuring changes no model


def test_the_split_says_which_digits_are_measured(
    folder: Path, file: Path, tiny: Autoencoder, capsys: pytest.CaptureFixture[str]
) -> None:
    data = load_mnist(file)
    test = run_json(capsys, "--data", str(file))
    validation = run_json(capsys, "--data", str(file), "--split", "validation", "--digits", "9")
    assert (test["split"], test["digits"], validation["split"], validation["digits"]) == ("test", 6, "validation", 9)
    for found, images in ((test, data.test.as_float()), (validation, data.validation.as_float(slice(9)))):
        direct = denoising.measure({"default": tiny, "denoiser": tiny}, images, found["split"], quiet)
        assert found == dataclasses.asdict(direct)


def test_a_file_that_is_not_shipped_takes_the_place_of_one_that_is_or_gets_its_own_column(
    folder: Path, file: Path, tmp_path: Path, other: Autoencoder, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(other, tmp_path / "new.safetensors")
    new = tmp_path / "new.safetensors"
    chosen = [f"trial={new}", f"denoiser={new}", f"book_denoiser={new}"]
    found = run_json(capsys, "--data", str(file), *(word for pair in chosen for word in ("--model", pair)))
    for row in found["rows"]:
        columns = row["found"]
        assert list(columns) == ["input", "default", "book_denoiser", "denoiser", "trial"]
        assert columns["denoiser"] == columns["book_denoiser"] == columns["trial"] != columns["default"]


@pytest.mark.parametrize(
    "options", [["--model", "denoiser"], ["--model", "input=x"], ["--model", "=x"], ["--digits", "0"]]
)
def test_what_makes_no_sense_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        denoising.main(options)
    assert "wanted" in capsys.readouterr().err


def test_what_cannot_be_read_is_told_in_a_sentence(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AECORE_MNIST", raising=False)
    assert denoising.main([]) == 1
    assert capsys.readouterr().err.strip() == HOW_TO_GET
    assert denoising.main(["--data", str(file), "--model", "denoiser=none.safetensors"]) == 1
    assert "The model file none.safetensors is missing" in capsys.readouterr().err
    for name in ("denoiser", "default", "unrelated"):
        (folder / f"{name}.safetensors").rename(folder / f"{name}.old")
    manifest.write()
    assert denoising.main(["--data", str(file), "--card"]) == 1
    assert "no model called denoiser" in capsys.readouterr().err


def test_the_card_carries_the_figures_and_nothing_else_changes(
    folder: Path, file: Path, tiny: Autoencoder, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "denoiser.safetensors"
    before, others = path.read_bytes(), (folder / "default.safetensors").read_bytes()
    found = run_json(capsys, "--data", str(file), "--card")
    model = load("denoiser")  # the manifest knows the new sha256
    assert model.card == {**tiny.card, "denoising": found}
    old, new = safetensors.numpy.load(before), safetensors.numpy.load(path.read_bytes())
    assert {name: (v.dtype, v.tobytes()) for name, v in old.items()} == {
        name: (v.dtype, v.tobytes()) for name, v in new.items()
    }
    assert (model.spec, model.statistics.to_dict()) == (tiny.spec, tiny.statistics.to_dict())
    assert (folder / "default.safetensors").read_bytes() == others
    assert run_json(capsys, "--data", str(file), "--card") == found  # a second time replaces the first
    assert load("denoiser").card == model.card


def test_the_card_of_a_file_of_ones_own_is_written_there(
    folder: Path, file: Path, tmp_path: Path, other: Autoencoder, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(other, tmp_path / "own.safetensors")
    listed = read_manifest(folder / "manifest.json")
    found = run_json(capsys, "--data", str(file), "--card", "--model", f"denoiser={tmp_path / 'own.safetensors'}")
    assert load_model(tmp_path / "own.safetensors").card == {"denoising": found}
    assert "denoising" not in load("denoiser").card
    assert read_manifest(folder / "manifest.json") == listed


def test_figures_of_another_model_are_refused(folder: Path, tiny: Autoencoder, other: Autoencoder) -> None:
    path = folder / "denoiser.safetensors"
    before = path.read_bytes()
    found = denoising.Denoising("test", 1, 0, [])
    with pytest.raises(ModelFileError, match="was replaced while"):
        denoising.write_card(path, other, found)
    assert path.read_bytes() == before
    denoising.write_card(path, tiny, found)
    assert path.read_bytes() != before


def test_measuring_needs_no_tensorflow(run_python: Callable[..., Any]) -> None:
    code = "import sys, aecore.denoising; sys.exit(bool({'tensorflow', 'keras', 'streamlit'} & sys.modules.keys()))"
    assert run_python("-c", code).returncode == 0


MEASURED = pretrained.MODELS.parent / "evaluation.json"


def test_the_shipped_denoisers_card_says_what_the_evaluation_says() -> None:
    evaluation = json.loads(MEASURED.read_text()).get("denoising")
    if evaluation is None:
        pytest.skip("the evaluation that is kept was made before there was a table of denoising")
    assert load("denoiser").card.get("denoising") == evaluation, "run python -m aecore.evaluate --card"
