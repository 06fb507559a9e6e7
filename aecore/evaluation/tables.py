"""Measure every shipped model beside PCA: `python -m aecore.evaluate --data mnist.npz [--json]`.

NumPy does the measuring. Only the first run brings Keras along, to train the classifier that judges what is drawn.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import threadpoolctl

from aecore.core.mixture import Mixture
from aecore.core.model_file import ModelFileError, write_atomically
from aecore.core.pretrained import MODELS, available
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.augment import redraw
from aecore.data.corruption import corrupt
from aecore.data.drawing import normalize_drawing
from aecore.data.mnist import Mnist, load_mnist
from aecore.evaluation import denoising, measures
from aecore.evaluation.report import Drawings, Judged, Report, Row, picture
from aecore.evaluation.result_cache import Kept, digest
from aecore.latent.pca import Pca, fit_pca
from aecore.tasks import Autoencoder, load
from aecore.training import classifier

COMPONENTS = 16  # of the PCA that every table and the picture show
KIND, LEVEL = "gaussian", 0.5  # the article's corruption
SEED = 0  # of the noise and of every draw: every model and every run meets the same
COUNT = 2000  # midpoints, slider moves and samples
REFINING_STEPS = 3
REFINED = ("default",)  # also measured with refined latents, which takes as long as all the rest
CLOSELY = ("default", "book", "book10")  # ours and the article's: also shown drawings
DRAWN = 1000  # digits drawn anew
PENS = ((6, 0.7), (20, 0.7), (36, 0.7), (12, 0.25), (20, 0.5), (20, 0.9))  # (width in px, extent)
_RUNS = Path(__file__).parents[2] / "runs"
CLASSIFIER, KEPT = _RUNS / "classifier.safetensors", _RUNS / "evaluation.json"
_MEASURING = (
    "core/forward core/latents core/mixture core/model core/refine data/augment data/corruption data/drawing "
    "data/mnist data/strokes evaluation/denoising evaluation/measures evaluation/tables latent/pca training/classifier"
)
_SOURCES = [Path(__file__).parents[1] / f"{module}.py" for module in _MEASURING.split()]

Judge = Callable[[np.ndarray], np.ndarray]  # images (N, 28, 28) -> probabilities (N, 10)


class Redrawer(Protocol):
    """What can be measured: an Autoencoder, or PCA."""

    @property
    def latent_dim(self) -> int: ...
    def encode(self, images: np.ndarray) -> np.ndarray: ...
    def decode(self, latents: np.ndarray) -> np.ndarray: ...


def is_denoiser(model: Autoencoder) -> bool:
    """Tell whether the model was trained to undo a corruption."""
    return bool(model.card.get("hyperparameters", {}).get("corruption"))


def evaluate_model(name: str, model: Autoencoder, file_bytes: int, data: Mnist, judge: Judge, say: Say) -> Row:
    """Measure a shipped model; a denoiser also on the article's corruption."""
    known = {
        "weights": model.spec.parameter_count,
        "bytes": file_bytes,
        "training_seconds": model.card.get("seconds"),
    }
    row = _measure(name, model, known, model.mixture, data, judge, say)
    more: dict[str, Any] = {}
    if is_denoiser(model):
        for split, images in (("validation", data.validation_images), ("test", data.test_images)):
            corrupted = corrupt(images, KIND, LEVEL, np.random.default_rng(SEED))
            drawn = in_steps(model.reconstruct, corrupted, f"{name}, {split}, corrupted", say)
            more[f"{split}_denoising_mse"] = measures.mse(images, drawn)
    return dataclasses.replace(row, **more)


def evaluate_pca(model: Pca, data: Mnist, judge: Judge, say: Say) -> Row:
    """Measure how well principal components redraw the digits."""
    known = {"weights": model.parameter_count, "bytes": None, "training_seconds": None}
    return _measure(f"PCA-{model.latent_dim}", model, known, None, data, judge, say)


