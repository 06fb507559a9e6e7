"""Evaluates every pretrained model, and PCA: `python -m aecore.evaluate --data mnist.npz [--json]`.

The evaluation uses NumPy. Only the first run imports Keras, to train the classifier that judges decoded images.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import sys
from pathlib import Path
from typing import TypeVar

import numpy as np
import threadpoolctl

from aecore.core import pretrained
from aecore.core.arguments import check_writable
from aecore.core.model_file import ModelFileError, WriteError, write_atomically
from aecore.core.pretrained import MODELS, available
from aecore.core.progress import Say, seldom
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.evaluation import colors, denoising, scenes, tables, voices
from aecore.evaluation.findings import Denoising, HeadRow, Report, Row, Student
from aecore.evaluation.heads import evaluate_head
from aecore.evaluation.measure import (
    COUNT,
    KIND,
    LEVEL,
    REFINING_STEPS,
    SEED,
    Judge,
    Refined,
    evaluate_drawings,
    evaluate_model,
    evaluate_pca,
    judge_itself,
    refine,
)
from aecore.evaluation.picture import picture
from aecore.evaluation.result_cache import ResultCache, digest
from aecore.evaluation.students import evaluate_student
from aecore.latent.directions import Directions, load_directions
from aecore.latent.pca import Pca, fit_pca
from aecore.tasks import Autoencoder, SpatialDenoiser, load, load_student
from aecore.tasks.denoise import DenoiseSpatially
from aecore.training import classifier

COMPONENTS = 16  # of the PCA in the tables and the picture
REFINED = ("default",)  # also evaluated with refined latents, which takes as long as everything else
CLOSELY = ("default", "book", "book10")  # ours and the article's: also evaluated on drawings
Kind = TypeVar("Kind", Autoencoder, SpatialDenoiser)
_RUNS = Path(__file__).parents[2] / "runs"
CLASSIFIER, CACHE = _RUNS / "classifier.safetensors", _RUNS / "evaluation.json"

# The modules that figures depend on: when one of them changes, what earlier runs found is forgotten.
MEASURING = (
    "core/forward core/keras_model core/layers core/mixture core/model core/model_file core/network core/refine "
    "core/spec core/tensor_file data/augment data/corruption data/dataset data/drawing data/mnist data/strokes "
    "evaluation/denoising evaluation/measure evaluation/measures latent/pca tasks/autoencoder "
    "tasks/denoise training/classifier"
)
_SOURCES = [Path(__file__).parents[1] / f"{module}.py" for module in MEASURING.split()]


def comparison(data: Dataset, pca: Pca, models: dict[str, Autoencoder]) -> bytes:
    """Return a PNG: the first test image of each class, reconstructed by PCA, the article's model and ours."""
    images = data.test.as_float(np.unique(data.test.known_labels(), return_index=True)[1])
    columns = {"input": images, f"PCA-{pca.latent_dim}": pca.decode(pca.encode(images))}
    article = next((name for name in ("book", "book10") if name in models), None)
    if article:
        columns["article"] = models[article].reconstruct(images)
    if "default" in models:
        columns["ours"] = models["default"].reconstruct(images)
    return picture(columns)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read."""
    parser = argparse.ArgumentParser(prog="python -m aecore.evaluate", description="Evaluate every pretrained model.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--write", type=Path, metavar="FOLDER", help="also write evaluation.md and evaluation.json there"
    )
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="also draw digits and their redrawings, a PNG file"
    )
    parser.add_argument(
        "--card",
        action="store_true",
        help="also write the results of the denoisers, `scene` and the models of voices into their model cards",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        default=CACHE,
        help="what earlier runs found, for models that did not change",
    )
    options = parser.parse_args(arguments)
    for folder in (options.write, options.picture and options.picture.parent):
        if folder and not folder.is_dir():
            parser.error(f"there is no folder {folder}")  # better now than after all measurements

    try:
        reports = [options.write / f"evaluation.{ending}" for ending in ("json", "md")] if options.write else []
        check_writable(options.keep, *reports, *([options.picture] if options.picture else []))
        data = load_mnist(options.data, download=False)
        if len(data.test) < 2:
            raise ValueError("Midpoints need two test digits, and there is only one.")
        models, problems = _load(available(), Autoencoder)
        wide, more = _load(available(DenoiseSpatially.model), SpatialDenoiser)
        problems += more + _evaluate(options, data, models, wide)
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _evaluate(
    options: argparse.Namespace,
    data: Dataset,
    models: dict[str, Autoencoder],
    wide: dict[str, SpatialDenoiser],
) -> list[str]:
    """Measure everything, print it and write it where the options say; returns a sentence for each problem."""
    problems = []
    say, cache = seldom(), ResultCache(options.keep, _SOURCES)
    # As in the app: two threads of OpenBLAS on two busy cores wait for each other, and a decode of 0.9 ms takes 16 ms.
    with threadpoolctl.threadpool_limits(1, "blas"):
        denoisers: dict[str, denoising.Denoiser] = {**models, **wide}
        denoised = _denoising(data, denoisers, say, cache)
        if options.card and denoised:
            problems += _write_cards(denoisers, denoised)
        pca = fit_pca(data.train.as_float())
        report = _report(data, models, pca, denoised, say, cache)
        if options.picture:
            write_atomically(options.picture, comparison(data, pca.first(COMPONENTS), models))

        try:
            colored = colors.report(options.write, say, options.keep.with_suffix(".colors.json"))
        except (ModelFileError, ValueError) as error:
            problems.append(str(error))
            colored = None
        try:
            read = scenes.report(options.write, data, say, options.keep.with_suffix(".scenes.json"), options.card)
        except (ModelFileError, ValueError) as error:
            problems.append(str(error))
            read = None
        try:
            kept = options.keep.with_suffix(".voices.json")
            heard = voices.report(options.write, say, kept, CLASSIFIER.with_name("voices.safetensors"), options.card)
        except (ModelFileError, ValueError) as error:
            problems.append(str(error))
            heard = []

    print(report.json() if options.json else tables.text(report))
    for table in (colored, read, *heard):
        if table and not options.json:
            print(f"\n{table.page()}")
    if options.write:
        write_atomically(options.write / "evaluation.json", f"{report.json()}\n".encode())
        write_atomically(options.write / "evaluation.md", f"{tables.markdown(report)}\n".encode())
    return problems


def _load(names: list[str], kind: type[Kind]) -> tuple[dict[str, Kind], list[str]]:
    """Load shipped models of a kind; returns them, and a sentence for each model that cannot be read."""
    models: dict[str, Kind] = {}
    problems = []
    for name in names:
        try:
            model = load(name)
        except ModelFileError as error:
            problems.append(str(error))
            continue
        if isinstance(model, kind):  # models for other tasks have measures of their own
            models[name] = model
    return models, problems


def _denoising(data: Dataset, models: dict[str, denoising.Denoiser], say: Say, cache: ResultCache) -> Denoising | None:
    denoisers = {name: models[name] for name in denoising.MODELS if name in models}
    return denoising.measure(denoisers, data.test.as_float(), "test", say, cache) if denoisers else None


def _write_cards(models: dict[str, denoising.Denoiser], found: Denoising) -> list[str]:
    """Write the results into the denoisers' cards; returns a sentence for each that cannot be written."""
    problems = []
    for name in denoising.CARDS:
        try:
            if name in models:
                denoising.write_card(MODELS / f"{name}.safetensors", models[name], found)
        except ModelFileError as error:
            problems.append(str(error))
    return problems


