"""A trained model of any task, with NumPy arrays as inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aecore.core.checks import check_floats
from aecore.core.examples import Examples
from aecore.core.forward import run
from aecore.core.mixture import Mixture
from aecore.core.spec import Spec
from aecore.core.statistics import LatentStatistics


@dataclass(frozen=True)
class Model:
    """Networks with their weights. Immutable, so threads can share it.

    `weights` are named as in the Spec; `statistics` describe the latents of the training data, None without a latent;
    `card` is the model card: data, seed, library versions, epochs, learning curve and metrics; random latents are drawn
    from the `mixture`; `task` is the name of the model's task (`aecore.tasks`); `examples` are latents of pictures,
    None for models of digits, whose pictures everybody has.
    """

    spec: Spec
    weights: Mapping[str, np.ndarray] = field(repr=False)
    statistics: LatentStatistics | None = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    mixture: Mixture | None = field(default=None, repr=False)
    task: str = "autoencoder"
    examples: Examples | None = field(default=None, repr=False)

    @property
    def latent_dim(self) -> int:
        """Numbers in the latent; 0 where there is none."""
        return self.spec.latent_dim

    def run(self, given: Mapping[str, np.ndarray], want: str) -> np.ndarray:
        """Return the output of `want`, an input or a network: (N, ...) float32. Computes only the networks it needs.

        `given` are values (N, ...) float of inputs, or of networks, which are then not computed: `run({"luminance": y,
        "encoder": z}, "decoder")`. Raises ValueError where a value is missing, does not fit, or is too large.
        """
        for name in given:
            self.spec.needed(name, given)  # raises where a name is unknown
        checked = {name: check_floats(value, self.spec.shapes[name], name) for name, value in given.items()}
        if len({len(value) for value in checked.values()}) > 1:
            counts = ", ".join(f"{len(value)} of {name}" for name, value in checked.items())
            raise ValueError(f"wanted as many values of everything; got {counts}")
        return run(self.spec, self.weights, checked, want)