def _measure(
    name: str,
    model: Redrawer,
    known: dict[str, Any],
    mixture: Mixture | None,
    data: Mnist,
    judge: Judge,
    say: Say,
) -> Row:
    latents, drawn = {}, {}
    for split, images in (("validation", data.validation_images), ("test", data.test_images)):
        latents[split] = in_steps(model.encode, images, f"{name}, {split}, encoding", say)
        drawn[split] = in_steps(model.decode, latents[split], f"{name}, {split}", say)
    training = in_steps(model.encode, data.train_images, f"{name}, training digits, encoding", say)
    mean, variance, correlation = measures.whiteness(training)

    def sureness(sample: Callable[[np.random.Generator], np.ndarray]) -> float:
        return measures.confidence(judge(model.decode(sample(np.random.default_rng(SEED)))))

    deviations = training.std(axis=0)
    return Row(
        name=name,
        latent_dim=model.latent_dim,
        **known,
        encode_ms=measures.milliseconds(model.encode, data.test_images[:1]),
        decode_ms=measures.milliseconds(model.decode, latents["test"][:1]),
        validation_mse=measures.mse(data.validation_images, drawn["validation"]),
        test_mse=measures.mse(data.test_images, drawn["test"]),
        psnr=measures.psnr(data.test_images, drawn["test"]),
        ssim=measures.ssim(data.test_images, drawn["test"]),
        recognition=measures.recognition(judge(drawn["test"]), data.test_labels),
        midpoint_confidence=sureness(lambda rng: measures.midpoints(latents["test"], COUNT, rng)),
        slider_confidence=sureness(lambda rng: measures.slider_moves(latents["test"], deviations, COUNT, rng)),
        sample_confidence=sureness(lambda rng: mixture.sample(COUNT, rng)) if mixture else None,
        gaussian_confidence=sureness(lambda rng: rng.standard_normal((COUNT, model.latent_dim), np.float32)),
        latent_mean=mean,
        latent_variance=variance,
        latent_correlation=correlation,
    )


@dataclasses.dataclass(frozen=True)
class Refined:
    """The squared error per pixel after the latents have been refined."""

    mse: float


def refine(name: str, model: Autoencoder, images: np.ndarray, say: Say) -> Refined:
    """Measure what refining the latents brings: the slowest part of it all."""

    def redraw_refined(part: np.ndarray) -> np.ndarray:
        return model.decode(model.refine(part, model.encode(part), REFINING_STEPS))

    return Refined(measures.mse(images, in_steps(redraw_refined, images, f"{name}, test, refining", say)))


def evaluate_drawings(models: dict[str, Autoencoder], data: Mnist, judge: Judge, say: Say) -> list[Drawings]:
    """Draw the same test digits with several pens and sizes; count how often they and their redrawings are right."""
    count = min(DRAWN, len(data.test_images))
    chosen = np.random.default_rng(SEED).choice(len(data.test_images), count, replace=False)
    labels = data.test_labels[chosen]
    out = []
    for pen, extent in PENS:
        images = _drawings(data.test_images[chosen], pen, extent)
        shares = {
            name: measures.recognition(judge(model.reconstruct(images)), labels) for name, model in models.items()
        }
        out.append(Drawings(pen, extent, measures.recognition(judge(images), labels), shares))
        say(f"drawings: {len(out)} of {len(PENS)} pens and sizes")
    return out


def _drawings(images: np.ndarray, pen: int, extent: float) -> np.ndarray:
    def draw(image: np.ndarray) -> np.ndarray:
        return cast(np.ndarray, normalize_drawing(redraw(image, pen, extent)))  # never None: there is ink

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.stack(list(threads.map(draw, images)))


def judge_itself(data: Mnist, judge: Judge) -> Judged:
    """Measure the classifier on the digits themselves: what every other figure of its has to be compared with."""
    given = judge(data.test_images)
    return Judged(
        measures.recognition(judge(data.validation_images), data.validation_labels),
        measures.recognition(given, data.test_labels),
        measures.confidence(given),
    )


