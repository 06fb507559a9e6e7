"""The atlas of a model of other pictures than digits, made from the examples in its file."""

from __future__ import annotations

import numpy as np

from aecore.core.examples import Examples
from aecore.latent.atlas import QUANTILES, Atlas, AtlasError, distances_to
from aecore.latent.atlas_build import SEED, widest_plane
from aecore.latent.atlas_file import pack

MOST_CLASSES = 255  # that a label, one byte, can tell apart: the rarest become one


def atlas_of_examples(name: str, checksum: str, examples: Examples) -> Atlas:
    """Return the atlas of a model called `name`, whose file has this SHA-256; it has no nonlinear map.

    Distances are from each example to the nearest other one. Raises AtlasError for a latent of one number, for fewer
    than three examples, and where numbers are not finite.
    """
    dim = examples.latents.shape[1]
    if dim < 2:
        raise AtlasError(f"A map has two coordinates, and the latent of {name} is a single number.")
    if len(examples) < 3:
        raise AtlasError(f"A map needs at least three examples; {name} has {len(examples)}.")
    with np.errstate(all="ignore"):
        latents = np.multiply(*pack(examples.latents))
        labels = np.minimum(examples.labels, MOST_CLASSES - 1).astype(np.uint8)
        means = np.stack([latents[labels == kind].mean(axis=0, dtype=np.float64) for kind in range(labels.max() + 1)])
        if not np.isfinite(latents).all() or not np.isfinite(means).all():
            raise AtlasError(
                "There is no map of this model: its numbers grow without bounds, or a class has no example."
            )
        basis, centre = np.eye(2), np.zeros(2)
        if dim > 2:
            basis, centre = widest_plane(means if len(means) > 2 else latents.astype(np.float64))
        nearest = [np.partition(distances_to(latents, latent), 1)[1] for latent in latents]
    return Atlas(
        model=name,
        model_sha256=checksum,
        latents=latents,
        labels=labels,
        means=means.astype(np.float32),
        basis=basis.astype(np.float32),
        centre=centre.astype(np.float32),
        umap=None,
        distances=np.quantile(nearest, np.linspace(0, 1, QUANTILES)).astype(np.float32),
        card={"data": f"{len(latents):,} examples in the model's file", "seed": SEED},
    )
