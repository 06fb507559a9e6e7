"""The second stage of a training, in which latents between two images learn to decode to images of some class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import safetensors.numpy

from aecore.core.keras_model import connect, get_weights, set_weights
from aecore.core.model_file import write_atomically
from aecore.data.dataset import Dataset
from aecore.training import classifier
from aecore.training.checkpoint import critic_path, first_stage_path
from aecore.training.latent_layers import Midpoints
from aecore.training.presets import Polish, Preset


class FineTuning:
    """The second stage of a preset with `Polish`: a model with a critic, and an average of weights at the end.

    The critic is a classifier trained for this; it is stored next to the checkpoint, like the weights of the first
    stage. `networks` are those of the first stage, `after` the layers that follow some of them, which stay.
    """

    def __init__(
        self,
        preset: Preset,
        polish: Polish,
        networks: Mapping[str, keras.Model],
        after: Mapping[str, Sequence[keras.layers.Layer]],
        checkpoint: Path,
    ) -> None:
        reads = [preset.spec.networks[output].reads for output in preset.task.outputs]
        if reads != [(preset.spec.latent,)]:
            raise ValueError("A second stage needs one network that draws from the latent alone.")
        self._preset, self._polish, self._networks = preset, polish, networks
        self._after, self._checkpoint = after, checkpoint

    def begin(self) -> None:
        """Store the weights of the first stage."""
        weights = get_weights(*self._networks.values())
        write_atomically(first_stage_path(self._checkpoint), safetensors.numpy.save(weights))

    def model(self, data: Dataset) -> keras.Model:
        """Return the model of the second stage, with the same networks; trains the critic if there is none yet."""
        recipe = classifier.Recipe(epochs=self._polish.critic_epochs, seed=self._polish.critic_seed)
        critic = classifier.network(classifier.fetch(data, critic_path(self._checkpoint), print, recipe), data)
        outputs = self._preset.task.outputs
        midpoints = Midpoints(self._polish.critic, self._networks[outputs[0]], critic)
        latent = self._preset.spec.latent or ""
        after = {**self._after, latent: [*self._after.get(latent, ()), midpoints]}
        return connect(self._preset.spec, self._networks, outputs, after)

    def average(self) -> None:
        """Set the networks' weights to the average of those before and after this stage."""
        before = safetensors.numpy.load_file(first_stage_path(self._checkpoint))
        set_average(self._networks, before, self._polish.end_weight)


def set_average(networks: Mapping[str, keras.Model], before: Mapping[str, np.ndarray], weight: float) -> None:
    """Set the networks' weights to an average with those before, which have the rest of the weight."""
    after = get_weights(*networks.values())
    set_weights({name: weight * after[name] + (1 - weight) * before[name] for name in after}, *networks.values())