def _report(
    data: Dataset,
    models: dict[str, Autoencoder],
    pca: Pca,
    denoised: Denoising | None,
    say: Say,
    cache: ResultCache,
) -> Report:
    judge = functools.partial(classifier.probabilities, classifier.fetch(data, CLASSIFIER, say))
    test = data.test.as_float()
    which = digest({"validation": data.validation.images, "test": data.test.images, "judge": judge(test[:100])})
    rows = [
        cache.get(f"PCA {size} {which}", Row, functools.partial(evaluate_pca, pca.first(size), data, judge, say))
        for size in sorted({COMPONENTS, *(model.latent_dim for model in models.values())})
    ]
    for name, model in models.items():
        file_bytes = (MODELS / f"{name}.safetensors").stat().st_size
        measure = functools.partial(evaluate_model, name, model, file_bytes, data, judge, say)
        mixture = {} if model.mixture is None else model.mixture.to_tensors()
        row = cache.get(f"{name} {digest({**model.weights, **mixture})} {which}", Row, measure)
        if name in REFINED:
            key = f"refined {digest(model.weights)} {REFINING_STEPS} {digest({'test': data.test.images})}"
            refined = cache.get(key, Refined, functools.partial(refine, name, model, test, say))
            row = dataclasses.replace(row, refined_mse=refined.mse)
        rows.append(dataclasses.replace(row, bytes=file_bytes))
    closely = {name: models[name] for name in CLOSELY if name in models}
    return Report(
        rows,
        evaluate_drawings(closely, data, judge, say) if closely else [],
        judge_itself(data, judge),
        {"kind": KIND, "level": LEVEL, "seed": SEED},
        REFINING_STEPS,
        COUNT,
        denoised,
        _students(models, test, judge, say),
        _heads(models, data, say),
    )


def _students(models: dict[str, Autoencoder], images: np.ndarray, judge: Judge, say: Say) -> list[Student]:
    out = []
    for name, teacher in models.items():
        student, path = load_student(name), pretrained.student(name)
        if student and path:
            out.append(
                evaluate_student(name, student, path.read_bytes(), teacher, _directions(name), images, judge, say)
            )
    return out


def _heads(models: dict[str, Autoencoder], data: Dataset, say: Say) -> list[HeadRow]:
    out = []
    for name, model in models.items():
        head = pretrained.head(name)
        if head:
            file_bytes = pretrained.path(head).stat().st_size
            out.append(evaluate_head(name, load(head), file_bytes, model, data.validation, data.test))
            say(f"head of {name}: {out[-1].test_accuracy:.2%} of the test digits")
    return out


def _directions(name: str) -> Directions | None:
    try:
        return load_directions(name)
    except ModelFileError:
        return None