def comparison(data: Mnist, pca: Pca, models: dict[str, Autoencoder]) -> bytes:
    """Draw the first test digit of each kind, redrawn by PCA, by the article's model and by ours: a PNG file."""
    digits = data.test_images[np.unique(data.test_labels, return_index=True)[1]]
    columns = {"input": digits, f"PCA-{pca.latent_dim}": pca.decode(pca.encode(digits))}
    article = next((name for name in ("book", "book10") if name in models), None)
    if article:
        columns["article"] = models[article].reconstruct(digits)
    if "default" in models:
        columns["ours"] = models["default"].reconstruct(digits)
    return picture(columns)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read."""
    parser = argparse.ArgumentParser(prog="python -m aecore.evaluate", description="Measure every shipped model.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--write", type=Path, metavar="FOLDER", help="also write evaluation.md and evaluation.json there"
    )
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="also draw digits and their redrawings, a PNG file"
    )
    parser.add_argument(
        "--card", action="store_true", help="also write what `denoiser` can do into the card in its shipped file"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        default=KEPT,
        help="what earlier runs found, for models that did not change",
    )
    options = parser.parse_args(arguments)
    for folder in (options.write, options.picture and options.picture.parent):
        if folder and not folder.is_dir():
            parser.error(f"there is no folder {folder}")  # better now than when everything is measured

    say = seldom()
    models, failures = {}, 0
    try:
        data = load_mnist(options.data, download=False)
        names = available()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for name in names:
        try:
            models[name] = load(name)
        except ModelFileError as error:
            print(error, file=sys.stderr)
            failures += 1

    # As in the app. Two threads of OpenBLAS on two busy cores wait for each other: 0.9 ms for a decode become 16 ms.
    with threadpoolctl.threadpool_limits(1, "blas"):
        denoisers = {name: models[name] for name in denoising.MODELS if name in models}
        kept = Kept(options.keep, _SOURCES)
        denoised = denoising.measure(denoisers, data.test_images, "test", say, kept) if denoisers else None
        if options.card and denoised and "denoiser" in models:
            try:
                denoising.write_card(MODELS / "denoiser.safetensors", models["denoiser"], denoised)
            except ModelFileError as error:
                print(error, file=sys.stderr)
                failures += 1
        judge = functools.partial(classifier.probabilities, classifier.fetch(data, CLASSIFIER, say))
        pca = fit_pca(data.train_images)
        given = {"validation": data.validation_images, "test": data.test_images, "judge": judge(data.test_images[:100])}
        which = digest(given)
        rows = [
            kept.get(f"PCA {size} {which}", Row, functools.partial(evaluate_pca, pca.first(size), data, judge, say))
            for size in sorted({COMPONENTS, *(model.latent_dim for model in models.values())})
        ]
        for name, model in models.items():
            file_bytes = (MODELS / f"{name}.safetensors").stat().st_size
            measure = functools.partial(evaluate_model, name, model, file_bytes, data, judge, say)
            mixture = {} if model.mixture is None else model.mixture.to_tensors()
            row = kept.get(f"{name} {digest({**model.weights, **mixture})} {which}", Row, measure)
            if name in REFINED:
                key = f"refined {digest(model.weights)} {REFINING_STEPS} {digest({'test': data.test_images})}"
                refined = kept.get(key, Refined, functools.partial(refine, name, model, data.test_images, say))
                row = dataclasses.replace(row, refined_mse=refined.mse)
            rows.append(dataclasses.replace(row, bytes=file_bytes))
        closely = {name: models[name] for name in CLOSELY if name in models}
        drawings = evaluate_drawings(closely, data, judge, say) if closely else []
        judged = judge_itself(data, judge)
        if options.picture:
            write_atomically(options.picture, comparison(data, pca.first(COMPONENTS), models))

    report = Report(
        rows, drawings, judged, {"kind": KIND, "level": LEVEL, "seed": SEED}, REFINING_STEPS, COUNT, denoised
    )
    print(report.json() if options.json else report.text())
    if options.write:
        write_atomically(options.write / "evaluation.json", f"{report.json()}\n".encode())
        write_atomically(options.write / "evaluation.md", f"{report.markdown()}\n".encode())
    return 1 if failures else 0
