"""How typical a latent is of real images: the mixture fitted to real latents is dense there, and sure of the class.

`ui/frontend/lib/typicality.js` mirrors it. Distances to real latents do not tell: near the middle of latent space they
are small, although nothing lies there that decodes to an image of any class.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aecore.core.checks import check_latents
from aecore.core.mixture import Mixture
from aecore.latent.atlas import Atlas

MOST = 1000  # real images that a latent is compared with
EDGE = 95  # from this percentile on, a latent is at the edge of what real images have
_RARE = 1e-9  # added to each class of a component, which may have no image


@dataclass(frozen=True)
class Typicality:
    """Percentiles of latents among real images, which were not in training.

    `classes` (K, C): the probability of each class in each component of the mixture. `densities`, `doubts`, `scores`,
    sorted, (M,): of the real images. A doubt is one minus the probability of the likeliest class; a score is the larger
    fraction of real images that have a higher density, or a smaller doubt.
    """

    mixture: Mixture = field(repr=False)
    classes: np.ndarray = field(repr=False)
    densities: np.ndarray = field(repr=False)
    doubts: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)

    def percentile(self, latents: np.ndarray) -> np.ndarray:
        """Return the percentage (N,) of real images that are more typical than each of the latents (N, D) float.

        A real image's is uniform from 0 to 100, so that one in twenty is at EDGE or beyond. Raises ValueError.
        """
        latents = check_latents(latents, self.mixture.means.shape[1])
        scores = _scores(*_judge(self.mixture, self.classes, latents), self.densities, self.doubts)
        return 100 * np.searchsorted(self.scores, scores, "left") / len(self.scores)


def typicality(mixture: Mixture, atlas: Atlas) -> Typicality:
    """Return how typical latents are of the images in an atlas, by the mixture of its model; raises ValueError."""
    step = -(-len(atlas.latents) // MOST)
    latents, labels = atlas.latents[::step], atlas.labels[::step]
    _, components = mixture.weigh(latents)
    classes = components.T @ np.eye(len(atlas.means))[labels] + _RARE
    classes /= classes.sum(axis=1, keepdims=True)
    density, doubt = _judge(mixture, classes, latents)
    densities, doubts = np.sort(density), np.sort(doubt)
    return Typicality(mixture, classes, densities, doubts, np.sort(_scores(density, doubt, densities, doubts)))


def _judge(mixture: Mixture, classes: np.ndarray, latents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log density (N,) of latents (N, D), and the doubt about their class (N,)."""
    density, components = mixture.weigh(latents)
    return density, 1 - (components @ classes).max(axis=1)


def _scores(density: np.ndarray, doubt: np.ndarray, densities: np.ndarray, doubts: np.ndarray) -> np.ndarray:
    denser = 1 - np.searchsorted(densities, density, "right") / len(densities)
    surer = np.searchsorted(doubts, doubt, "left") / len(doubts)
    return np.maximum(denser, surer)
