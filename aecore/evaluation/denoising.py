"""Measures how well models denoise: `python -m aecore.denoising --data mnist.npz [--split validation]`, NumPy only.

Every kind of `corrupt` at four levels, and clean digits; the noise is the same for every model and in every run.
`python -m aecore.evaluate` shows these results as one of its tables.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import threadpoolctl

from aecore.core import manifest, pretrained
from aecore.core.arguments import check_writable, positive
from aecore.core.model_file import WriteError
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.corruption import KINDS, corrupt
from aecore.data.mnist import load_mnist
from aecore.evaluation import measures
from aecore.evaluation.findings import Corrupted, Denoising, Quality
from aecore.evaluation.result_cache import ResultCache, digest
from aecore.evaluation.tables import WIDE, denoising_table
from aecore.tasks import Autoencoder, SpatialDenoiser, load, load_model
from aecore.tasks.denoise import DenoiseSpatially

MODELS = ("default", "book_denoiser", "denoiser", WIDE)  # the columns, where the model is available
CARDS = ("denoiser", WIDE)  # the models whose cards can carry the results
LEVELS = (0.25, 0.5, 0.75, 1.0)
SEED = 0  # of the corruption in every row

Denoiser = Autoencoder | SpatialDenoiser


def corruptions() -> list[Corrupted]:
    """Return the rows, without results; Gaussian noise with the article's mean (its level), and with mean zero."""
    rows = [Corrupted("clean", 0, None)]
    for kind in KINDS:
        if kind == "gaussian":
            rows += [Corrupted(kind, level, level) for level in LEVELS]
            rows += [Corrupted(kind, level, 0) for level in LEVELS]
        else:
            rows += [Corrupted(kind, level, None) for level in (LEVELS if kind != "mixture" else LEVELS[-1:])]
    return rows


def measure(
    models: Mapping[str, Denoiser], images: np.ndarray, split: str, say: Say, cache: ResultCache | None = None
) -> Denoising:
    """Return the quality of images (N, H, W) corrupted in every way, and of the models' reconstructions of them."""
    digests = {name: digest(model.weights) for name, model in models.items()}
    which = digest({"images": images})
    rows = corruptions()
    for i, row in enumerate(rows):
        given = images
        if row.kind != "clean":
            given = corrupt(images, row.kind, row.level, np.random.default_rng(SEED), row.mean)
        found = {"input": quality(images, given)}
        for name, model in models.items():
            label = f"denoising, row {i + 1} of {len(rows)}, {row.label}, {name}"

            def look(model: Denoiser = model, given: np.ndarray = given, label: str = label) -> Quality:
                return quality(images, in_steps(model.reconstruct, given, label, say))

            key = f"denoising {row.label} {digests[name]} {which}"
            found[name] = cache.get(key, Quality, look) if cache else look()
        rows[i] = dataclasses.replace(row, found=found)
    return Denoising(split, len(images), SEED, rows)


def available() -> list[str]:
    """Return the names of the pretrained models that are measured."""
    listed = (*pretrained.available(), *pretrained.available(DenoiseSpatially.model))
    return [name for name in MODELS if name in listed]


def quality(images: np.ndarray, drawn: np.ndarray) -> Quality:
    """Return the quality of reconstructions against the clean images, both (N, H, W)."""
    psnr = measures.psnr(images, drawn)
    return Quality(measures.mse(images, drawn), psnr if np.isfinite(psnr) else None, measures.ssim(images, drawn))


def write_card(path: Path, model: Denoiser, found: Denoising) -> None:
    """Write a model's results into the card of its file, and a pretrained file's new SHA-256 into the manifest.

    The bytes of the weights do not change. Raises ModelFileError when the file now holds another model.
    """
    manifest.add_to_card(path, model, {"denoising": dataclasses.asdict(found)})


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when the data or a model could not be read."""
    parser = argparse.ArgumentParser(prog="python -m aecore.denoising", description="Measure how well models denoise.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument(
        "--split", choices=["validation", "test"], default="test", help="validation: to choose by; default: test"
    )
    parser.add_argument("--digits", type=positive, metavar="N", help="only the first N of them, for a quick look")
    parser.add_argument(
        "--model",
        type=_named_file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="one more model, or another file for a pretrained one; can be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--card", action="store_true", help="also write the figures into the cards of the denoisers")
    options = parser.parse_args(arguments)

    try:
        data = load_mnist(options.data, download=False)
        own, listed = dict(options.model), available()
        models = {
            name: load_model(own[name]) if name in own else load(name)
            for name in dict.fromkeys([*MODELS, *own])
            if name in own or name in listed
        }
        if options.card and "denoiser" not in models:
            raise ValueError("There is no model called denoiser whose card could be written.")
        cards = {name: own.get(name, pretrained.path(name)) for name in CARDS if name in models and options.card}
        check_writable(*cards.values())
        split = data.validation if options.split == "validation" else data.test
        images = split.as_float(slice(options.digits))
        with threadpoolctl.threadpool_limits(1, "blas"):  # as in aecore.evaluate
            found = measure(models, images, options.split, seldom())
        print(json.dumps(dataclasses.asdict(found), indent=2) if options.json else denoising_table(found).page())
        for name, card in cards.items():
            write_card(card, models[name], found)
    except (ValueError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _named_file(text: str) -> tuple[str, Path]:
    name, _, file = text.partition("=")
    if name in ("", "input") or not file:
        raise argparse.ArgumentTypeError("wanted NAME=FILE, such as denoiser=runs/denoiser.safetensors")
    return name, Path(file)
