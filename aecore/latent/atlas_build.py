"""Computes atlases: `python -m aecore.atlas [--data mnist.npz] [--only default plane]` writes assets/atlas."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import threadpoolctl

from aecore.core import manifest, pretrained
from aecore.core.model_file import WriteError
from aecore.core.progress import Say, in_steps, seldom
from aecore.data.dataset import Dataset
from aecore.data.mnist import load_mnist
from aecore.latent.atlas import NAMES, QUANTILES, Atlas, AtlasError, distances_to
from aecore.latent.atlas_file import UMAP_STEPS, pack, save_atlas
from aecore.tasks import Autoencoder, load

SEED = 0
NEIGHBOURS, SPREAD = 15, 0.3  # of UMAP; with its default 0.1 the digits of a class lie on top of each other

Layout = Callable[[np.ndarray], np.ndarray]  # latents (N, D) -> points (N, 2)


def build_atlas(
    name: str, checksum: str, model: Autoencoder, data: Dataset, layout: Layout | None, say: Say = lambda line: None
) -> Atlas:
    """Return the atlas of a model called `name`, whose file has this SHA-256; `layout` computes the nonlinear map.

    The latents are of the test images, the distances of the validation images. All numbers are rounded as in a file.
    Raises AtlasError for a latent of one number, or when a class has no test image.
    """
    start = time.monotonic()
    if model.latent_dim < 2:
        raise AtlasError(f"A map has two coordinates, and the latent of {name} is a single number.")
    kinds = len(data.classes)
    try:
        labels = data.test.class_labels(kinds).astype(np.uint8)
    except ValueError as error:
        raise AtlasError(f"An atlas shows classes: {error}.") from None
    if kinds < 2 or set(labels.tolist()) != set(range(kinds)):
        raise AtlasError(f"An atlas shows every class; these test {data.noun} are not of {kinds} classes.")
    encoded = in_steps(model.encode, data.test.as_float(), f"{name}, test {data.noun}, encoding", say)
    held_out = in_steps(model.encode, data.validation.as_float(), f"{name}, held-out {data.noun}, encoding", say)
    latents = np.multiply(*pack(encoded))
    drawn, drawn_rounded = (in_steps(model.decode, some, f"{name}, decoding", say) for some in (encoded, latents))
    cost = {
        "latent_rms": float(np.sqrt(np.mean(np.square(latents - encoded)))),
        "decoded_mse": float(np.mean(np.square(drawn_rounded - drawn), dtype=np.float64)),
    }
    means = np.stack([latents[labels == kind].mean(axis=0, dtype=np.float64) for kind in range(kinds)])
    libraries, umap = ["numpy"], None
    if model.latent_dim == 2:
        basis, centre = np.eye(2), np.zeros(2)
    else:
        basis, centre = widest_plane(means)
    if model.latent_dim > 2 and layout is not None:
        say(f"{name}, UMAP")
        umap = _fit_square(layout(latents))
        libraries += ["umap-learn", "pynndescent", "numba", "scikit-learn"]
    nearest = [distances_to(latents, latent).min() for latent in held_out]
    return Atlas(
        model=name,
        model_sha256=checksum,
        latents=latents,
        labels=labels,
        means=means.astype(np.float32),
        basis=basis.astype(np.float32),
        centre=centre.astype(np.float32),
        umap=umap,
        distances=np.quantile(nearest, np.linspace(0, 1, QUANTILES)).astype(np.float32),
        card={
            "command": f"python -m aecore.atlas --only {name}",
            "data": f"{data.title}: {len(latents):,} test {data.noun}; "
            f"distances from {len(held_out):,} validation {data.noun}",
            "seed": SEED,
            "seconds": round(time.monotonic() - start),
            "umap": {} if umap is None else {"n_neighbors": NEIGHBOURS, "min_dist": SPREAD},
            "rounding": cost,
            "versions": {library: version(library) for library in libraries},
        },
    )


def widest_plane(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two orthonormal axes (2, D) along which points (N, D) are farthest apart, and their middle (D,)."""
    centre = means.mean(axis=0)
    basis = np.linalg.svd(means - centre, full_matrices=len(means) < 3)[2][:2]
    largest = np.take_along_axis(basis, np.abs(basis).argmax(axis=1)[:, None], axis=1)
    return basis * np.sign(largest), centre  # the signs are arbitrary: make the largest number of each axis positive


def _fit_square(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    points = (points - (low + high) / 2) / ((high - low).max() / 2)
    return (np.rint(points * UMAP_STEPS) / UMAP_STEPS).astype(np.float32)


def umap_layout(latents: np.ndarray) -> np.ndarray:
    """Return points (N, 2) of latents (N, D) by UMAP, reproducible with equal library versions; raises AtlasError."""
    if len(latents) <= 2 * NEIGHBOURS:
        raise AtlasError(f"The map needs more than {2 * NEIGHBOURS} images, and got {len(latents)}.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # importing umap imports TensorFlow
    try:
        from umap import UMAP  # type: ignore[import-untyped]  # has no types; here, because reading never needs it
    except ModuleNotFoundError:
        raise AtlasError("The map needs umap-learn: pip install -r requirements-dev.txt.") from None
    # One thread: with more of them the result is not reproducible.
    points: np.ndarray = UMAP(n_neighbors=NEIGHBOURS, min_dist=SPREAD, random_state=SEED, n_jobs=1).fit_transform(
        latents
    )
    return points


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aecore.atlas", description="Compute the atlases of models.")
    parser.add_argument("--data", help="mnist.npz in Keras' layout; default $AECORE_MNIST")
    parser.add_argument(
        "--only", nargs="+", metavar="MODEL", help=f"default: {' and '.join(NAMES)}, where they are available"
    )
    options = parser.parse_args(arguments)
    try:
        names = options.only or [name for name in pretrained.available() if name in NAMES]
        models = {name: load(name) for name in names}
        data = load_mnist(options.data, download=False)
        for name, model in models.items():
            with threadpoolctl.threadpool_limits(1, "blas"):  # as in aecore.evaluate
                atlas = build_atlas(name, pretrained.sha256(name), model, data, umap_layout, seldom())
            out = pretrained.atlases() / f"{name}.safetensors"
            save_atlas(atlas, out)
            manifest.write(pretrained.atlases())
            print(f"{out.name}: {out.stat().st_size:,} bytes; {json.dumps(atlas.card['rounding'])}")
    except (ValueError, WriteError) as error:  # ModelFileError is the former
        print(error, file=sys.stderr)
        return 1
    return 0
