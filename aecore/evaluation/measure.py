"""The evaluation of one model: errors of reconstructions, statistics of latents, recognition of decoded images."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from aecore.core.mixture import Mixture
from aecore.core.progress import Say, in_steps
from aecore.data.augment import redraw
from aecore.data.corruption import corrupt
from aecore.data.dataset import Dataset, to_float
from aecore.data.drawing import normalize_drawing
from aecore.evaluation import measures
from aecore.evaluation.findings import Drawings, Judged, Row
from aecore.latent.pca import Pca
from aecore.tasks import Autoencoder

KIND, LEVEL = "gaussian", 0.5  # the article's corruption
SEED = 0  # of the noise and every random choice: the same for every model and in every run
COUNT = 2000  # midpoints, slider moves and samples
REFINING_STEPS = 3
DRAWN = 1000  # digits redrawn with other pens
PENS = ((6, 0.7), (20, 0.7), (36, 0.7), (12, 0.25), (20, 0.5), (20, 0.9))  # (width in px, extent)

Judge = Callable[[np.ndarray], np.ndarray]  # images (N, H, W) -> probabilities (N, classes)


class Redrawer(Protocol):
    """An encoder and a decoder of images: an Autoencoder, or PCA."""

    @property
    def latent_dim(self) -> int: ...
    def encode(self, images: np.ndarray) -> np.ndarray: ...
    def decode(self, latents: np.ndarray) -> np.ndarray: ...


def is_denoiser(model: Autoencoder) -> bool:
    """Return whether the model was trained to undo a corruption."""
    return bool(model.card.get("hyperparameters", {}).get("corruption"))


def evaluate_model(name: str, model: Autoencoder, file_bytes: int, data: Dataset, judge: Judge, say: Say) -> Row:
    """Return the results of a pretrained model; for a denoiser, also on the article's corruption."""
    known = {
        "weights": model.spec.parameter_count,
        "bytes": file_bytes,
        "training_seconds": model.card.get("seconds"),
    }
    row = _measure(name, model, known, model.mixture, data, judge, say)
    more: dict[str, Any] = {}
    if is_denoiser(model):
        for split, images in (("validation", data.validation.as_float()), ("test", data.test.as_float())):
            corrupted = corrupt(images, KIND, LEVEL, np.random.default_rng(SEED))
            drawn = in_steps(model.reconstruct, corrupted, f"{name}, {split}, corrupted", say)
            more[f"{split}_denoising_mse"] = measures.mse(images, drawn)
    return dataclasses.replace(row, **more)


def evaluate_pca(model: Pca, data: Dataset, judge: Judge, say: Say) -> Row:
    """Return the results of PCA."""
    known = {"weights": model.parameter_count, "bytes": None, "training_seconds": None}
    return _measure(f"PCA-{model.latent_dim}", model, known, None, data, judge, say)


def _measure(
    name: str,
    model: Redrawer,
    known: dict[str, Any],
    mixture: Mixture | None,
    data: Dataset,
    judge: Judge,
    say: Say,
) -> Row:
    given = {"validation": data.validation.as_float(), "test": data.test.as_float()}
    latents, drawn = {}, {}
    for split, images in given.items():
        latents[split] = in_steps(model.encode, images, f"{name}, {split}, encoding", say)
        drawn[split] = in_steps(model.decode, latents[split], f"{name}, {split}", say)

    def encode(part: np.ndarray) -> np.ndarray:
        return model.encode(to_float(part))

    training = in_steps(encode, data.train.images, f"{name}, training {data.noun}, encoding", say)
    mean, variance, correlation = measures.whiteness(training)

    def sureness(sample: Callable[[np.random.Generator], np.ndarray]) -> float:
        return measures.confidence(judge(model.decode(sample(np.random.default_rng(SEED)))))

    deviations = training.std(axis=0)
    return Row(
        name=name,
        latent_dim=model.latent_dim,
        **known,
        encode_ms=measures.milliseconds(model.encode, given["test"][:1]),
        decode_ms=measures.milliseconds(model.decode, latents["test"][:1]),
        validation_mse=measures.mse(given["validation"], drawn["validation"]),
        test_mse=measures.mse(given["test"], drawn["test"]),
        psnr=measures.psnr(given["test"], drawn["test"]),
        ssim=measures.ssim(given["test"], drawn["test"]),
        recognition=measures.recognition(judge(drawn["test"]), data.test.known_labels()),
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
    """The squared error per pixel with refined latents."""

    mse: float


def refine(name: str, model: Autoencoder, images: np.ndarray, say: Say) -> Refined:
    """Return the error with refined latents; this is the slowest part of the evaluation."""

    def redraw_refined(part: np.ndarray) -> np.ndarray:
        return model.decode(model.refine(part, model.encode(part), REFINING_STEPS))

    return Refined(measures.mse(images, in_steps(redraw_refined, images, f"{name}, test, refining", say)))


def evaluate_drawings(models: dict[str, Autoencoder], data: Dataset, judge: Judge, say: Say) -> list[Drawings]:
    """Return the recognition of test digits redrawn with several pens and sizes, and of their reconstructions."""
    count = min(DRAWN, len(data.test))
    chosen = data.test.take(np.random.default_rng(SEED).choice(len(data.test), count, replace=False))
    digits, labels = chosen.as_float(), chosen.known_labels()
    out = []
    for pen, extent in PENS:
        images = _drawings(digits, pen, extent)
        redrawn = {
            name: measures.recognition(judge(model.reconstruct(images)), labels) for name, model in models.items()
        }
        out.append(Drawings(pen, extent, measures.recognition(judge(images), labels), redrawn))
        say(f"drawings: {len(out)} of {len(PENS)} pens and sizes")
    return out


def _drawings(images: np.ndarray, pen: int, extent: float) -> np.ndarray:
    def draw(image: np.ndarray) -> np.ndarray:
        drawn = normalize_drawing(redraw(image, pen, extent))
        return np.zeros_like(image) if drawn is None else drawn  # a black image stays black

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.stack(list(threads.map(draw, images)))


def judge_itself(data: Dataset, judge: Judge) -> Judged:
    """Return the classifier's results on the original images, to compare the other results with."""
    given = judge(data.test.as_float())
    return Judged(
        measures.recognition(judge(data.validation.as_float()), data.validation.known_labels()),
        measures.recognition(given, data.test.known_labels()),
        measures.confidence(given),
    )
